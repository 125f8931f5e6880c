#pragma once

// f(name => value): an argument of a call that says which parameter it is for.

#include <optional>
#include <string>
#include <vector>

#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan::spec {

/// A kAlias that is told from one the user wrote with AS.
ExpressionPtr MakeNamedArgument(std::string name, ExpressionPtr value);
bool IsNamedArgument(const Expression& expression);
/// The value of such an argument, and `expression` itself if it is none.
const Expression& ArgumentValue(const Expression& expression);

/// The names of a call's `count` values, unset where they go by position. A star among `arguments`
/// has become any number of values; named ones stand behind all others.
std::vector<std::optional<std::string>> ArgumentNames(const std::vector<ExpressionPtr>& arguments,
                                                      size_t count);

/// Errors: UNEXPECTED_POSITIONAL_ARGUMENT,
/// DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE.
Status CheckNamedArguments(const std::string& function,
                           const std::vector<ExpressionPtr>& arguments);

}  // namespace thalweg::plan::spec
