#pragma once

// Programs' functions that run in processes of their own (Python), as part of a query. What they
// are called with is known only once the query is analysed: these classes make what the engine runs
// (exec/external) from the types found then.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/types/data_types.h"

namespace thalweg::exec {
class ExternalFunction;       // exec/external/external_function.h
class ExternalGroupFunction;  // exec/external/external_function.h
}  // namespace thalweg::exec

namespace thalweg::plan::spec {

class ExternalScalar;

/// Functions applied one after the other to columns: f(g(x)) is the chain [g, f] with the arguments
/// of g.
struct ExternalScalarCall {
  struct Argument {
    int column = 0;
    /// Unset: by position.
    std::optional<std::string> name = {};
  };
  std::vector<std::shared_ptr<const ExternalScalar>> chain;
  std::vector<Argument> arguments;
};

/// A function in an expression: one value for each row. Immutable.
class ExternalScalar {
 public:
  virtual ~ExternalScalar() = default;

  virtual const std::string& name() const = 0;
  virtual const TypePtr& result_type() const = 0;
  virtual bool is_deterministic() const = 0;
  /// Whether both are the same function with the same result type.
  virtual bool Equals(const ExternalScalar& other) const = 0;
  /// Functions of equal kinds may run in one trip.
  virtual int kind() const = 0;
  /// A trip has one call and no chains.
  virtual bool runs_alone() const = 0;
  /// True for a function over the rows of a group instead: one value for each group.
  virtual bool is_aggregate() const = 0;

  /// What evaluates `calls`, all of this kind: one result column for each call, one row for each
  /// row. `arguments`: types of the columns that the calls use.
  virtual Result<std::shared_ptr<exec::ExternalFunction>> MakeEvaluator(
      const std::vector<ExternalScalarCall>& calls,
      const std::vector<TypePtr>& arguments) const = 0;
  /// The same for aggregates: one row for each group.
  virtual Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeAggregator(
      const std::vector<ExternalScalarCall>& calls,
      const std::vector<TypePtr>& arguments) const = 0;
  /// The same over windows, for one call without a chain: one row for each row of a group. If
  /// `bounded`, the first two arguments say the rows of the group that the row's frame has: int
  /// columns, the end not included; else it has them all.
  virtual Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeWindow(
      const ExternalScalarCall& call, bool bounded,
      const std::vector<TypePtr>& arguments) const = 0;
};

/// The columns of an input of groups, and which of them are the keys and the rows' own.
struct ExternalGroupColumns {
  SchemaPtr schema;
  std::vector<int> keys;
  std::vector<int> values;
};

/// A function over rows as an operation of its own. Immutable.
class ExternalRows {
 public:
  virtual ~ExternalRows() = default;
  /// Over the rows of a partition.
  virtual Result<std::shared_ptr<exec::ExternalFunction>> MakeMap(
      const SchemaPtr& input, const SchemaPtr& output) const = 0;
  /// Over the rows of each group, of one input or of two.
  virtual Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeGroups(
      const std::vector<ExternalGroupColumns>& inputs, const SchemaPtr& output) const = 0;
};

}  // namespace thalweg::plan::spec
