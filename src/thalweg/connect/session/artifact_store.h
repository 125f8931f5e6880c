#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::connect {

/// The files that a client gave its session, in memory, by name ("cache/<sha256>",
/// "pyfiles/x.py"). Thread-safe.
class ArtifactStore {
 public:
  /// Bytes that one session may hold.
  static constexpr int64_t kMaxBytes = int64_t{4} << 30;

  /// Errors: INVALID_ARTIFACT_PATH for names that are not below the folders of the protocol,
  /// ARTIFACT_ALREADY_EXISTS for another content under the name of a file that may not change,
  /// THALWEG_ARTIFACTS_TOO_LARGE.
  Status Put(const std::string& name, std::string content);
  bool Contains(const std::string& name) const;
  /// Null if there is none.
  std::shared_ptr<const std::string> Find(const std::string& name) const;
  /// Names below `folder` ("pyfiles/"), sorted.
  std::vector<std::string> Names(const std::string& folder) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const std::string>> files_;
  int64_t bytes_ = 0;
};

}  // namespace thalweg::connect
