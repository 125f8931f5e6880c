#include "thalweg/plan/spec/bucketing.h"

namespace thalweg::plan::spec {

Status CheckBucketCount(int64_t count, std::optional<SqlPosition> position) {
  constexpr int64_t kMostBuckets = 100'000;
  if (count > 0 && count <= kMostBuckets) return Status::OK();
  return MakeError("INVALID_BUCKET_COUNT",
                   {{"bucketingMaxBuckets", std::to_string(kMostBuckets)},
                    {"numBuckets", std::to_string(count)}},
                   position);
}

}  // namespace thalweg::plan::spec
