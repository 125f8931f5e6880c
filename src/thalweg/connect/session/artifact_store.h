#pragma once

#include <cstdint>
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
  /// Holds at most `max_bytes`, with those of uploads under way.
  explicit ArtifactStore(int64_t max_bytes = INT64_MAX) : max_bytes_(max_bytes) {}

  /// Errors: INVALID_ARTIFACT_PATH for names that are not below the folders of the protocol,
  /// ARTIFACT_ALREADY_EXISTS for another content under the name of a file that may not change,
  /// THALWEG_ARTIFACTS_TOO_LARGE.
  Status Put(const std::string& name, std::string content);
  /// Counts bytes that are on their way as held, until Free(). Errors: THALWEG_ARTIFACTS_TOO_LARGE.
  Status Reserve(int64_t bytes);
  void Free(int64_t bytes);
  bool Contains(const std::string& name) const;
  /// Null if there is none.
  std::shared_ptr<const std::string> Find(const std::string& name) const;
  /// Names below `folder` ("pyfiles/"), sorted.
  std::vector<std::string> Names(const std::string& folder) const;

 private:
  Status ReserveLocked(int64_t bytes);

  const int64_t max_bytes_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const std::string>> files_;
  int64_t bytes_ = 0;
};

}  // namespace thalweg::connect
