#pragma once

// A file system in memory that knows what is durable.
//
// It keeps two states: what processes see, and what the disk holds. Appends become durable with
// Sync() of their file; creations, renames and removals with SyncDirectory() of their directory,
// and a new directory with that of its parent (CreateDirectories() syncs the parents of what it
// makes). A Sync() that fails leaves its bytes lost for good, as Linux does: a later Sync() of the
// file succeeds and makes nothing durable. That is noted as a violation, as is a rename over a
// file.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "thalweg/base/file_system.h"

namespace thalweg::testing {

class MemoryWritableFile;

/// Thread-safe. Directories are implied by CreateDirectories; names are normalised paths.
class MemoryFileSystem : public FileSystem {
 public:
  MemoryFileSystem();
  ~MemoryFileSystem() override;

  /// What a power cut leaves at least: synced bytes of files whose directory entry was synced. Open
  /// files stay usable but lead nowhere.
  void DropUnsynced();
  /// What a power cut may leave, drawn by `seed`: of the bytes that were not synced a part, zeros
  /// or garbage in place of the rest, and any of the creations, renames and removals that were not
  /// synced.
  void CutPower(uint64_t seed);

  /// Puts `bytes` in place of a file's content, durably: damage.
  void Damage(const std::string& path, std::string bytes);
  /// What was done that must never be done, as texts.
  std::vector<std::string> violations() const;

  /// CreateNew() with the type of its files.
  Result<std::unique_ptr<MemoryWritableFile>> CreateFile(const std::string& path);
  /// The steps of CreateDirectories(): which directories it has to add, the uppermost first; and
  /// one of them, whose entry is not durable before its parent is synced.
  Result<std::vector<std::string>> MissingDirectories(const std::string& directory);
  void AddDirectory(const std::string& directory);

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

  void SyncEntries(const std::string& directory);
  /// What is durable becomes what is seen.
  void Restart();

  mutable std::mutex mutex_;
  int64_t next_millis_ = 1;
  Files files_;
  Files durable_files_;  // entries as of the last syncs
  std::set<std::string> directories_;
  std::set<std::string> durable_directories_;
  std::vector<std::string> violations_;
};

/// A file that is being written. `owner` outlives it.
class MemoryWritableFile : public WritableFile {
 public:
  MemoryWritableFile(MemoryFileSystem* owner, std::string path,
                     std::shared_ptr<MemoryFileSystem::Content> content)
      : owner_(owner), path_(std::move(path)), content_(std::move(content)) {}

  Status Append(std::string_view bytes) override;
  Status Sync() override;
  Status Close() override { return Status::OK(); }

  const std::string& path() const { return path_; }
  bool sync_failed() const;
  /// A Sync() that fails.
  void FailSync();

 private:
  MemoryFileSystem* owner_;
  std::string path_;
  std::shared_ptr<MemoryFileSystem::Content> content_;
};

/// A file of these bytes, open for reading.
std::unique_ptr<ReadableFile> ReadableFileOf(std::string bytes);

}  // namespace thalweg::testing
