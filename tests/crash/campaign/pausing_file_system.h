#pragma once

// A file system that stops one caller before an operation, as SIGSTOP or a long pause of a virtual
// machine would, while others go on with the file system below.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "thalweg/base/file_system.h"

namespace thalweg::tests {

/// Thread-safe. Hands everything on to `below`, which outlives it.
class PausingFileSystem : public FileSystem {
 public:
  explicit PausingFileSystem(FileSystem* below) : below_(below) {}

  /// Stops whoever comes with the `number`-th operation from now on (1: the next), and all that
  /// come later; the calling thread apart.
  void PauseAt(int64_t number);
  bool paused();
  void Resume();

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

  /// Where somebody has stopped.
  std::string place();

 private:
  FileSystem* Pass(const char* operation, const std::string& path);

  FileSystem* const below_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t left_ = 0;  // operations until the pause; 0: none to come
  bool paused_ = false;
  std::string place_;
  std::thread::id spared_;
};

}  // namespace thalweg::tests
