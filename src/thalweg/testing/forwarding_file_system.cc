#include "thalweg/testing/forwarding_file_system.h"

namespace thalweg::testing {

Result<std::unique_ptr<WritableFile>> ForwardingFileSystem::CreateNew(const std::string& path) {
  ARROW_RETURN_NOT_OK(Before("create", path));
  return below_->CreateNew(path);
}

Result<std::unique_ptr<ReadableFile>> ForwardingFileSystem::Open(const std::string& path) {
  ARROW_RETURN_NOT_OK(Before("read", path));
  return below_->Open(path);
}

Result<std::string> ForwardingFileSystem::ReadFile(const std::string& path) {
  ARROW_RETURN_NOT_OK(Before("read", path));
  return below_->ReadFile(path);
}

Result<FileInfo> ForwardingFileSystem::GetInfo(const std::string& path) {
  ARROW_RETURN_NOT_OK(Before("look_up", path));
  return below_->GetInfo(path);
}

Result<bool> ForwardingFileSystem::Exists(const std::string& path) {
  ARROW_RETURN_NOT_OK(Before("look_up", path));
  return below_->Exists(path);
}

Result<std::vector<FileInfo>> ForwardingFileSystem::List(const std::string& directory) {
  ARROW_RETURN_NOT_OK(Before("list", directory));
  return below_->List(directory);
}

Status ForwardingFileSystem::CreateDirectories(const std::string& directory) {
  ARROW_RETURN_NOT_OK(Before("create_directories", directory));
  return below_->CreateDirectories(directory);
}

Status ForwardingFileSystem::Rename(const std::string& from, const std::string& to,
                                    bool overwrite) {
  ARROW_RETURN_NOT_OK(Before("rename", to));
  return below_->Rename(from, to, overwrite);
}

Status ForwardingFileSystem::Remove(const std::string& path) {
  ARROW_RETURN_NOT_OK(Before("remove", path));
  return below_->Remove(path);
}

Status ForwardingFileSystem::RemoveRecursively(const std::string& path) {
  ARROW_RETURN_NOT_OK(Before("remove", path));
  return below_->RemoveRecursively(path);
}

Status ForwardingFileSystem::SyncDirectory(const std::string& directory) {
  ARROW_RETURN_NOT_OK(Before("sync_directory", directory));
  return below_->SyncDirectory(directory);
}

Status ForwardingFileSystem::SetModificationTime(const std::string& path, int64_t millis) {
  return below_->SetModificationTime(path, millis);
}

Result<std::unique_ptr<FileLock>> ForwardingFileSystem::TryLock(const std::string& path) {
  return below_->TryLock(path);
}

}  // namespace thalweg::testing
