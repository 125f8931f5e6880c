#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"PARSE_SYNTAX_ERROR", "42601", "Syntax error at or near <error><hint>."},
};

}  // namespace

std::span<const ErrorCondition> ParserErrorConditions() { return kConditions; }

}  // namespace thalweg
