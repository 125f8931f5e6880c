#pragma once

// What file systems of tests have in common that stand before another one: they are asked before
// each operation, and hand it on.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/file_system.h"

namespace thalweg::testing {

/// Thread-safe if Before() is. `below` outlives it. The file's own operations (append, sync) are
/// those of `below`, unless a subclass wraps the files.
class ForwardingFileSystem : public FileSystem {
 public:
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
  /// Before() is not asked: only tests set times.
  Status SetModificationTime(const std::string& path, int64_t millis) override;
  Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) override;

 protected:
  explicit ForwardingFileSystem(FileSystem* below) : below_(below) {}

  /// Called before every operation with its name ("create", "rename" with the new name, "remove",
  /// "sync_directory", "create_directories", "read", "list", "look_up") and path; an error is the
  /// operation's, which then does not take place.
  virtual Status Before(std::string_view operation, const std::string& path) = 0;

 private:
  FileSystem* const below_;
};

}  // namespace thalweg::testing
