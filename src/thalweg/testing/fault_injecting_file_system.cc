#include "thalweg/testing/fault_injecting_file_system.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace thalweg::testing {

struct FaultInjectingFileSystem::Content {
  std::string bytes;
  size_t synced_size = 0;
  bool sync_failed = false;  // what was not synced then never will be
  int64_t modification_millis = 0;
};

class MemoryWritableFile : public WritableFile {
 public:
  MemoryWritableFile(FaultInjectingFileSystem* owner, std::string path,
                     std::shared_ptr<FaultInjectingFileSystem::Content> content)
      : owner_(owner), path_(std::move(path)), content_(std::move(content)) {}

  Status Append(std::string_view bytes) override {
    std::lock_guard<std::mutex> lock(owner_->mutex_);
    ARROW_RETURN_NOT_OK(owner_->Check("append", path_));
    int64_t& free_bytes = owner_->free_bytes_;
    if (free_bytes >= 0) {
      const auto fits = std::min<size_t>(bytes.size(), static_cast<size_t>(free_bytes));
      content_->bytes.append(bytes.substr(0, fits));
      free_bytes -= static_cast<int64_t>(fits);
      if (fits < bytes.size()) {
        return Status::IOError("cannot write ", path_, ": No space left on device");
      }
      return Status::OK();
    }
    content_->bytes.append(bytes);
    return Status::OK();
  }

  Status Sync() override {
    std::lock_guard<std::mutex> lock(owner_->mutex_);
    if (content_->sync_failed) {
      owner_->violations_.push_back("sync after a failed sync: " + path_);
      return Status::OK();
    }
    const Status status = owner_->Check("sync", path_);
    content_->sync_failed = !status.ok();
    if (status.ok()) content_->synced_size = content_->bytes.size();
    return status;
  }

  Status Close() override { return Status::OK(); }

 private:
  FaultInjectingFileSystem* owner_;
  std::string path_;
  std::shared_ptr<FaultInjectingFileSystem::Content> content_;
};

namespace {

class MemoryReadableFile : public ReadableFile {
 public:
  explicit MemoryReadableFile(std::string bytes) : bytes_(std::move(bytes)) {}
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  Result<int64_t> Read(int64_t offset, int64_t length, char* out) const override {
    if (offset >= size()) return 0;
    const int64_t count = std::min(length, size() - offset);
    std::memcpy(out, bytes_.data() + offset, static_cast<size_t>(count));
    return count;
  }
  std::string_view mapped() const override { return bytes_; }

 private:
  std::string bytes_;
};

Status Missing(const std::string& path) {
  return Status::KeyError("cannot look up ", path, ": No such file or directory");
}

}  // namespace

FaultInjectingFileSystem::FaultInjectingFileSystem() : directories_({"/"}) {
  durable_directories_ = directories_;
}
FaultInjectingFileSystem::~FaultInjectingFileSystem() = default;

Status FaultInjectingFileSystem::Check(std::string_view operation, const std::string& path) {
  return fault_ ? fault_(operation, path) : Status::OK();
}

void FaultInjectingFileSystem::SetFault(Fault fault) {
  std::lock_guard<std::mutex> lock(mutex_);
  fault_ = std::move(fault);
}

void FaultInjectingFileSystem::SetFreeBytes(int64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  free_bytes_ = bytes;
}

void FaultInjectingFileSystem::SetShortRead(ShortRead short_read) {
  std::lock_guard<std::mutex> lock(mutex_);
  short_read_ = std::move(short_read);
}

void FaultInjectingFileSystem::DropUnsynced() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& [path, content] : durable_files_) {
    content = std::make_shared<Content>(*content);
    content->bytes.resize(content->synced_size);
  }
  Restart();
}

