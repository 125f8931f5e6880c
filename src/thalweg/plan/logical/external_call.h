#pragma once

// Calls of programs' functions in bound expressions. They are scalar calls to all that handles
// expressions, but have no value of their own: ExtractExternalCalls() takes them out of a plan's
// expressions before it runs.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/expr/expression.h"
#include "thalweg/plan/spec/external.h"

namespace thalweg::plan {

/// The kernel by which such a call is known.
struct ExternalKernel {
  std::shared_ptr<const spec::ExternalScalar> function;
  /// One for each argument; unset: by position.
  std::vector<std::optional<std::string>> argument_names;

  Result<arrow::Datum> operator()(const expr::EvalContext& context,
                                  const std::vector<arrow::Datum>& arguments,
                                  int64_t num_rows) const;
};

/// A call of `function`, prints as "name(a, b)".
expr::ExpressionPtr MakeExternalCall(std::shared_ptr<const spec::ExternalScalar> function,
                                     std::vector<expr::ExpressionPtr> arguments,
                                     std::vector<std::optional<std::string>> argument_names);

/// What `expression` calls; null if it is no such call.
const ExternalKernel* FindExternalCall(const expr::Expression& expression);
/// Whether there is such a call anywhere in `expression`.
bool ContainsExternalCall(const expr::Expression& expression);

}  // namespace thalweg::plan
