#include "thalweg/state/expiry_queue.h"

#include <algorithm>

#include "thalweg/state/second_bucket.h"

namespace thalweg::state {

void ExpiryQueue::Push(int64_t time, uint8_t* group) {
  buckets_[state::LastOfSecond(time)].push_back({time, group});
}

std::vector<ExpiryQueue::Entry> ExpiryQueue::TakeDue(int64_t now) {
  std::vector<Entry> due;
  while (!buckets_.empty() && buckets_.begin()->first <= now) {
    const std::vector<Entry>& bucket = buckets_.begin()->second;
    due.insert(due.end(), bucket.begin(), bucket.end());
    buckets_.erase(buckets_.begin());
  }
  if (buckets_.empty() || state::SecondIsAfter(buckets_.begin()->first, now)) return due;
  std::vector<Entry>& bucket = buckets_.begin()->second;
  const auto later = std::partition(bucket.begin(), bucket.end(),
                                    [now](const Entry& entry) { return entry.time <= now; });
  due.insert(due.end(), bucket.begin(), later);
  bucket.erase(bucket.begin(), later);
  if (bucket.empty()) buckets_.erase(buckets_.begin());
  return due;
}

}  // namespace thalweg::state
