#pragma once

#include "thalweg/functions/higher_order.h"
#include "thalweg/plan/analyzer/expression_resolver.h"

namespace thalweg::plan {

/// A call of a function with lambdas. The body of a lambda is closed over its parameters and the
/// columns it names, which become arguments of the call.
/// Errors: INVALID_LAMBDA_FUNCTION_CALL.*, WRONG_NUM_ARGS, DATATYPE_MISMATCH.*.
Result<Resolved> ResolveHigherOrderCall(ExpressionResolver* resolver,
                                        const functions::HigherOrderFunction& function,
                                        const spec::Expression& call);

/// The parameter `name` of the innermost lambda that has one of that name; null if none has.
const Attribute* FindLambdaParameter(const LambdaScope* scope, const std::string& name);

}  // namespace thalweg::plan
