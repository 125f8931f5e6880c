#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"STREAM_FAILED", "XXKST", "Query [id = <id>, runId = <runId>] ended with an error: <message>"},
};

}  // namespace

std::span<const ErrorCondition> StreamingErrorConditions() { return kConditions; }

}  // namespace thalweg
