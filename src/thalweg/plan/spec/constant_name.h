#pragma once

// Names that a query computes: IDENTIFIER(expression). A kAttribute that is named so has the
// expression as its child.

#include <functional>
#include <string>
#include <vector>

#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan::spec {

/// The name of a call that stands where IDENTIFIER(...) names a column or a function and its
/// expression cannot be computed without the rows: its child is that expression. Resolving the call
/// fails and says why.
inline constexpr char kNameRefused[] = "identifier clause";

/// What the expression of an IDENTIFIER(...) is.
struct ConstantName {
  std::string text;
  /// The variables of the session that it was made of.
  std::vector<std::string> variables;
};

/// Computes the expression of an IDENTIFIER(...) where no columns are in reach; any thread.
/// Errors: NOT_A_CONSTANT_STRING.*, UNRESOLVED_ROUTINE and what else constants fail with.
using NameEvaluator = std::function<Result<ConstantName>(const Expression&)>;

}  // namespace thalweg::plan::spec
