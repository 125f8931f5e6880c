#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>

namespace thalweg::connectors {

/// Which files a stream has read. Files much older than the newest are forgotten and counted as
/// read from then on. Not thread-safe.
class SeenFiles {
 public:
  /// Age relative to the newest file added; `file_name_only`: equal names are the same file.
  SeenFiles(int64_t max_age_millis, bool file_name_only)
      : max_age_millis_(max_age_millis), file_name_only_(file_name_only) {}

  void Add(const std::string& path, int64_t modification_millis);
  /// True if the file has not been added and is not older than what was purged.
  bool IsNew(const std::string& path, int64_t modification_millis) const;
  /// Forgets what is too old by now.
  void Purge();
  size_t size() const { return files_.size(); }

 private:
  std::string Identity(const std::string& path) const;

  const int64_t max_age_millis_;
  const bool file_name_only_;
  std::unordered_map<std::string, int64_t> files_;
  int64_t newest_millis_ = 0;
  int64_t purged_before_millis_ = 0;
  int64_t oldest_millis_ = std::numeric_limits<int64_t>::max();  // no file here is older
};

}  // namespace thalweg::connectors
