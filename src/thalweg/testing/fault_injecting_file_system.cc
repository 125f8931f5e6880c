#include "thalweg/testing/fault_injecting_file_system.h"

#include <algorithm>

namespace thalweg::testing {

class FaultInjectingFileSystem::File : public WritableFile {
 public:
  File(FaultInjectingFileSystem* owner, std::unique_ptr<MemoryWritableFile> file)
      : owner_(owner), file_(std::move(file)) {}

  Status Append(std::string_view bytes) override {
    ARROW_RETURN_NOT_OK(owner_->Before("append", file_->path()));
    const int64_t fits = owner_->TakeRoom(static_cast<int64_t>(bytes.size()));
    ARROW_RETURN_NOT_OK(file_->Append(bytes.substr(0, static_cast<size_t>(fits))));
    if (fits == static_cast<int64_t>(bytes.size())) return Status::OK();
    return Status::IOError("cannot write ", file_->path(), ": No space left on device");
  }

  Status Sync() override {
    if (file_->sync_failed()) return file_->Sync();
    const Status status = owner_->Before("sync", file_->path());
    if (status.ok()) return file_->Sync();
    file_->FailSync();
    return status;
  }

  Status Close() override { return file_->Close(); }

 private:
  FaultInjectingFileSystem* owner_;
  std::unique_ptr<MemoryWritableFile> file_;
};

Status FaultInjectingFileSystem::Before(std::string_view operation, const std::string& path) {
  std::lock_guard<std::mutex> lock(mutex_);
  return fault_ ? fault_(operation, NormalizePath(path)) : Status::OK();
}

void FaultInjectingFileSystem::SetFault(Fault fault) {
  std::lock_guard<std::mutex> lock(mutex_);
  fault_ = std::move(fault);
}

void FaultInjectingFileSystem::SetShortRead(ShortRead short_read) {
  std::lock_guard<std::mutex> lock(mutex_);
  short_read_ = std::move(short_read);
}

void FaultInjectingFileSystem::SetFreeBytes(int64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  free_bytes_ = bytes;
}

int64_t FaultInjectingFileSystem::refused_appends() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return refused_appends_;
}

int64_t FaultInjectingFileSystem::TakeRoom(int64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (free_bytes_ < 0) return bytes;
  const int64_t fits = std::min(bytes, free_bytes_);
  free_bytes_ -= fits;
  if (fits < bytes) ++refused_appends_;
  return fits;
}

Result<std::unique_ptr<WritableFile>> FaultInjectingFileSystem::CreateNew(const std::string& path) {
  ARROW_RETURN_NOT_OK(Before("create", path));
  ARROW_ASSIGN_OR_RAISE(auto file, disk_.CreateFile(path));
  return std::make_unique<File>(this, std::move(file));
}

Result<std::unique_ptr<ReadableFile>> FaultInjectingFileSystem::Open(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, ReadFile(path));
  return ReadableFileOf(std::move(bytes));
}

Result<std::string> FaultInjectingFileSystem::ReadFile(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(std::string bytes, ForwardingFileSystem::ReadFile(path));
  std::lock_guard<std::mutex> lock(mutex_);
  const auto size = static_cast<int64_t>(bytes.size());
  const int64_t count = short_read_ ? short_read_(NormalizePath(path), size) : -1;
  if (count >= 0) bytes.resize(static_cast<size_t>(std::min(count, size)));
  return bytes;
}

Status FaultInjectingFileSystem::CreateDirectories(const std::string& directory) {
  ARROW_RETURN_NOT_OK(Before("create_directories", directory));
  ARROW_ASSIGN_OR_RAISE(const auto missing, disk_.MissingDirectories(directory));
  for (const std::string& path : missing) {
    disk_.AddDirectory(path);
    ARROW_RETURN_NOT_OK(SyncDirectory(ParentPath(path)));
  }
  return Status::OK();
}

}  // namespace thalweg::testing
