#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/expr/expression.h"

namespace thalweg::expr {

/// One argument as the binder sees it.
struct ArgumentInfo {
  TypePtr type;
  bool nullable = true;
  /// The value when the argument is foldable (a literal after folding), else null.
  std::shared_ptr<arrow::Scalar> constant;
  /// Of the session that makes the call, kAnsi or kLegacy; the same for all arguments of a call.
  EvalMode eval_mode = EvalMode::kAnsi;
};

/// A scalar function as declared once: everything shown to users derives from here.
struct ScalarFunction {
  std::string name;
  std::vector<std::string> aliases;
  std::string group;    // "math_funcs", "string_funcs", ... as Spark groups them
  std::string usage;    // "abs(expr) - Returns the absolute value of the number."
  std::string example;  // "SELECT abs(-1);"
  /// Binds to arguments: picks argument types (the analyzer casts by them), the return type and
  /// the kernel. Errors: WRONG_NUM_ARGS.WITHOUT_SUGGESTION, DATATYPE_MISMATCH.*.
  std::function<Result<BoundFunction>(const std::vector<ArgumentInfo>& arguments)> bind;
};

}  // namespace thalweg::expr
