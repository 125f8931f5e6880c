#pragma once

// Functions that take lambda functions: transform, filter, aggregate and their kin.
//
// A lambda is closed: its body reads a batch of its parameters, followed by the values it captures
// from the row around it. These are arguments of the call like all others, so that whoever moves or
// rewrites expressions need not know of lambdas. A body is evaluated once over the elements of all
// rows of a batch, never row by row; what has to go element after element (aggregate, a comparator,
// exists() where one raises an error)
// goes over all rows at once.

#include <string>
#include <vector>

#include "thalweg/expr/scalar_function.h"
#include "thalweg/functions/binding.h"

namespace thalweg::functions {

struct LambdaParameter {
  TypePtr type;
  bool nullable = true;
};

/// What a function hands to one of its lambdas; the last parameters may be left out.
struct LambdaSignature {
  size_t minimum = 1;
  std::vector<LambdaParameter> parameters;
};

struct Lambda {
  /// Over columns: the parameters, then the captured values.
  expr::ExpressionPtr body;
  size_t num_parameters = 1;
  /// The captured values among the arguments of the call.
  size_t first_capture = 0;
  size_t num_captures = 0;
};

/// A function with lambdas behind its plain arguments. Immutable.
struct HigherOrderFunction {
  std::string name;
  size_t num_arguments = 1;
  size_t min_lambdas = 1;
  size_t max_lambdas = 1;
  /// Types the plain arguments are cast to. Errors: DATATYPE_MISMATCH.*.
  std::function<Result<std::vector<TypePtr>>(const Arguments& arguments)> accept;
  /// What lambda `index` gets, from the accepted arguments.
  std::function<LambdaSignature(const Arguments& arguments, size_t index)> signature;
  /// Errors: DATATYPE_MISMATCH.* for a body of the wrong type, whose argument index counts the
  /// lambdas behind the plain arguments.
  std::function<Result<expr::BoundFunction>(const Arguments& arguments,
                                            const std::vector<Lambda>& lambdas)>
      bind;
};

/// Null if there is none of that name (lower case).
const HigherOrderFunction* FindHigherOrderFunction(const std::string& name);

// One function per family.
std::vector<HigherOrderFunction> ArrayLambdaFunctions();
std::vector<HigherOrderFunction> QuantifierFunctions();
std::vector<HigherOrderFunction> MapLambdaFunctions();
HigherOrderFunction AggregateLambdaFunction(std::string name);
HigherOrderFunction ComparatorSortFunction();

}  // namespace thalweg::functions
