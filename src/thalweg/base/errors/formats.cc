#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"PATH_NOT_FOUND", "42K03", "The path <path> does not exist."},
};

}  // namespace

std::span<const ErrorCondition> FormatErrorConditions() { return kConditions; }

}  // namespace thalweg
