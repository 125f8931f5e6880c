#pragma once

// Programs' table functions that run in processes of their own (Python).

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"
#include "thalweg/plan/spec/expression.h"

namespace thalweg::exec {
class ExternalFunction;  // exec/external/external_function.h
}  // namespace thalweg::exec

namespace thalweg::plan::spec {

/// An argument of a call, as the function's own analysis is told of it.
struct TableFunctionArgument {
  /// For a table the struct of its columns.
  TypePtr type;
  /// Unset: by position.
  std::optional<std::string> name;
  bool is_table = false;
  /// Null: not a constant.
  std::shared_ptr<arrow::Scalar> value;
};

/// What the function's own analysis of a call says.
struct TableFunctionAnalysis {
  SchemaPtr schema;
  /// How it wants the rows of its table.
  std::vector<ExpressionPtr> partition_by;
  bool single_partition = false;
  std::vector<SortOrder> order_by;
  /// Columns that it wants instead of those of the table; kAlias: under a name.
  std::vector<ExpressionPtr> selected;
  /// To be handed to the function when it runs.
  std::string result;
};

/// A call as it runs.
struct ExternalTableCall {
  struct Argument {
    int column = 0;
    /// Unset: by position.
    std::optional<std::string> name = {};
    bool is_table = false;
  };
  std::vector<Argument> arguments;
  /// Positions of the partitioning columns inside of the table argument.
  std::vector<int> partition_columns;
  /// Of the function's own analysis, if it has one.
  std::optional<std::string> analysis_result;
  /// All rows go to one function object.
  bool single_partition = false;

  bool takes_table() const {
    for (const Argument& argument : arguments) {
      if (argument.is_table) return true;
    }
    return false;
  }
};

/// A function that gives rows. Immutable.
class ExternalTable {
 public:
  virtual ~ExternalTable() = default;

  virtual const std::string& name() const = 0;
  /// Its columns; null if its own analysis of a call says them.
  virtual const SchemaPtr& declared_schema() const = 0;
  /// Whether it gives rows for each row by itself, so that these can be joined with it.
  virtual bool answers_each_row() const = 0;
  /// Its own analysis of a call. Errors: TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON.
  virtual Result<TableFunctionAnalysis> Analyze(
      const std::vector<TableFunctionArgument>& arguments) const = 0;
  /// What runs: gives a batch for each row of arguments, then more from the end of them.
  /// `arguments`: types of the columns that the call uses.
  virtual Result<std::shared_ptr<exec::ExternalFunction>> MakeTable(
      const ExternalTableCall& call, const std::vector<TypePtr>& arguments,
      const SchemaPtr& output) const = 0;
};

}  // namespace thalweg::plan::spec
