#include "thalweg/connect/python/python_table.h"

#include <utility>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/data_type.h"
#include "thalweg/connect/python/python_function.h"
#include "thalweg/python/table_analysis.h"
#include "thalweg/python/table_functions.h"
#include "thalweg/sql/parser.h"

namespace thalweg::connect {
namespace {

using plan::spec::ExternalTable;
using plan::spec::ExternalTableCall;
using plan::spec::TableFunctionAnalysis;
using plan::spec::TableFunctionArgument;

/// The texts of an answer as expressions.
Result<TableFunctionAnalysis> ParseAnswer(python::AnalyzeAnswer answer,
                                          const sql::ParserOptions& options) {
  TableFunctionAnalysis analysis;
  analysis.schema = std::move(answer.schema);
  analysis.result = std::move(answer.pickled);
  analysis.single_partition = answer.single_partition;
  for (const std::string& text : answer.partition_by) {
    ARROW_ASSIGN_OR_RAISE(analysis.partition_by.emplace_back(),
                          sql::ParseExpression(text, options));
  }
  for (const auto& order : answer.order_by) {
    plan::spec::SortOrder& made = analysis.order_by.emplace_back();
    ARROW_ASSIGN_OR_RAISE(made.expression, sql::ParseExpression(order.text, options));
    if (made.expression->kind == ExpressionKind::kAlias) {
      return MakeError("UDTF_INVALID_ALIAS_IN_REQUESTED_ORDERING_STRING_FROM_ANALYZE_METHOD",
                       {{"aliasName", made.expression->name.back()}});
    }
    made.descending = !order.ascending;
    made.nulls_first = order.nulls_first.value_or(order.ascending);
  }
  for (const auto& [text, alias] : answer.selected) {
    ARROW_ASSIGN_OR_RAISE(auto column, sql::ParseExpression(text, options));
    analysis.selected.push_back(alias.empty() ? std::move(column)
                                              : plan::spec::MakeAlias(std::move(column), alias));
  }
  return analysis;
}

class PythonTable : public ExternalTable {
 public:
  PythonTable(std::shared_ptr<python::WorkerPool> pool, FunctionSettings settings,
              python::PythonFunction function, SchemaPtr schema, sql::ParserOptions options)
      : pool_(std::move(pool)),
        settings_(std::move(settings)),
        function_(std::move(function)),
        schema_(std::move(schema)),
        options_(std::move(options)) {}

  const std::string& name() const override { return function_.name; }
  const SchemaPtr& declared_schema() const override { return schema_; }
  bool answers_each_row() const override {
    return function_.eval_type != python::EvalType::kArrowUdtf;
  }

  Result<TableFunctionAnalysis> Analyze(
      const std::vector<TableFunctionArgument>& arguments) const override {
    std::vector<python::AnalyzeArgument> told;
    for (const TableFunctionArgument& argument : arguments) {
      told.push_back({argument.type, argument.name, argument.is_table, argument.value});
    }
    ARROW_ASSIGN_OR_RAISE(const auto settings, settings_.Now());
    ARROW_ASSIGN_OR_RAISE(python::AnalyzeAnswer answer,
                          python::AnalyzeTableFunction(pool_, settings, function_, told));
    return ParseAnswer(std::move(answer), options_);
  }

  Result<std::shared_ptr<exec::ExternalFunction>> MakeTable(
      const ExternalTableCall& call, const std::vector<TypePtr>& arguments,
      const SchemaPtr& output) const override {
    python::TableCall made;
    made.function = function_;
    for (const auto& argument : call.arguments) {
      made.arguments.push_back({argument.column, argument.name});
      if (argument.is_table) made.table_arguments.push_back(argument.column);
    }
    made.partition_columns = call.partition_columns;
    made.analyze_result = call.analysis_result;
    ARROW_ASSIGN_OR_RAISE(auto settings, settings_.Now());
    return python::MakeTableFunction(pool_, std::move(settings), made, arguments, output);
  }

 private:
  const std::shared_ptr<python::WorkerPool> pool_;
  const FunctionSettings settings_;
  const python::PythonFunction function_;
  const SchemaPtr schema_;
  const sql::ParserOptions options_;
};

}  // namespace

Result<std::shared_ptr<const ExternalTable>> MakePythonTable(
    ConnectSession* session, const proto::CommonInlineUserDefinedTableFunction& message) {
  if (!message.has_python_udtf()) {
    return MissingPart("CommonInlineUserDefinedTableFunction", "function");
  }
  const proto::PythonUDTF& udtf = message.python_udtf();
  python::PythonFunction function;
  function.name = message.function_name();
  function.eval_type = static_cast<python::EvalType>(udtf.eval_type());
  function.command = udtf.command();
  function.python_version = udtf.python_ver();
  if (!python::IsTableFunction(function.eval_type)) {
    return UnsupportedFeature("a Python function of this kind as a table");
  }
  SchemaPtr schema;
  if (udtf.has_return_type()) {
    ARROW_ASSIGN_OR_RAISE(schema, SchemaFromProto(udtf.return_type()));
  }
  ARROW_ASSIGN_OR_RAISE(auto settings, FunctionSettings::Make(session));
  return std::make_shared<const PythonTable>(session->python_workers(), std::move(settings),
                                             std::move(function), std::move(schema),
                                             Translator(session).parser_options());
}

}  // namespace thalweg::connect
