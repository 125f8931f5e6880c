#include "thalweg/connectors/file/file_cleaner.h"

namespace thalweg::connectors {

FileCleaner::FileCleaner(FileSystem* file_system, CleanSource mode, std::string archive_directory,
                         int num_threads)
    : file_system_(file_system), mode_(mode), archive_directory_(std::move(archive_directory)) {
  for (int i = 0; i < num_threads; ++i) threads_.emplace_back([this] { Run(); });
}

void FileCleaner::Clean(std::vector<std::string> paths) {
  if (threads_.empty()) {
    for (const auto& path : paths) CleanOne(path);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    for (auto& path : paths) waiting_.push_back(std::move(path));
  }
  changed_.notify_all();
}

void FileCleaner::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void FileCleaner::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::string path = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    CleanOne(path);
    lock.lock();
  }
}

void FileCleaner::CleanOne(const std::string& path) {
  // Failures are no concern of the query: the file has been read.
  if (mode_ == CleanSource::kDelete) {
    (void)file_system_->Remove(path);
    return;
  }
  const std::string target = archive_directory_ + path;
  if (file_system_->CreateDirectories(ParentPath(target)).ok()) {
    (void)file_system_->Rename(path, target, /*overwrite=*/false);
  }
}

}  // namespace thalweg::connectors
