#include "thalweg/state/state_store.h"

#include <algorithm>

#include "thalweg/base/fault_point.h"

namespace thalweg::state {
namespace {

using std::chrono::microseconds;

/// A commit gives a snapshot a share of the time since the last commit, within these bounds.
constexpr int kShareOfTime = 8;
constexpr microseconds kShortestSlice(500);
constexpr microseconds kLongestSlice(3000);
/// When change files pile up: at least so long, and a larger share without an upper bound.
constexpr microseconds kShortestLateSlice(4000);
constexpr int kShareOfTimeWhenLate = 4;
/// Bytes that may wait for the device.
constexpr int64_t kQueuedBytes = 16 << 20;

/// File names begin with the epoch they belong to.
int64_t EpochOf(const std::string& name) { return std::strtoll(name.c_str(), nullptr, 10); }

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

StateStore::~StateStore() {
  // Files end before the thread that writes them.
  for (auto& worker : workers_) worker->snapshot.reset();
}

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

std::string StateStore::PathOf(const std::string& name) const {
  return JoinPath(options_.location.directory, name);
}

Status StateStore::LoadFile(int worker, const std::string& name) {
  DurableTable* table = workers_[worker]->table.get();
  const std::string path = PathOf(name);
  File file;
  file.name = name;
  file.epoch = EpochOf(name);
  StateFileVisitor visitor;
  visitor.worker = worker;
  visitor.num_workers = num_workers();
  visitor.on_header = [&](const StateFileHeader& header) -> Status {
    ARROW_RETURN_NOT_OK(CheckHeader(header, path));
    return header.expired_through == kNothingExpired ? Status::OK()
                                                     : table->LoadExpiry(header.expired_through);
  };
  visitor.on_record = [&](const StateRecord& record) { return table->LoadRecord(record); };
  visitor.on_end = [&] { return table->FinishFile(); };
  ARROW_ASSIGN_OR_RAISE(file.bytes,
                        ReadStateFile(options_.location.file_system, path, file.epoch, visitor));
  workers_[worker]->loaded.push_back(std::move(file));
  return Status::OK();
}

/// Entries of all workers, at least: those of the snapshots, else those of the largest change file.
int64_t StateStore::EstimateRecords(const StateManifest& manifest) const {
  FileSystem* files = options_.location.file_system;
  int64_t records = 0;
  for (const std::string& name : manifest.snapshots) {
    records += EstimateStateRecords(files, PathOf(name));
  }
  if (!manifest.snapshots.empty()) return records;
  for (const std::string& name : manifest.changes) {
    records = std::max(records, EstimateStateRecords(files, PathOf(name)));
  }
  return records;
}

Status StateStore::LoadWorker(int worker, const StateManifest& manifest) {
  DurableTable* table = workers_[worker]->table.get();
  table->ExpectRecords(EstimateRecords(manifest) / num_workers());
  for (const auto* list : {&manifest.snapshots, &manifest.changes}) {
    for (const std::string& name : *list) ARROW_RETURN_NOT_OK(LoadFile(worker, name));
  }
  ARROW_RETURN_NOT_OK(table->FinishLoad());
  table->BeginEpoch();
  return Status::OK();
}

void StateStore::FinishLoad(const StateManifest& manifest) {
  const std::vector<File>& loaded = workers_[0]->loaded;
  const auto changes = loaded.begin() + static_cast<int64_t>(manifest.snapshots.size());
  snapshots_.assign(loaded.begin(), changes);
  changes_.assign(changes, loaded.end());
  for (const auto& worker : workers_) worker->loaded.clear();
}

Status StateStore::Load(const StateManifest& manifest) {
  for (int worker = 0; worker < num_workers(); ++worker) {
    ARROW_RETURN_NOT_OK(LoadWorker(worker, manifest));
  }
  FinishLoad(manifest);
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

Status StateStore::WriteChanges(int worker_index, int64_t epoch) {
  Worker* worker = workers_[worker_index].get();
  DurableTable* table = worker->table.get();
  if (table->HasChanges()) {
    ARROW_RETURN_NOT_OK(EnsureDirectory());
    StateFileHeader header = MakeHeader(StateFileKind::kChanges, epoch);
    header.expired_through = table->expired_through();
    File file;
    file.epoch = epoch;
    file.name = std::to_string(epoch) + "-" + RandomUuid() + ".changes";
    worker->created_file = true;
    ARROW_ASSIGN_OR_RAISE(auto writer, StateFileWriter::Make(options_.location.file_system,
                                                             PathOf(file.name), header));
    ARROW_RETURN_NOT_OK(table->WriteChanges(writer.get()));
    ARROW_RETURN_NOT_OK(writer->Finish());
    file.bytes = writer->bytes_written();
    worker->new_changes.push_back(std::move(file));
  }
  if (snapshot_running_) ARROW_RETURN_NOT_OK(WriteSnapshotSlice(worker));
  return table->FinishEpoch();
}

Status StateStore::WriteSnapshotSlice(Worker* worker) {
  if (worker->snapshot_done) return background_->status();
  if (worker->snapshot == nullptr) {
    ARROW_RETURN_NOT_OK(EnsureDirectory());
    ARROW_ASSIGN_OR_RAISE(
        worker->snapshot,
        StateFileWriter::Make(background_->Create(PathOf(worker->snapshot_name)),
                              MakeHeader(StateFileKind::kSnapshot, snapshot_epoch_)));
  }
  const Clock::time_point begin = Clock::now();
  const auto since_last = std::chrono::duration_cast<microseconds>(begin - worker->last_slice);
  const microseconds share =
      snapshot_late_ ? std::max(kShortestLateSlice, since_last / kShareOfTimeWhenLate)
                     : std::clamp(since_last / kShareOfTime, kShortestSlice, kLongestSlice);
  while (!worker->snapshot_done && background_->queued_bytes() < kQueuedBytes &&
         Clock::now() - begin < share) {
    ARROW_ASSIGN_OR_RAISE(
        worker->snapshot_done,
        worker->table->WriteSnapshotSlice(options_.snapshots.slice_bytes, worker->snapshot.get()));
  }
  if (worker->snapshot_done) ARROW_RETURN_NOT_OK(worker->snapshot->Finish());
  worker->last_slice = Clock::now();
  return background_->status();
}

bool StateStore::SnapshotIsDue() const {
  int64_t change_bytes = 0;
  int64_t snapshot_bytes = 0;
  for (const File& file : changes_) change_bytes += file.bytes;
  for (const File& file : snapshots_) snapshot_bytes += file.bytes;
  return change_bytes > std::max(options_.snapshots.after_bytes, snapshot_bytes) ||
         changes_.size() > static_cast<size_t>(options_.snapshots.after_files) * workers_.size();
}

void StateStore::StartSnapshot(int64_t epoch) {
  snapshot_running_ = true;
  snapshot_late_ = false;
  snapshot_epoch_ = epoch;
  snapshot_covers_ = static_cast<int64_t>(changes_.size());
  background_ = std::make_unique<BackgroundWriter>(options_.location.file_system);
  for (auto& worker : workers_) {
    worker->snapshot_done = false;
    worker->snapshot_name = std::to_string(epoch) + "-" + RandomUuid() + ".snapshot";
    worker->last_slice = Clock::now();
    worker->table->BeginSnapshot();
  }
}

Result<bool> StateStore::SnapshotIsDurable() const {
  for (const auto& worker : workers_) {
    if (!worker->snapshot_done) return false;
  }
  return background_->Finished();
}

void StateStore::FinishSnapshot(int64_t epoch) {
  for (const File& file : snapshots_) dropped_.emplace(epoch, file.name);
  snapshots_.clear();
  for (auto& worker : workers_) {
    snapshots_.push_back(
        {worker->snapshot_name, snapshot_epoch_, worker->snapshot->bytes_written()});
    worker->snapshot.reset();
    worker->snapshot_name.clear();
  }
  // What had happened when the snapshot began is in it.
  const auto covered = changes_.begin() + snapshot_covers_;
  for (auto file = changes_.begin(); file != covered; ++file) dropped_.emplace(epoch, file->name);
  changes_.erase(changes_.begin(), covered);
  snapshot_running_ = false;
  background_.reset();
}

/// Whether the change files since the running snapshot began are more than all state, or twice as
/// many as call for a snapshot: a restart reads them all, and every commit names them.
bool StateStore::ChangesPileUp() const {
  const size_t since = changes_.size() - static_cast<size_t>(snapshot_covers_);
  if (since > 2 * static_cast<size_t>(options_.snapshots.after_files) * workers_.size())
    return true;
  int64_t change_bytes = 0;
  int64_t state_bytes = 0;
  for (auto i = static_cast<size_t>(snapshot_covers_); i < changes_.size(); ++i)
    change_bytes += changes_[i].bytes;
  for (const auto& worker : workers_) state_bytes += worker->table->memory_bytes();
  return change_bytes > state_bytes;
}

void StateStore::WaitForWrites() const {
  if (background_ != nullptr) background_->Wait();
}

Result<StateManifest> StateStore::FinishCommit(int64_t epoch) {
  bool created = false;
  for (auto& worker : workers_) {
    created |= worker->created_file;
    worker->created_file = false;
    for (File& file : worker->new_changes) changes_.push_back(std::move(file));
    worker->new_changes.clear();
  }
  if (created) {
    ARROW_RETURN_NOT_OK(options_.location.file_system->SyncDirectory(options_.location.directory));
  }
  FAULT_POINT("state.after");
  if (snapshot_running_) {
    ARROW_ASSIGN_OR_RAISE(const bool durable, SnapshotIsDurable());
    if (durable) {
      FinishSnapshot(epoch);
    } else {
      snapshot_late_ = ChangesPileUp();
    }
  } else if (SnapshotIsDue()) {
    StartSnapshot(epoch);
  }
  StateManifest manifest;
  for (const File& file : snapshots_) manifest.snapshots.push_back(file.name);
  for (const File& file : changes_) manifest.changes.push_back(file.name);
  return manifest;
}

Status StateStore::ClaimFiles(const std::map<int64_t, StateManifest>& commits) {
  FileSystem* files = options_.location.file_system;
  const std::string& directory = options_.location.directory;
  dropped_.clear();
  ARROW_ASSIGN_OR_RAISE(const bool exists, files->Exists(directory));
  if (!exists) return Status::OK();
  std::map<std::string, int64_t> last_named;
  for (const auto& [epoch, manifest] : commits) {
    for (const std::string& name : manifest.snapshots) last_named[name] = epoch;
    for (const std::string& name : manifest.changes) last_named[name] = epoch;
  }
  std::set<std::string> current;
  for (const File& file : snapshots_) current.insert(file.name);
  for (const File& file : changes_) current.insert(file.name);
  for (const auto& worker : workers_) current.insert(worker->snapshot_name);
  // Files of later epochs are another run's, which has taken the checkpoint over.
  int64_t newest_epoch = -1;
  for (const auto& [name, epoch] : last_named) newest_epoch = std::max(newest_epoch, EpochOf(name));
  for (const std::string& name : current) newest_epoch = std::max(newest_epoch, EpochOf(name));
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(directory));
  for (const FileInfo& entry : entries) {
    const std::string name = BaseName(entry.path);
    if (!name.ends_with(".changes") && !name.ends_with(".snapshot")) continue;
    if (current.contains(name)) continue;
    const auto named = last_named.find(name);
    if (named != last_named.end()) {
      dropped_.emplace(named->second + 1, name);
    } else if (EpochOf(name) <= newest_epoch) {
      ARROW_RETURN_NOT_OK(files->Remove(PathOf(name)));
    }
  }
  return Status::OK();
}

Status StateStore::DeleteFilesBefore(int64_t oldest_retained) {
  // A commit adds a change file for each worker, now and then a snapshot too.
  int64_t left = 2 * num_workers() + 2;
  while (left-- > 0 && !dropped_.empty() && dropped_.begin()->first <= oldest_retained) {
    ARROW_RETURN_NOT_OK(options_.location.file_system->Remove(PathOf(dropped_.begin()->second)));
    dropped_.erase(dropped_.begin());
  }
  return Status::OK();
}

}  // namespace thalweg::state
