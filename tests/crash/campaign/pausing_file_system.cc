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

Status PausingFileSystem::Before(std::string_view operation, const std::string& path) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (std::this_thread::get_id() == spared_) return Status::OK();
  if (left_ > 0 && --left_ == 0) {
    paused_ = true;
    place_ = std::string(operation) + " " + path;
    changed_.notify_all();
  }
  // The other threads of the process stop too.
  changed_.wait(lock, [&] { return !paused_; });
  return Status::OK();
}

}  // namespace thalweg::tests
