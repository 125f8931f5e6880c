#pragma once

// f(name => value): an argument of a call that says which parameter it is for.

#include <string>
#include <vector>

#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan::spec {

/// A kAlias that is told from one the user wrote with AS.
ExpressionPtr MakeNamedArgument(std::string name, ExpressionPtr value);
bool IsNamedArgument(const Expression& expression);
/// The value of such an argument, and `expression` itself if it is none.
const Expression& ArgumentValue(const Expression& expression);

/// Errors: UNEXPECTED_POSITIONAL_ARGUMENT,
/// DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE.
Status CheckNamedArguments(const std::string& function,
                           const std::vector<ExpressionPtr>& arguments);

}  // namespace thalweg::plan::spec
