#include "thalweg/connectors/file/seen_files.h"

#include <algorithm>

#include "thalweg/base/file_system.h"

namespace thalweg::connectors {

std::string SeenFiles::Identity(const std::string& path) const {
  return file_name_only_ ? BaseName(path) : path;
}

void SeenFiles::Add(const std::string& path, int64_t modification_millis) {
  files_[Identity(path)] = modification_millis;
  newest_millis_ = std::max(newest_millis_, modification_millis);
  oldest_millis_ = std::min(oldest_millis_, modification_millis);
}

bool SeenFiles::IsNew(const std::string& path, int64_t modification_millis) const {
  return modification_millis >= purged_before_millis_ && !files_.contains(Identity(path));
}

void SeenFiles::Purge() {
  if (max_age_millis_ > newest_millis_) return;
  purged_before_millis_ = newest_millis_ - max_age_millis_;
  if (oldest_millis_ >= purged_before_millis_) return;
  oldest_millis_ = std::numeric_limits<int64_t>::max();
  std::erase_if(files_, [&](const auto& file) {
    if (file.second < purged_before_millis_) return true;
    oldest_millis_ = std::min(oldest_millis_, file.second);
    return false;
  });
}

}  // namespace thalweg::connectors
