#include "thalweg/testing/memory_file_system.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace thalweg::testing {

struct MemoryFileSystem::Content {
  std::string bytes;
  size_t synced_size = 0;
  bool sync_failed = false;  // what was not synced then never will be
  int64_t modification_millis = 0;
};

Status MemoryWritableFile::Append(std::string_view bytes) {
  std::lock_guard<std::mutex> lock(owner_->mutex_);
  content_->bytes.append(bytes);
  return Status::OK();
}

Status MemoryWritableFile::Sync() {
  std::lock_guard<std::mutex> lock(owner_->mutex_);
  if (content_->sync_failed) {
    owner_->violations_.push_back("sync after a failed sync: " + path_);
  } else {
    content_->synced_size = content_->bytes.size();
  }
  return Status::OK();
}

bool MemoryWritableFile::sync_failed() const {
  std::lock_guard<std::mutex> lock(owner_->mutex_);
  return content_->sync_failed;
}

void MemoryWritableFile::FailSync() {
  std::lock_guard<std::mutex> lock(owner_->mutex_);
  content_->sync_failed = true;
}

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

std::unique_ptr<ReadableFile> ReadableFileOf(std::string bytes) {
  return std::make_unique<MemoryReadableFile>(std::move(bytes));
}

MemoryFileSystem::MemoryFileSystem() : directories_({"/"}) { durable_directories_ = directories_; }
MemoryFileSystem::~MemoryFileSystem() = default;

void MemoryFileSystem::DropUnsynced() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& [path, content] : durable_files_) {
    content = std::make_shared<Content>(*content);
    content->bytes.resize(content->synced_size);
  }
  Restart();
}

void MemoryFileSystem::CutPower(uint64_t seed) {
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

void MemoryFileSystem::Restart() {
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

void MemoryFileSystem::Damage(const std::string& path, std::string bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto content = std::make_shared<Content>();
  if (const auto found = files_.find(path); found != files_.end()) *content = *found->second;
  content->bytes = std::move(bytes);
  content->synced_size = content->bytes.size();
  files_[path] = durable_files_[path] = std::move(content);
}

std::vector<std::string> MemoryFileSystem::violations() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return violations_;
}

Result<std::unique_ptr<WritableFile>> MemoryFileSystem::CreateNew(const std::string& path) {
  return CreateFile(path);
}

Result<std::unique_ptr<MemoryWritableFile>> MemoryFileSystem::CreateFile(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
  if (!directories_.contains(ParentPath(path))) return Missing(path);
  if (files_.contains(path) || directories_.contains(path)) {
    return Status::AlreadyExists("cannot create ", path, ": File exists");
  }
  auto content = std::make_shared<Content>();
  content->modification_millis = next_millis_++;
  files_[path] = content;
  return std::make_unique<MemoryWritableFile>(this, path, std::move(content));
}

Result<std::unique_ptr<ReadableFile>> MemoryFileSystem::Open(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, ReadFile(path));
  return ReadableFileOf(std::move(bytes));
}

Result<std::string> MemoryFileSystem::ReadFile(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
  const auto found = files_.find(path);
  if (found == files_.end()) {
    if (directories_.contains(path)) return Status::IOError("cannot read ", path, ": a directory");
    return Missing(path);
  }
  return found->second->bytes;
}

Result<FileInfo> MemoryFileSystem::GetInfo(const std::string& raw) {
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

Result<bool> MemoryFileSystem::Exists(const std::string& path) {
  const auto info = GetInfo(path);
  if (info.ok()) return true;
  if (IsNotFound(info.status())) return false;
  return info.status();
}

Result<std::vector<FileInfo>> MemoryFileSystem::List(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string directory = NormalizePath(raw);
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

Result<std::vector<std::string>> MemoryFileSystem::MissingDirectories(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> missing;
  for (std::string at = NormalizePath(raw); !directories_.contains(at) && at != ".";
       at = ParentPath(at)) {
    if (files_.contains(at)) return Status::IOError(at, " exists and is not a directory");
    missing.push_back(at);
  }
  std::reverse(missing.begin(), missing.end());
  return missing;
}

void MemoryFileSystem::AddDirectory(const std::string& directory) {
  std::lock_guard<std::mutex> lock(mutex_);
  directories_.insert(NormalizePath(directory));
}

Status MemoryFileSystem::CreateDirectories(const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(const auto missing, MissingDirectories(directory));
  for (const std::string& path : missing) {
    AddDirectory(path);
    ARROW_RETURN_NOT_OK(SyncDirectory(ParentPath(path)));
  }
  return Status::OK();
}

Status MemoryFileSystem::Rename(const std::string& raw_from, const std::string& raw_to,
                                bool overwrite) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string from = NormalizePath(raw_from);
  const std::string to = NormalizePath(raw_to);
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

Status MemoryFileSystem::Remove(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
  files_.erase(path);
  return Status::OK();
}

Status MemoryFileSystem::RemoveRecursively(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string path = NormalizePath(raw);
  const auto below = [&](const std::string& name) {
    return name == path || name.starts_with(path + "/");
  };
  std::erase_if(files_, [&](const auto& entry) { return below(entry.first); });
  std::erase_if(directories_, below);
  return Status::OK();
}

Status MemoryFileSystem::SyncDirectory(const std::string& raw) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string directory = NormalizePath(raw);
  if (!directories_.contains(directory)) return Missing(directory);
  SyncEntries(directory);
  return Status::OK();
}

void MemoryFileSystem::SyncEntries(const std::string& directory) {
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

Status MemoryFileSystem::SetModificationTime(const std::string& raw, int64_t millis) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(NormalizePath(raw));
  if (found == files_.end()) return Missing(raw);
  found->second->modification_millis = millis;
  return Status::OK();
}

}  // namespace thalweg::testing
