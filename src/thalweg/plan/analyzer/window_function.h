#pragma once

#include <string>
#include <vector>

#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/logical/window.h"
#include "thalweg/plan/spec/window.h"

namespace thalweg::plan {

/// Functions that only stand before OVER: rank(), lead() and their kin. `name` is in lower case.
bool IsWindowFunctionName(const std::string& name);

/// A call with its window; `call.output` has no id yet.
struct ResolvedWindow {
  std::vector<Resolved> partition_by;
  std::vector<SortKey> order_by;
  WindowCall call;
  /// The value is field kFilteredValue of what the call gives.
  bool is_filtered_value = false;
};

inline constexpr char kFilteredValue[] = "value";

/// f(...) OVER (...). `named` are the windows of the WINDOW clause, null if there is none.
/// Errors: MISSING_WINDOW_SPECIFICATION, UNSUPPORTED_EXPR_FOR_WINDOW, DISTINCT_WINDOW_FUNCTION_*,
/// WINDOW_FUNCTION_FRAME_NOT_ORDERED, DATATYPE_MISMATCH.*.
Result<ResolvedWindow> ResolveWindowCall(ExpressionResolver* resolver, const spec::Expression& over,
                                         const std::vector<spec::NamedWindow>* named);

/// The frame that is written, over values of the one ORDER BY item, or that of a window without
/// one.
Result<WindowFrame> ResolveFrame(ExpressionResolver* resolver,
                                 const spec::WindowDefinition& definition,
                                 const std::vector<Resolved>& order, std::string* text);

}  // namespace thalweg::plan
