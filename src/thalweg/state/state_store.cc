#include "thalweg/state/state_store.h"

#include <algorithm>

#include "thalweg/base/fault_point.h"

namespace thalweg::state {
namespace {

constexpr int64_t kSmallestSlice = 1 << 20;
/// A snapshot is spread over about this many epochs.
constexpr int64_t kSlicesPerSnapshot = 8;

}  // namespace

StateStore::StateStore(StateStoreOptions options) : options_(std::move(options)) {
  options_.table.num_key_groups = options_.location.num_key_groups;
  options_.table.track_touched = true;
  for (int i = 0; i < options_.num_workers; ++i) {
    auto worker = std::make_unique<Worker>();
    if (options_.make_table != nullptr) {
      worker->table = options_.make_table(i);
    } else {
      auto table = std::make_unique<DurableStateTable>(options_.table);
      worker->state_table = table->table();
      worker->table = std::move(table);
    }
    workers_.push_back(std::move(worker));
  }
}

StateStore::~StateStore() = default;

StateFileHeader StateStore::MakeHeader(StateFileKind kind, int64_t epoch) const {
  StateFileHeader header;
  header.kind = kind;
  header.epoch = epoch;
  header.num_key_groups = options_.location.num_key_groups;
  header.key_signature = workers_[0]->table->KeySignature();
  header.value_signature = workers_[0]->table->ValueSignature();
  return header;
}

Status StateStore::CheckHeader(const StateFileHeader& header, const std::string& path) const {
  const StateFileHeader expected = MakeHeader(header.kind, header.epoch);
  if (header.key_signature != expected.key_signature) {
    return MakeError(
        "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE",
        {{"storedKeySchema", header.key_signature}, {"newKeySchema", expected.key_signature}});
  }
  if (header.value_signature != expected.value_signature) {
    return MakeError("STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE",
                     {{"storedValueSchema", header.value_signature},
                      {"newValueSchema", expected.value_signature}});
  }
  if (header.num_key_groups != expected.num_key_groups) {
    return MakeError("CANNOT_LOAD_STATE_STORE.KEY_GROUPS_DIFFER",
                     {{"file", path},
                      {"stored", std::to_string(header.num_key_groups)},
                      {"expected", std::to_string(expected.num_key_groups)}});
  }
  return Status::OK();
}

Status StateStore::LoadFile(const std::string& name, int64_t* bytes, int64_t* epoch) {
  const std::string path = JoinPath(options_.location.directory, name);
  // File names begin with the epoch they belong to.
  *epoch = std::strtoll(name.c_str(), nullptr, 10);
  const auto on_header = [&](const StateFileHeader& header) -> Status {
    ARROW_RETURN_NOT_OK(CheckHeader(header, path));
    if (header.expired_through == kNothingExpired) return Status::OK();
    for (const auto& worker : workers_) {
      ARROW_RETURN_NOT_OK(worker->table->LoadExpiry(header.expired_through));
    }
    return Status::OK();
  };
  const auto on_record = [&](const StateRecord& record) -> Status {
    const size_t worker = static_cast<size_t>(record.key_group) % workers_.size();
    return workers_[worker]->table->LoadRecord(record);
  };
  ARROW_ASSIGN_OR_RAISE(
      *bytes, ReadStateFile(options_.location.file_system, path, *epoch, on_header, on_record));
  for (const auto& worker : workers_) ARROW_RETURN_NOT_OK(worker->table->FinishFile());
  return Status::OK();
}

Status StateStore::Load(const StateManifest& manifest) {
  for (const auto* list : {&manifest.snapshots, &manifest.changes}) {
    for (const std::string& name : *list) {
      File file;
      file.name = name;
      ARROW_RETURN_NOT_OK(LoadFile(name, &file.bytes, &file.epoch));
      (list == &manifest.snapshots ? snapshots_ : changes_).push_back(std::move(file));
    }
  }
  for (const auto& worker : workers_) {
    worker->table->FinishLoad();
    worker->table->BeginEpoch();
  }
  return Status::OK();
}

Status StateStore::EnsureDirectory() {
  const std::lock_guard<std::mutex> lock(directory_mutex_);
  if (directory_ready_) return Status::OK();
  FileSystem* files = options_.location.file_system;
  const std::string& directory = options_.location.directory;
  ARROW_ASSIGN_OR_RAISE(const bool exists, files->Exists(directory));
  if (!exists) {
    ARROW_RETURN_NOT_OK(files->CreateDirectories(directory));
    // The operator's directory, and state/ above it, may be new.
    ARROW_RETURN_NOT_OK(files->SyncDirectory(ParentPath(directory)));
    ARROW_RETURN_NOT_OK(files->SyncDirectory(ParentPath(ParentPath(directory))));
  }
  directory_ready_ = true;
  return Status::OK();
}

Result<std::unique_ptr<StateFileWriter>> StateStore::CreateFile(Worker* worker,
                                                                StateFileHeader header,
                                                                std::string* name) {
  ARROW_RETURN_NOT_OK(EnsureDirectory());
  *name = std::to_string(header.epoch) + "-" + RandomUuid() +
          (header.kind == StateFileKind::kChanges ? ".changes" : ".snapshot");
  worker->created_file = true;
  return StateFileWriter::Make(options_.location.file_system,
                               JoinPath(options_.location.directory, *name), header);
}

Status StateStore::WriteChanges(int worker_index, int64_t epoch) {
  Worker* worker = workers_[worker_index].get();
  DurableTable* table = worker->table.get();
  if (table->HasChanges()) {
    StateFileHeader header = MakeHeader(StateFileKind::kChanges, epoch);
    header.expired_through = table->expired_through();
    File file;
    file.epoch = epoch;
    ARROW_ASSIGN_OR_RAISE(auto writer, CreateFile(worker, std::move(header), &file.name));
    ARROW_RETURN_NOT_OK(table->WriteChanges(writer.get()));
    ARROW_RETURN_NOT_OK(writer->Finish());
    file.bytes = writer->bytes_written();
    worker->new_changes.push_back(std::move(file));
  }
  return snapshot_running_ ? WriteSnapshotSlice(worker) : Status::OK();
}

Status StateStore::WriteSnapshotSlice(Worker* worker) {
  if (worker->snapshot_done) return Status::OK();
  if (worker->snapshot == nullptr) {
    ARROW_ASSIGN_OR_RAISE(worker->snapshot,
                          CreateFile(worker, MakeHeader(StateFileKind::kSnapshot, snapshot_epoch_),
                                     &worker->snapshot_name));
  }
  const int64_t slice =
      std::max(kSmallestSlice, worker->table->memory_bytes() / kSlicesPerSnapshot);
  ARROW_ASSIGN_OR_RAISE(worker->snapshot_done,
                        worker->table->WriteSnapshotSlice(slice, worker->snapshot.get()));
  return worker->snapshot_done ? worker->snapshot->Finish() : Status::OK();
}

void StateStore::FinishSnapshot() {
  snapshots_.clear();
  for (auto& worker : workers_) {
    snapshots_.push_back(
        {worker->snapshot_name, snapshot_epoch_, worker->snapshot->bytes_written()});
    worker->snapshot.reset();
    worker->snapshot_name.clear();
  }
  // What had happened when the snapshot began is in it.
  changes_.erase(changes_.begin(), changes_.begin() + snapshot_covers_);
  snapshot_running_ = false;
}

void StateStore::StartSnapshotIfDue(int64_t epoch) {
  int64_t change_bytes = 0;
  int64_t snapshot_bytes = 0;
  for (const File& file : changes_) change_bytes += file.bytes;
  for (const File& file : snapshots_) snapshot_bytes += file.bytes;
  const bool due =
      change_bytes > std::max(options_.snapshot_after_bytes, snapshot_bytes) ||
      changes_.size() > static_cast<size_t>(options_.snapshot_after_files) * workers_.size();
  if (!due) return;
  snapshot_running_ = true;
  snapshot_epoch_ = epoch;
  snapshot_covers_ = static_cast<int64_t>(changes_.size());
  for (auto& worker : workers_) {
    worker->snapshot_done = false;
    worker->table->BeginSnapshot();
  }
}

Result<StateManifest> StateStore::FinishCommit(int64_t epoch) {
  bool created = false;
  bool snapshot_done = snapshot_running_;
  for (auto& worker : workers_) {
    created |= worker->created_file;
    worker->created_file = false;
    snapshot_done &= worker->snapshot_done;
    for (File& file : worker->new_changes) {
      known_files_.insert(file.name);
      changes_.push_back(std::move(file));
    }
    worker->new_changes.clear();
    if (!worker->snapshot_name.empty()) known_files_.insert(worker->snapshot_name);
  }
  if (created) {
    ARROW_RETURN_NOT_OK(options_.location.file_system->SyncDirectory(options_.location.directory));
  }
  FAULT_POINT("state.after");
  if (snapshot_done) {
    FinishSnapshot();
  } else if (!snapshot_running_) {
    StartSnapshotIfDue(epoch);
  }
  StateManifest manifest;
  for (const File& file : snapshots_) manifest.snapshots.push_back(file.name);
  for (const File& file : changes_) manifest.changes.push_back(file.name);
  return manifest;
}

Status StateStore::DeleteUnreferenced(const std::vector<StateManifest>& retained) {
  FileSystem* files = options_.location.file_system;
  const std::string& directory = options_.location.directory;
  if (!listed_) {
    ARROW_ASSIGN_OR_RAISE(const bool exists, files->Exists(directory));
    if (exists) {
      ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(directory));
      for (const FileInfo& entry : entries) {
        const std::string name = BaseName(entry.path);
        if (name.ends_with(".changes") || name.ends_with(".snapshot")) known_files_.insert(name);
      }
    }
    listed_ = true;
  }
  std::set<std::string> wanted;
  for (const StateManifest& manifest : retained) {
    wanted.insert(manifest.snapshots.begin(), manifest.snapshots.end());
    wanted.insert(manifest.changes.begin(), manifest.changes.end());
  }
  for (const File& file : snapshots_) wanted.insert(file.name);
  for (const File& file : changes_) wanted.insert(file.name);
  for (const auto& worker : workers_) wanted.insert(worker->snapshot_name);
  for (auto name = known_files_.begin(); name != known_files_.end();) {
    if (wanted.contains(*name)) {
      ++name;
      continue;
    }
    ARROW_RETURN_NOT_OK(files->Remove(JoinPath(directory, *name)));
    name = known_files_.erase(name);
  }
  return Status::OK();
}

}  // namespace thalweg::state
