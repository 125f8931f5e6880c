#pragma once

#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/logical/node.h"
#include "thalweg/plan/spec/bucketing.h"

namespace thalweg::plan {

/// The rows of `plan` in partitions that are the buckets, as Spark numbers them, each in the order
/// of its sort columns. The columns of `buckets` are among those of the plan. Errors: those of
/// types that have no hash or no order.
Result<NodePtr> BucketRows(const AnalyzerContext& context, NodePtr plan,
                           const spec::BucketSpec& buckets);

}  // namespace thalweg::plan
