#pragma once

// years(), months(), days(), hours() and bucket() of programs: they say how a table is partitioned.

#include <string>

namespace thalweg::plan::spec {

/// What follows the name in a call of one that stands anywhere else; its child is the column.
/// Resolving the call fails with PARTITION_TRANSFORM_EXPRESSION_NOT_IN_PARTITIONED_BY.
inline constexpr char kPartitionTransform[] = " partition transform";

/// Whether `name`, in lower case, is that of a partition transform.
inline bool IsPartitionTransform(const std::string& name) {
  return name == "years" || name == "months" || name == "days" || name == "hours" ||
         name == "bucket";
}

}  // namespace thalweg::plan::spec
