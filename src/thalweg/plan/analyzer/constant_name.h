#pragma once

// The expressions of IDENTIFIER(...).

#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/spec/constant_name.h"

namespace thalweg::plan {

/// The text of a constant expression, which may read variables of the session but no columns.
/// Errors: NOT_A_CONSTANT_STRING.*, those of the expression.
Result<spec::ConstantName> EvaluateConstantName(const AnalyzerContext& context,
                                                const spec::Expression& expression);

/// Why `call`, a spec::kNameRefused, names nothing where `resolver` is: never OK.
/// Errors: NOT_A_CONSTANT_STRING.*, those of the expression.
Status RefuseConstantName(ExpressionResolver* resolver, const spec::Expression& call);

/// Errors: NOT_A_CONSTANT_STRING.NOT_CONSTANT if the expression that the name of a column was made
/// of, `attribute.children`, reads a column of `scope` and so is none.
Status CheckNameIsConstant(const Scope& scope, const spec::Expression& attribute);

}  // namespace thalweg::plan
