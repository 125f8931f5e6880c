#pragma once

// What binders of functions share: checks of arguments with Spark's errors, and declarations of
// functions with one fixed signature.
//
// Errors of class DATATYPE_MISMATCH.* made here lack the parameters `sqlExpr` and `inputSql` (a
// binder sees types, not expressions): whoever calls bind() adds them and makes the error anew.

#include <functional>
#include <string>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/expr/scalar_function.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {

using Arguments = std::vector<expr::ArgumentInfo>;

/// The mode in which a call is analyzed: kAnsi or kLegacy (kAnsi where there are no arguments).
EvalMode EvalModeOf(const Arguments& arguments);

/// WRONG_NUM_ARGS.WITHOUT_SUGGESTION unless min <= number <= max (max < 0: no limit).
Status CheckArgumentCount(const std::string& name, const Arguments& arguments, int min, int max);

/// DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE for argument `index` (from 0); `required` is the text of
/// what is asked for: "\"NUMERIC\"", "(\"STRING\" or \"BINARY\")".
Status UnexpectedInputType(size_t index, const std::string& required,
                           const arrow::DataType& actual);

/// DATATYPE_MISMATCH.DATA_DIFF_TYPES: the arguments have no common type.
Status DataDifferentTypes(const std::string& name, const Arguments& arguments);

/// "\"BIGINT\"": the way types are quoted in error parameters.
std::string QuotedType(const arrow::DataType& type);

/// The type to bind argument `index` with where `target` is wanted: `target` if an implicit cast
/// leads there, else UNEXPECTED_INPUT_TYPE.
Result<TypePtr> AcceptAs(const Arguments& arguments, size_t index, const TypePtr& target);

/// The first of `targets` that is the argument's own type, else the first an implicit cast leads
/// to, else UNEXPECTED_INPUT_TYPE that names them all.
Result<TypePtr> AcceptAsOneOf(const Arguments& arguments, size_t index,
                              const std::vector<TypePtr>& targets);

/// A number type: the argument's own when numeric, double for strings and void, else
/// UNEXPECTED_INPUT_TYPE "NUMERIC".
Result<TypePtr> AcceptNumeric(const Arguments& arguments, size_t index);

/// True if any argument may be NULL: the nullability of most results.
bool AnyNullable(const Arguments& arguments);
/// The same once the arguments are cast to `types`.
bool AnyNullableAs(const Arguments& arguments, const std::vector<TypePtr>& types);

/// The least common type of all arguments, else DATA_DIFF_TYPES.
Result<TypePtr> CommonType(const std::string& name, const Arguments& arguments);

/// A function of one fixed signature; arguments are cast implicitly. `nullable` of the result is
/// that of the arguments, or always when `nullable_result`.
struct FixedSignature {
  std::string name;
  std::vector<std::string> aliases;
  std::string group;
  std::string usage;
  std::string example;
  std::vector<TypePtr> argument_types;
  TypePtr return_type;
  expr::ScalarKernel kernel;
  bool can_fail = false;
  bool nullable_result = false;
  bool deterministic = true;
  bool context_dependent = false;
};
expr::ScalarFunction MakeFixedFunction(FixedSignature signature);

}  // namespace thalweg::functions