void FaultInjectingFileSystem::CutPower(uint64_t seed) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::mt19937_64 random(seed);
  const auto kept = [&](size_t size) { return static_cast<size_t>(random() % (size + 1)); };
  // Each change of an entry is there or is not.
  std::set<std::string> paths;
  for (const auto& [path, content] : files_) paths.insert(path);
  for (const auto& [path, content] : durable_files_) paths.insert(path);
  for (const std::string& path : paths) {
    const auto seen = files_.find(path);
    const auto durable = durable_files_.find(path);
    const auto now = seen == files_.end() ? nullptr : seen->second;
    if (now == (durable == durable_files_.end() ? nullptr : durable->second)) continue;
    if (random() % 2 == 0) continue;
    if (now != nullptr) {
      durable_files_[path] = now;
    } else {
      durable_files_.erase(durable);
    }
  }
  for (const std::string& path : directories_) {
    if (random() % 2 == 0) durable_directories_.insert(path);
  }
  for (auto& [path, content] : durable_files_) {
    content = std::make_shared<Content>(*content);
    const size_t unsynced = content->bytes.size() - content->synced_size;
    if (unsynced == 0) continue;
    const size_t intact = content->synced_size + kept(unsynced);
    const size_t end = intact + kept(content->bytes.size() - intact);
    content->bytes.resize(end);
    const bool zeros = random() % 2 == 0;
    for (size_t i = intact; i < end; ++i) {
      content->bytes[i] = zeros ? '\0' : static_cast<char>(random());
    }
  }
  Restart();
}

void FaultInjectingFileSystem::Restart() {
  directories_.clear();
  // In order: a directory comes after its parent.
  for (const std::string& path : durable_directories_) {
    if (path == "/" || directories_.contains(ParentPath(path))) directories_.insert(path);
  }
  std::erase_if(durable_files_,
                [&](const auto& entry) { return !directories_.contains(ParentPath(entry.first)); });
  for (auto& [path, content] : durable_files_) {
    content->synced_size = content->bytes.size();
    content->sync_failed = false;
  }
  durable_directories_ = directories_;
  files_ = durable_files_;
}

std::unique_ptr<FaultInjectingFileSystem> FaultInjectingFileSystem::Copy() const {
  std::lock_guard<std::mutex> lock(mutex_);
  auto copy = std::make_unique<FaultInjectingFileSystem>();
  for (const auto& [path, content] : files_) {
    auto own = std::make_shared<Content>(*content);
    own->synced_size = own->bytes.size();
    own->sync_failed = false;
    copy->files_[path] = std::move(own);
  }
  copy->durable_files_ = copy->files_;
  copy->directories_ = copy->durable_directories_ = directories_;
  copy->next_millis_ = next_millis_;
  return copy;
}

void FaultInjectingFileSystem::Damage(const std::string& path, std::string bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto content = std::make_shared<Content>();
  if (const auto found = files_.find(path); found != files_.end()) *content = *found->second;
  content->bytes = std::move(bytes);
  content->synced_size = content->bytes.size();
  files_[path] = durable_files_[path] = std::move(content);
}

std::vector<std::string> FaultInjectingFileSystem::violations() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return violations_;
}

Result<std::unique_ptr<WritableFile>> FaultInjectingFileSystem::CreateNew(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
  ARROW_RETURN_NOT_OK(Check("create", path));
  if (!directories_.contains(ParentPath(path))) return Missing(path);
  if (files_.contains(path) || directories_.contains(path)) {
    return Status::AlreadyExists("cannot create ", path, ": File exists");
  }
  auto content = std::make_shared<Content>();
  content->modification_millis = next_millis_++;
  files_[path] = content;
  return std::make_unique<MemoryWritableFile>(this, path, std::move(content));
}

Result<std::unique_ptr<ReadableFile>> FaultInjectingFileSystem::Open(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, ReadFile(path));
  return std::make_unique<MemoryReadableFile>(std::move(bytes));
}

Result<std::string> FaultInjectingFileSystem::ReadFile(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
  ARROW_RETURN_NOT_OK(Check("read", path));
  const auto found = files_.find(path);
  if (found == files_.end()) {
    if (directories_.contains(path)) return Status::IOError("cannot read ", path, ": a directory");
    return Missing(path);
  }
  const std::string& bytes = found->second->bytes;
  const int64_t size = static_cast<int64_t>(bytes.size());
  const int64_t count = short_read_ ? short_read_(path, size) : -1;
  return count < 0 ? bytes : bytes.substr(0, static_cast<size_t>(std::min(count, size)));
}

Result<FileInfo> FaultInjectingFileSystem::GetInfo(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
  ARROW_RETURN_NOT_OK(Check("look_up", path));
  FileInfo info;
  info.path = path;
  if (directories_.contains(path)) {
    info.is_directory = true;
    return info;
  }
  const auto found = files_.find(path);
  if (found == files_.end()) return Missing(path);
  info.size = static_cast<int64_t>(found->second->bytes.size());
  info.modification_millis = found->second->modification_millis;
  return info;
}

Result<bool> FaultInjectingFileSystem::Exists(const std::string& path) {
  const auto info = GetInfo(path);
  if (info.ok()) return true;
  if (IsNotFound(info.status())) return false;
  return info.status();
}

