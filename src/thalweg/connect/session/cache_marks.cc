#include "thalweg/connect/session/cache_marks.h"

namespace thalweg::connect {

void CacheMarks::Mark(const std::shared_ptr<const void>& entry) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const auto& known) { return known.expired(); });
  entries_.insert(entry);
}

void CacheMarks::Unmark(const std::shared_ptr<const void>& entry) {
  const std::lock_guard lock(mutex_);
  entries_.erase(entry);
}

bool CacheMarks::IsMarked(const std::shared_ptr<const void>& entry) const {
  const std::lock_guard lock(mutex_);
  return entries_.count(entry) > 0;
}

void CacheMarks::Persist(const std::string& frame, const proto::StorageLevel& level) {
  const std::lock_guard lock(mutex_);
  frames_.emplace(frame, level);
}

void CacheMarks::Unpersist(const std::string& frame) {
  const std::lock_guard lock(mutex_);
  frames_.erase(frame);
}

std::optional<proto::StorageLevel> CacheMarks::FindLevel(const std::string& frame) const {
  const std::lock_guard lock(mutex_);
  const auto found = frames_.find(frame);
  if (found == frames_.end()) return std::nullopt;
  return found->second;
}

void CacheMarks::Clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  frames_.clear();
}

}  // namespace thalweg::connect
