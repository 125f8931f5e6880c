#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"DIVIDE_BY_ZERO", "22012", "Division by zero. Use try_divide, or a condition that leaves the row out, to get NULL instead."},
};

}  // namespace

std::span<const ErrorCondition> EvaluationErrorConditions() { return kConditions; }

}  // namespace thalweg
