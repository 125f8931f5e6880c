#pragma once

#include <mutex>
#include <set>
#include <string>

#include "thalweg/base/file_system.h"

namespace thalweg::connectors {

/// Makes what was created in directories below `root` survive a power cut. Thread-safe.
class DurableDirectories {
 public:
  DurableDirectories(FileSystem* file_system, std::string root)
      : file_system_(file_system), root_(std::move(root)) {}

  /// Syncs `directory`, which is `root` or lies below it. When it is met for the first time, those
  /// above it too, up to the parent of `root`: a process that was killed may have made them and not
  /// have come to sync them.
  Status Sync(const std::string& directory);

 private:
  FileSystem* const file_system_;
  const std::string root_;
  std::mutex mutex_;
  std::set<std::string> known_;  // guarded by mutex_; their entries are durable
};

}  // namespace thalweg::connectors
