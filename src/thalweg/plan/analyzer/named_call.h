#pragma once

// f(name => value) for the engine's own functions.

#include <optional>

#include "thalweg/functions/function_registry.h"
#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan {

/// `call` of an engine's function with all arguments by position, defaults for those it leaves out;
/// nothing if they go by position already, or if there is no such function. Errors:
/// DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.*, UNEXPECTED_POSITIONAL_ARGUMENT,
/// UNRECOGNIZED_PARAMETER_NAME, REQUIRED_PARAMETER_NOT_FOUND, WRONG_NUM_ARGS.WITHOUT_SUGGESTION of
/// functions whose parameters have names; NAMED_PARAMETERS_NOT_SUPPORTED of all others.
Result<std::optional<spec::Expression>> ArrangeArguments(
    const functions::FunctionRegistry& functions, const spec::Expression& call);

}  // namespace thalweg::plan
