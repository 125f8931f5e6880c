#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"TABLE_OR_VIEW_NOT_FOUND", "42P01", "The table or view <relationName> cannot be found. Check its spelling and that it was created in this session."},
};

}  // namespace

std::span<const ErrorCondition> AnalysisErrorConditions() { return kConditions; }

}  // namespace thalweg
