#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"DATA_SOURCE_NOT_FOUND", "42K02", "No data source named <provider> is known."},
};

}  // namespace

std::span<const ErrorCondition> ConnectorErrorConditions() { return kConditions; }

}  // namespace thalweg
