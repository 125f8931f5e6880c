#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "thalweg/base/file_system.h"
#include "thalweg/connectors/file/file_source_options.h"

namespace thalweg::connectors {

/// Removes or archives the files of finished batches, on threads of its own. Best effort: a file
/// that cannot be removed stays. One owner.
class FileCleaner {
 public:
  /// `file_system` must outlive the cleaner. Archived files keep their path below
  /// `archive_directory`.
  /// Without threads Clean() does it all itself.
  FileCleaner(FileSystem* file_system, CleanSource mode, std::string archive_directory,
              int num_threads);
  /// Finishes what was asked for.
  ~FileCleaner() { Stop(); }

  void Clean(std::vector<std::string> paths);
  /// Waits for all that was asked for and ends the threads. Idempotent.
  void Stop();

 private:
  void Run();
  void CleanOne(const std::string& path);

  FileSystem* const file_system_;
  const CleanSource mode_;
  const std::string archive_directory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;  // guarded by mutex_
  bool stopping_ = false;            // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace thalweg::connectors
