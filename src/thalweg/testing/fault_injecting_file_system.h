#pragma once

// A file system in memory that can fail, fill up, and forget what was not synced.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "thalweg/base/file_system.h"

namespace thalweg::testing {

/// Thread-safe. Directories are implied by CreateDirectories; names are normalised paths.
class FaultInjectingFileSystem : public FileSystem {
 public:
  FaultInjectingFileSystem();
  ~FaultInjectingFileSystem() override;

  /// Called before every operation with its name ("create", "append", "sync", "rename", "remove",
  /// "sync_directory", "read", "list") and path; an error it returns is the operation's.
  using Fault = std::function<Status(std::string_view operation, const std::string& path)>;
  void SetFault(Fault fault);
  /// Bytes that may still be appended; then appends fail as on a full disk. Negative: no bound.
  void SetFreeBytes(int64_t bytes);
  /// What a power cut leaves: synced bytes of files whose directory entry was synced. Open files
  /// stay usable but lead nowhere.
  void DropUnsynced();

  Result<std::unique_ptr<WritableFile>> CreateNew(const std::string& path) override;
  Result<std::unique_ptr<ReadableFile>> Open(const std::string& path) override;
  Result<std::string> ReadFile(const std::string& path) override;
  Result<FileInfo> GetInfo(const std::string& path) override;
  Result<bool> Exists(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory) override;
  Status CreateDirectories(const std::string& directory) override;
  Status Rename(const std::string& from, const std::string& to, bool overwrite) override;
  Status Remove(const std::string& path) override;
  Status RemoveRecursively(const std::string& path) override;
  Status SyncDirectory(const std::string& directory) override;
  Status SetModificationTime(const std::string& path, int64_t millis) override;

  struct Content;

 private:
  friend class MemoryWritableFile;
  Status Check(std::string_view operation, const std::string& path);

  std::mutex mutex_;
  Fault fault_;
  int64_t free_bytes_ = -1;
  int64_t next_millis_ = 1;
  std::map<std::string, std::shared_ptr<Content>> files_;
  std::map<std::string, std::shared_ptr<Content>> durable_files_;  // as of the last syncs
  std::set<std::string> directories_;
};

}  // namespace thalweg::testing
