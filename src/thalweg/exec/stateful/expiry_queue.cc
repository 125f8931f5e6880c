#include "thalweg/exec/stateful/expiry_queue.h"

#include <algorithm>

namespace thalweg::exec {
namespace {

constexpr int64_t kBucketMicros = 1'000'000;

int64_t BucketOf(int64_t time) {
  const int64_t rest = time % kBucketMicros;
  const int64_t floor = time - (rest < 0 ? rest + kBucketMicros : rest);
  return floor + (kBucketMicros - 1);
}

}  // namespace

void ExpiryQueue::Push(int64_t time, uint8_t* group) {
  buckets_[BucketOf(time)].push_back({time, group});
}

std::vector<ExpiryQueue::Entry> ExpiryQueue::TakeDue(int64_t now) {
  std::vector<Entry> due;
  while (!buckets_.empty() && buckets_.begin()->first <= now) {
    const std::vector<Entry>& bucket = buckets_.begin()->second;
    due.insert(due.end(), bucket.begin(), bucket.end());
    buckets_.erase(buckets_.begin());
  }
  if (buckets_.empty() || buckets_.begin()->first - kBucketMicros >= now) return due;
  std::vector<Entry>& bucket = buckets_.begin()->second;
  const auto later = std::partition(bucket.begin(), bucket.end(),
                                    [now](const Entry& entry) { return entry.time <= now; });
  due.insert(due.end(), bucket.begin(), later);
  bucket.erase(bucket.begin(), later);
  if (bucket.empty()) buckets_.erase(buckets_.begin());
  return due;
}

}  // namespace thalweg::exec
