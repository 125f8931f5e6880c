#pragma once

#include <memory>
#include <string>

#include "thalweg/data/batch.h"

namespace thalweg::connectors {

/// The narrowest type that Spark sees in the text of a partition value; null type for the default
/// partition.
TypePtr InferPartitionType(const std::string& text, const std::string& time_zone);

/// The type of a column whose values have both types.
TypePtr WiderPartitionType(const TypePtr& left, const TypePtr& right);

/// The text as a value of `type`; null for the default partition. Nothing when it does not fit.
std::shared_ptr<arrow::Scalar> CastPartitionText(const std::string& text, const TypePtr& type,
                                                 const std::string& time_zone);

}  // namespace thalweg::connectors
