#pragma once

// A file system in memory (MemoryFileSystem) that can fail, fill up, and forget what was not
// synced.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/testing/forwarding_file_system.h"
#include "thalweg/testing/memory_file_system.h"

namespace thalweg::testing {

/// Thread-safe.
class FaultInjectingFileSystem : public ForwardingFileSystem {
 public:
  FaultInjectingFileSystem() : ForwardingFileSystem(&disk_) {}

  /// Called before every operation of ForwardingFileSystem, "append" and "sync" of files, and
  /// "sync_directory" for each directory that CreateDirectories() adds; with a normalised path. An
  /// error it returns is the operation's. Not called from within itself.
  using Fault = std::function<Status(std::string_view operation, const std::string& path)>;
  void SetFault(Fault fault);
  /// Called with the path of a file that is opened or read whole: how many of its bytes come, -1
  /// for all. Fewer are what a damaged disk or a network file system may give.
  using ShortRead = std::function<int64_t(const std::string& path, int64_t size)>;
  void SetShortRead(ShortRead short_read);
  /// Bytes that may still be appended; then appends fail as on a full disk. Negative: no bound.
  void SetFreeBytes(int64_t bytes);
  /// Appends that have failed because of that.
  int64_t refused_appends() const;

  /// As those of MemoryFileSystem, past all faults.
  void DropUnsynced() { disk_.DropUnsynced(); }
  void CutPower(uint64_t seed) { disk_.CutPower(seed); }
  void Damage(const std::string& path, std::string bytes) { disk_.Damage(path, std::move(bytes)); }
  std::vector<std::string> violations() const { return disk_.violations(); }

  Result<std::unique_ptr<WritableFile>> CreateNew(const std::string& path) override;
  Result<std::unique_ptr<ReadableFile>> Open(const std::string& path) override;
  Result<std::string> ReadFile(const std::string& path) override;
  Status CreateDirectories(const std::string& directory) override;

 protected:
  Status Before(std::string_view operation, const std::string& path) override;

 private:
  class File;

  /// How many of `bytes` there is room for; they are taken.
  int64_t TakeRoom(int64_t bytes);

  MemoryFileSystem disk_;
  mutable std::mutex mutex_;
  Fault fault_;
  ShortRead short_read_;
  int64_t free_bytes_ = -1;
  int64_t refused_appends_ = 0;
};

}  // namespace thalweg::testing
