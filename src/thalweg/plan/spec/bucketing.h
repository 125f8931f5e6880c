#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::plan::spec {

/// Into which files the rows of a table go: bucketBy(), CLUSTERED BY. Value type.
struct BucketSpec {
  int32_t num_buckets = 0;
  /// Equal values of these lie in one bucket.
  std::vector<std::string> columns;
  /// In what order the rows of a file are; may be empty.
  std::vector<std::string> sort_columns;
};

/// Errors: INVALID_BUCKET_COUNT for less than one and for too many.
Status CheckBucketCount(int64_t count, std::optional<SqlPosition> position = std::nullopt);

}  // namespace thalweg::plan::spec
