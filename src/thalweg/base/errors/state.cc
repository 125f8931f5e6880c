#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", "58030", "The state cannot be loaded: <reason>."},
};

}  // namespace

std::span<const ErrorCondition> StateErrorConditions() { return kConditions; }

}  // namespace thalweg
