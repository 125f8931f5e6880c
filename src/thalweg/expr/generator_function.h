#pragma once

#include <functional>
#include <string>
#include <vector>

#include "thalweg/expr/scalar_function.h"

namespace thalweg::expr {

/// Rows a generator made: `columns` hold the new columns, parents[i] the input row of row i.
struct GeneratedRows {
  std::vector<int32_t> parents;
  std::vector<ArrayPtr> columns;
};

/// A generator (explode, posexplode, inline, stack) bound to argument types.
struct BoundGenerator {
  std::string name;
  std::vector<TypePtr> argument_types;
  /// Default output column names and types ("col"; "key", "value"; "pos", "col").
  SchemaPtr output;
  /// `outer`: an input row without output yields one row of nulls.
  std::function<Result<GeneratedRows>(const EvalContext& context,
                                      const std::vector<ArrayPtr>& arguments, int64_t num_rows,
                                      bool outer)>
      kernel;
};

struct GeneratorFunction {
  std::string name;
  std::string usage;
  std::string example;
  std::function<Result<BoundGenerator>(const std::vector<ArgumentInfo>& arguments)> bind;
};

}  // namespace thalweg::expr
