#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "thalweg/connect/session/artifact_store.h"

namespace thalweg::connect {

/// The files that a client gave for its Python functions (addArtifact(..., pyfile=True) and
/// files), in a directory where workers find them. It ends with its content. Thread-safe.
class PythonFiles {
 public:
  PythonFiles() = default;
  ~PythonFiles();
  PythonFiles(const PythonFiles&) = delete;
  PythonFiles& operator=(const PythonFiles&) = delete;

  struct Found {
    /// Empty: there are no files.
    std::string directory;
    /// Names inside of it that are modules or archives of modules.
    std::vector<std::string> modules;
  };
  /// Writes what `artifacts` have got since the last call. Errors: those of the file system.
  Result<Found> Update(const ArtifactStore& artifacts);

 private:
  Status Write(const std::string& name, const std::string& content);

  std::mutex mutex_;
  std::string directory_;
  std::set<std::string> written_;
};

}  // namespace thalweg::connect
