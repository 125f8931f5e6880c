#include "thalweg/testing/fault_injecting_file_system.h"

#include <algorithm>
#include <cstring>

namespace thalweg::testing {

struct FaultInjectingFileSystem::Content {
  std::string bytes;
  size_t synced_size = 0;
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
    ARROW_RETURN_NOT_OK(owner_->Check("sync", path_));
    content_->synced_size = content_->bytes.size();
    return Status::OK();
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

FaultInjectingFileSystem::FaultInjectingFileSystem() { directories_.insert("/"); }
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

void FaultInjectingFileSystem::DropUnsynced() {
  std::lock_guard<std::mutex> lock(mutex_);
  files_.clear();
  for (const auto& [path, content] : durable_files_) {
    auto kept = std::make_shared<Content>(*content);
    kept->bytes.resize(kept->synced_size);
    files_[path] = kept;
  }
  durable_files_ = files_;
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
  if (found == files_.end()) return Missing(path);
  return found->second->bytes;
}

Result<FileInfo> FaultInjectingFileSystem::GetInfo(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
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
  for (const auto& [path, content] : files_) {
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
  std::string directory = NormalizePath(raw);
  ARROW_RETURN_NOT_OK(Check("create_directories", directory));
  while (directories_.insert(directory).second && directory != "/" && directory != ".") {
    directory = ParentPath(directory);
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
  std::erase_if(durable_files_,
                [&](const auto& entry) { return ParentPath(entry.first) == directory; });
  for (const auto& [path, content] : files_) {
    if (ParentPath(path) == directory) durable_files_[path] = content;
  }
  return Status::OK();
}

Status FaultInjectingFileSystem::SetModificationTime(const std::string& raw, int64_t millis) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(NormalizePath(raw));
  if (found == files_.end()) return Missing(raw);
  found->second->modification_millis = millis;
  return Status::OK();
}

}  // namespace thalweg::testing
