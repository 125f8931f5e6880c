#pragma once

// Where state that does not fit into memory lies while a query runs. Nothing in it outlives the
// query: what is durable are the files of the checkpoint.

#include <memory>
#include <string>

#include "thalweg/base/file_system.h"
#include "thalweg/base/status.h"

namespace thalweg::state {

/// A directory of the local file system that belongs to one query run; removed when destroyed.
class ScratchDirectory {
 public:
  /// Makes a new directory below the first of `roots` (separated by commas; empty: the system's
  /// directory for temporary files), which is made if it is not there. Removes what processes that
  /// are gone have left there: a directory whose lock file nobody holds.
  /// Errors: STATE_STORE_SCRATCH_DIRECTORY.
  static Result<std::unique_ptr<ScratchDirectory>> Make(const std::string& roots);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  ScratchDirectory() = default;

  std::unique_ptr<FileSystem> files_;
  std::string path_;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace thalweg::state
