#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/plan/analyzer/analyzed_relation.h"
#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/spec/external_table.h"
#include "thalweg/plan/spec/table_argument.h"

namespace thalweg::plan {

/// Resolves one call of a program's table function: Begin(), SetTable() if it has a table among its
/// arguments, Build(). One use, one thread.
class ExternalTableCallBuilder {
 public:
  ExternalTableCallBuilder(const AnalyzerContext* context,
                           std::shared_ptr<const spec::ExternalTable> function)
      : context_(context), function_(std::move(function)) {}

  /// Sorts the arguments of `call`, which outlives the builder. Gives the table among them, null if
  /// there is none. Errors: those of named arguments,
  /// TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS.
  Result<const spec::TableArgument*> Begin(const spec::Expression& call);
  /// The rows of that table.
  void SetTable(AnalyzedRelation rows) { rows_ = std::move(rows); }
  /// The call as a node: over one row, or over the rows of the table. Its own analysis, if it has
  /// one, runs now. Errors: TABLE_VALUED_FUNCTION_*, UDTF_INVALID_*.
  Result<NodePtr> Build();

 private:
  /// Resolves all arguments but the table.
  Status ResolveValues();
  /// Asks the function for its columns, and how it wants its table.
  Status Analyze();
  Status ApplyAnalysis(spec::TableFunctionAnalysis analysis);
  Result<NodePtr> BuildOverOneRow();
  Result<NodePtr> BuildOverTable();
  /// The rows of the table with the columns that the function and the order of rows need.
  Result<NodePtr> ProjectTable(spec::ExternalTableCall* call, Node* node);
  /// The struct that stands for a row of the table.
  Result<Resolved> MakeRowStruct(ExpressionResolver* resolver, spec::ExternalTableCall* call) const;
  void AddOutput(Node* node) const;

  const AnalyzerContext* context_;
  const std::shared_ptr<const spec::ExternalTable> function_;
  const spec::Expression* call_ = nullptr;
  std::optional<spec::TableArgument> table_;
  std::optional<AnalyzedRelation> rows_;
  /// One for each argument; nothing for the table.
  std::vector<std::optional<Resolved>> values_;
  SchemaPtr schema_;
  std::vector<spec::ExpressionPtr> selected_;
  std::optional<std::string> analysis_result_;
};

}  // namespace thalweg::plan