Result<std::vector<FileInfo>> FaultInjectingFileSystem::List(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string directory = NormalizePath(raw);
  ARROW_RETURN_NOT_OK(Check("list", directory));
  if (!directories_.contains(directory)) return Missing(directory);
  std::vector<FileInfo> entries;
  for (const std::string& path : directories_) {
    if (path != "/" && ParentPath(path) == directory) entries.push_back({path, true, 0, 0});
  }
  const std::string prefix = JoinPath(directory, "");
  for (auto at = files_.lower_bound(prefix); at != files_.end(); ++at) {
    const auto& [path, content] = *at;
    if (!path.starts_with(prefix)) break;
    if (ParentPath(path) != directory) continue;
    entries.push_back(
        {path, false, static_cast<int64_t>(content->bytes.size()), content->modification_millis});
  }
  std::sort(entries.begin(), entries.end(),
            [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return entries;
}

Status FaultInjectingFileSystem::CreateDirectories(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string directory = NormalizePath(raw);
  ARROW_RETURN_NOT_OK(Check("create_directories", directory));
  std::vector<std::string> missing;
  for (std::string at = directory; !directories_.contains(at) && at != "."; at = ParentPath(at)) {
    if (files_.contains(at)) return Status::IOError(at, " exists and is not a directory");
    missing.push_back(at);
  }
  for (; !missing.empty(); missing.pop_back()) {
    directories_.insert(missing.back());
    ARROW_RETURN_NOT_OK(Check("sync_directory", ParentPath(missing.back())));
    SyncEntries(ParentPath(missing.back()));
  }
  return Status::OK();
}

Status FaultInjectingFileSystem::Rename(const std::string& raw_from, const std::string& raw_to,
                                        bool overwrite) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string from = NormalizePath(raw_from);
  const std::string to = NormalizePath(raw_to);
  ARROW_RETURN_NOT_OK(Check("rename", to));
  const auto found = files_.find(from);
  if (found == files_.end()) return Missing(from);
  if (!overwrite && files_.contains(to)) {
    return Status::AlreadyExists("cannot rename to ", to, ": File exists");
  }
  if (directories_.contains(to)) return Status::AlreadyExists(to, " is a directory");
  if (files_.contains(to)) violations_.push_back("rename over " + to);
  files_[to] = found->second;
  files_.erase(from);
  return Status::OK();
}

Status FaultInjectingFileSystem::Remove(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
  ARROW_RETURN_NOT_OK(Check("remove", path));
  files_.erase(path);
  return Status::OK();
}

Status FaultInjectingFileSystem::RemoveRecursively(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
  ARROW_RETURN_NOT_OK(Check("remove", path));
  const auto below = [&](const std::string& name) {
    return name == path || name.starts_with(path + "/");
  };
  std::erase_if(files_, [&](const auto& entry) { return below(entry.first); });
  std::erase_if(directories_, below);
  return Status::OK();
}

Status FaultInjectingFileSystem::SyncDirectory(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string directory = NormalizePath(raw);
  ARROW_RETURN_NOT_OK(Check("sync_directory", directory));
  if (!directories_.contains(directory)) return Missing(directory);
  SyncEntries(directory);
  return Status::OK();
}

void FaultInjectingFileSystem::SyncEntries(const std::string& directory) {
  const std::string prefix = JoinPath(directory, "");
  const auto child = [&](const std::string& path) { return ParentPath(path) == directory; };
  for (auto at = durable_files_.lower_bound(prefix);
       at != durable_files_.end() && at->first.starts_with(prefix);) {
    at = child(at->first) ? durable_files_.erase(at) : std::next(at);
  }
  for (auto at = files_.lower_bound(prefix); at != files_.end() && at->first.starts_with(prefix);
       ++at) {
    if (child(at->first)) durable_files_.insert(*at);
  }
  std::erase_if(durable_directories_, [&](const std::string& path) {
    return path != "/" && child(path) && !directories_.contains(path);
  });
  for (const std::string& path : directories_) {
    if (path != "/" && child(path)) durable_directories_.insert(path);
  }
}

Status FaultInjectingFileSystem::SetModificationTime(const std::string& raw, int64_t millis) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(NormalizePath(raw));
  if (found == files_.end()) return Missing(raw);
  found->second->modification_millis = millis;
  return Status::OK();
}

}  // namespace thalweg::testing
