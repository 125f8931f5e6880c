#include "pausing_file_system.h"

namespace thalweg::tests {

void PausingFileSystem::PauseAt(int64_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  left_ = number;
  spared_ = std::this_thread::get_id();
}

bool PausingFileSystem::paused() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return paused_;
}

void PausingFileSystem::Resume() {
  const std::lock_guard<std::mutex> lock(mutex_);
  left_ = 0;
  paused_ = false;
  changed_.notify_all();
}

std::string PausingFileSystem::place() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return place_;
}

FileSystem* PausingFileSystem::Pass(const char* operation, const std::string& path) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (std::this_thread::get_id() == spared_) return below_;
  if (left_ > 0 && --left_ == 0) {
    paused_ = true;
    place_ = std::string(operation) + " " + path;
    changed_.notify_all();
  }
  // The other threads of the process stop too.
  changed_.wait(lock, [&] { return !paused_; });
  return below_;
}

Result<std::unique_ptr<WritableFile>> PausingFileSystem::CreateNew(const std::string& path) {
  return Pass("create", path)->CreateNew(path);
}
Result<std::unique_ptr<ReadableFile>> PausingFileSystem::Open(const std::string& path) {
  return Pass("open", path)->Open(path);
}
Result<std::string> PausingFileSystem::ReadFile(const std::string& path) {
  return Pass("read", path)->ReadFile(path);
}
Result<FileInfo> PausingFileSystem::GetInfo(const std::string& path) {
  return Pass("look up", path)->GetInfo(path);
}
Result<bool> PausingFileSystem::Exists(const std::string& path) {
  return Pass("look up", path)->Exists(path);
}
Result<std::vector<FileInfo>> PausingFileSystem::List(const std::string& directory) {
  return Pass("list", directory)->List(directory);
}
Status PausingFileSystem::CreateDirectories(const std::string& directory) {
  return Pass("create directories", directory)->CreateDirectories(directory);
}
Status PausingFileSystem::Rename(const std::string& from, const std::string& to, bool overwrite) {
  return Pass("rename to", to)->Rename(from, to, overwrite);
}
Status PausingFileSystem::Remove(const std::string& path) {
  return Pass("remove", path)->Remove(path);
}
Status PausingFileSystem::RemoveRecursively(const std::string& path) {
  return Pass("remove", path)->RemoveRecursively(path);
}
Status PausingFileSystem::SyncDirectory(const std::string& directory) {
  return Pass("sync directory", directory)->SyncDirectory(directory);
}
Status PausingFileSystem::SetModificationTime(const std::string& path, int64_t millis) {
  return Pass("set time", path)->SetModificationTime(path, millis);
}

}  // namespace thalweg::tests
