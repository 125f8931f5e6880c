#pragma once

// Files behind one seam (architecture, decision 13): a POSIX one, and one for tests that keeps
// everything in memory and injects faults. Paths are plain absolute or relative local paths;
// "file:/x" and "file:///x" are accepted and mean "/x". All methods are thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg {

struct FileInfo {
  std::string path;
  bool is_directory = false;
  int64_t size = 0;
  int64_t modification_millis = 0;
};

/// Appends to one file. One thread. Destroyed without Close(): the file stays, not durable.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  /// Flushes to the device. An error is final for this file: never retried (decision 11).
  virtual Status Sync() = 0;
  virtual Status Close() = 0;
};

/// Random access reads. Thread-safe.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  virtual int64_t size() const = 0;
  /// Reads up to `length` bytes at `offset` into `out`; gives the number read (less at the end).
  virtual Result<int64_t> Read(int64_t offset, int64_t length, char* out) const = 0;
  /// The whole file mapped into memory, or an empty view when it cannot be mapped.
  virtual std::string_view mapped() const { return {}; }
};

/// Exclusive ownership of a lock file: held until destroyed, and let go by the system when the
/// process dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Creates the file; fails with AlreadyExists if the name is taken.
  virtual Result<std::unique_ptr<WritableFile>> CreateNew(const std::string& path) = 0;
  virtual Result<std::unique_ptr<ReadableFile>> Open(const std::string& path) = 0;
  /// Whole content. NotFound (arrow KeyError) is told apart by IsNotFound().
  virtual Result<std::string> ReadFile(const std::string& path) = 0;
  virtual Result<FileInfo> GetInfo(const std::string& path) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  /// Entries of a directory, sorted by name.
  virtual Result<std::vector<FileInfo>> List(const std::string& directory) = 0;
  virtual Status CreateDirectories(const std::string& directory) = 0;
  /// Renames; with `overwrite` false fails with AlreadyExists if the target is there.
  virtual Status Rename(const std::string& from, const std::string& to, bool overwrite) = 0;
  /// Removes a file; removing a missing one is OK.
  virtual Status Remove(const std::string& path) = 0;
  virtual Status RemoveRecursively(const std::string& path) = 0;
  /// Makes creations, renames and removals in `directory` durable.
  virtual Status SyncDirectory(const std::string& directory) = 0;
  virtual Status SetModificationTime(const std::string& path, int64_t millis) = 0;
  /// Locks the file `path`, creating it if needed; null when somebody else holds the lock, in this
  /// process or another. File systems that only one process can see always grant it.
  virtual Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) {
    return std::make_unique<FileLock>();
  }
};

std::unique_ptr<FileSystem> MakeLocalFileSystem();

/// True for the errors of Open/ReadFile/GetInfo/List on a path that is not there.
bool IsNotFound(const Status& status);
/// True for CreateNew/Rename on a taken name.
bool IsAlreadyExists(const Status& status);

/// Writes `bytes` under a unique temporary name beside `path`, syncs, renames without overwrite
/// and syncs the directory: after OK the file is durable and whole; on error `path` is either
/// absent or somebody else's (semantics 3.1). `fault_name` names the fault point "<name>.half" that
/// is passed when half of the bytes are in the temporary file; empty: none.
Status AtomicCreate(FileSystem* file_system, const std::string& path, std::string_view bytes,
                    std::string_view fault_name = {});

/// "file:/a//b/./c" -> "/a/b/c"; joins; parent; last component.
std::string NormalizePath(std::string_view path);
std::string JoinPath(std::string_view directory, std::string_view name);
std::string ParentPath(std::string_view path);
std::string BaseName(std::string_view path);

/// A random UUID in canonical text form.
std::string RandomUuid();

}  // namespace thalweg
