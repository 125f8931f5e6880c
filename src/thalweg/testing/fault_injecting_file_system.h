#pragma once

// A file system in memory that can fail, fill up, and forget what was not synced.
//
// It keeps two states: what processes see, and what the disk holds. Appends become durable with
// Sync() of their file; creations, renames and removals with SyncDirectory() of their directory,
// and a new directory with that of its parent (CreateDirectories() syncs the parents of what it
// makes). A Sync() that fails leaves its bytes lost for good, as Linux does: a later Sync() of the
// file succeeds and makes nothing durable. That is noted as a violation, as is a rename over a
// file.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "thalweg/base/file_system.h"

namespace thalweg::testing {

/// Thread-safe. Directories are implied by CreateDirectories; names are normalised paths.
class FaultInjectingFileSystem : public FileSystem {
 public:
  FaultInjectingFileSystem();
  ~FaultInjectingFileSystem() override;

  /// Called before every operation with its name ("create", "append", "sync", "rename", "remove",
  /// "sync_directory", "create_directories", "read", "list", "look_up") and path; an error it
  /// returns is the operation's. Not called from within itself.
  using Fault = std::function<Status(std::string_view operation, const std::string& path)>;
  void SetFault(Fault fault);
  /// Called with the path of a file that is opened or read whole: how many of its bytes come, -1
  /// for all. Fewer are what a damaged disk or a network file system may give.
  using ShortRead = std::function<int64_t(const std::string& path, int64_t size)>;
  void SetShortRead(ShortRead short_read);
  /// Bytes that may still be appended; then appends fail as on a full disk. Negative: no bound.
  void SetFreeBytes(int64_t bytes);

  /// What a power cut leaves at least: synced bytes of files whose directory entry was synced. Open
  /// files stay usable but lead nowhere.
  void DropUnsynced();
  /// What a power cut may leave, drawn by `seed`: of the bytes that were not synced a part, zeros
  /// or garbage in place of the rest, and any of the creations, renames and removals that were not
  /// synced.
  void CutPower(uint64_t seed);

  /// A copy of what processes see, all of it durable, without faults.
  std::unique_ptr<FaultInjectingFileSystem> Copy() const;
  /// Puts `bytes` in place of a file's content, durably and past all faults: damage.
  void Damage(const std::string& path, std::string bytes);
  /// What was done that must never be done, as texts.
  std::vector<std::string> violations() const;

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
  using Files = std::map<std::string, std::shared_ptr<Content>>;

  Status Check(std::string_view operation, const std::string& path);
  void SyncEntries(const std::string& directory);
  /// What is durable becomes what is seen.
  void Restart();

  mutable std::mutex mutex_;
  Fault fault_;
  ShortRead short_read_;
  int64_t free_bytes_ = -1;
  int64_t next_millis_ = 1;
  Files files_;
  Files durable_files_;  // entries as of the last syncs
  std::set<std::string> directories_;
  std::set<std::string> durable_directories_;
  std::vector<std::string> violations_;
};

}  // namespace thalweg::testing
