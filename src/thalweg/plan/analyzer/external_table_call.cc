#include "thalweg/plan/analyzer/external_table_call.h"

#include <utility>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/named_argument.h"

namespace thalweg::plan {
namespace {

Status InvalidMetadata(const std::string& function, const char* reason) {
  return MakeError("TABLE_VALUED_FUNCTION_REQUIRED_METADATA_INVALID",
                   {{"functionName", function}, {"reason", reason}});
}

/// A column of a new projection: `value` under a name of its own.
Attribute AddColumn(const Resolved& value, const std::string& name,
                    std::vector<NamedExpression>* columns) {
  if (value.attribute) {
    for (const NamedExpression& column : *columns) {
      if (column.output.id == value.attribute->id) return column.output;
    }
  }
  columns->push_back(MakeNamed(value, name));
  return columns->back().output;
}

std::shared_ptr<const spec::Callback> MakeTableCallback(
    std::shared_ptr<const spec::ExternalTable> function,
    std::shared_ptr<const spec::ExternalTableCall> call, SchemaPtr schema) {
  auto callback = std::make_shared<spec::Callback>();
  callback->kind = spec::CallbackKind::kTable;
  callback->operator_name = "EvalPythonUDTF";
  callback->output_schema = std::move(schema);
  callback->table = std::move(function);
  callback->table_call = std::move(call);
  return callback;
}

}  // namespace

Result<const spec::TableArgument*> ExternalTableCallBuilder::Begin(const spec::Expression& call) {
  call_ = &call;
  ARROW_RETURN_NOT_OK(spec::CheckNamedArguments(function_->name(), call.children));
  int tables = 0;
  for (const spec::ExpressionPtr& argument : call.children) {
    std::optional<spec::TableArgument> table = spec::TableArgumentOf(*argument);
    if (!table) continue;
    ++tables;
    table_ = std::move(table);
  }
  if (tables > 1) {
    return MakeError("TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS",
                     {{"num", std::to_string(tables)}});
  }
  return table_ ? &*table_ : nullptr;
}

Result<NodePtr> ExternalTableCallBuilder::Build() {
  ARROW_RETURN_NOT_OK(ResolveValues());
  schema_ = function_->declared_schema();
  if (schema_ == nullptr) ARROW_RETURN_NOT_OK(Analyze());
  return table_ ? BuildOverTable() : BuildOverOneRow();
}

Status ExternalTableCallBuilder::ResolveValues() {
  const Scope nothing;
  ClauseHooks hooks("table function");
  ExpressionResolver resolver(context_, &nothing, &hooks);
  for (const spec::ExpressionPtr& argument : call_->children) {
    values_.emplace_back();
    if (spec::TableArgumentOf(*argument)) continue;
    ARROW_ASSIGN_OR_RAISE(values_.back(), resolver.Resolve(spec::ArgumentValue(*argument)));
  }
  return Status::OK();
}

Status ExternalTableCallBuilder::Analyze() {
  std::vector<spec::TableFunctionArgument> told;
  for (size_t i = 0; i < values_.size(); ++i) {
    spec::TableFunctionArgument& argument = told.emplace_back();
    if (spec::IsNamedArgument(*call_->children[i])) argument.name = call_->children[i]->name.back();
    if (values_[i]) {
      const expr::ArgumentInfo info = DescribeArgument(*context_, *values_[i]);
      argument.type = info.type;
      argument.value = info.constant;
      continue;
    }
    arrow::FieldVector fields;
    for (const Attribute& column : rows_->scope.attributes) {
      fields.push_back(arrow::field(column.name, column.type, column.nullable));
    }
    argument.type = arrow::struct_(std::move(fields));
    argument.is_table = true;
  }
  ARROW_ASSIGN_OR_RAISE(spec::TableFunctionAnalysis analysis, function_->Analyze(told));
  return ApplyAnalysis(std::move(analysis));
}

Status ExternalTableCallBuilder::ApplyAnalysis(spec::TableFunctionAnalysis analysis) {
  schema_ = analysis.schema;
  analysis_result_ = std::move(analysis.result);
  if (!table_) return Status::OK();
  if (analysis.single_partition && !analysis.partition_by.empty()) {
    return InvalidMetadata(function_->name(),
                           "the 'with_single_partition' field cannot be assigned to true if the "
                           "'partition_by' list is non-empty");
  }
  const bool partitions = analysis.single_partition || !analysis.partition_by.empty();
  if (!analysis.order_by.empty() && !partitions) {
    return InvalidMetadata(function_->name(),
                           "the 'order_by' field cannot be non-empty unless the "
                           "'with_single_partition' field is set to true or the 'partition_by' "
                           "list is non-empty");
  }
  if (partitions && (table_->single_partition || !table_->partition_by.empty())) {
    return MakeError(
        "TABLE_VALUED_FUNCTION_REQUIRED_METADATA_INCOMPATIBLE_WITH_CALL",
        {{"functionName", function_->name()},
         {"requestedMetadata", "specified its own required partitioning of the input table"},
         {"invalidFunctionCallProperty",
          "specified the WITH SINGLE PARTITION or PARTITION BY clause; please remove these clauses "
          "and retry the query again."}});
  }
  if (analysis.single_partition) table_->single_partition = true;
  if (!analysis.partition_by.empty()) table_->partition_by = std::move(analysis.partition_by);
  if (!analysis.order_by.empty()) table_->order_by = std::move(analysis.order_by);
  for (const spec::ExpressionPtr& column : analysis.selected) {
    if (column->kind == spec::ExpressionKind::kAttribute ||
        column->kind == spec::ExpressionKind::kAlias) {
      continue;
    }
    return MakeError(
        "UDTF_INVALID_REQUESTED_SELECTED_EXPRESSION_FROM_ANALYZE_METHOD_REQUIRES_ALIAS",
        {{"expression", spec::ToString(*column)}});
  }
  selected_ = std::move(analysis.selected);
  return Status::OK();
}

void ExternalTableCallBuilder::AddOutput(Node* node) const {
  for (const FieldPtr& field : schema_->fields()) {
    node->output.push_back({field->name(), field->type(), field->nullable(), NextAttributeId()});
  }
}

Result<NodePtr> ExternalTableCallBuilder::BuildOverOneRow() {
  auto node = std::make_shared<Node>();
  auto call = std::make_shared<spec::ExternalTableCall>();
  for (size_t i = 0; i < values_.size(); ++i) {
    auto& argument = call->arguments.emplace_back();
    argument.column = static_cast<int>(i);
    if (spec::IsNamedArgument(*call_->children[i])) argument.name = call_->children[i]->name.back();
    node->arguments.push_back(values_[i]->expression);
  }
  call->analysis_result = analysis_result_;
  node->kind = NodeKind::kCallback;
  node->callback = MakeTableCallback(function_, std::move(call), schema_);
  node->children = {BuildOneRow()};
  AddOutput(node.get());
  return node;
}

Result<Resolved> ExternalTableCallBuilder::MakeRowStruct(ExpressionResolver* resolver,
                                                         spec::ExternalTableCall* call) const {
  std::vector<spec::ExpressionPtr> fields = selected_;
  size_t width = fields.size();
  if (fields.empty()) {
    fields.push_back(spec::MakeStar());
    width = rows_->scope.attributes.size();
  }
  // The function's process tells partitions by columns that it does not show to the function.
  for (size_t i = 0; i < table_->partition_by.size(); ++i) {
    call->partition_columns.push_back(static_cast<int>(width + i));
    fields.push_back(spec::MakeAlias(table_->partition_by[i], fmt::format("partition_by_{}", i)));
  }
  return resolver->Resolve(*spec::MakeFunction("struct", std::move(fields)));
}

Result<NodePtr> ExternalTableCallBuilder::ProjectTable(spec::ExternalTableCall* call, Node* node) {
  ClauseHooks hooks("table function");
  ExpressionResolver resolver(context_, &rows_->scope, &hooks);
  std::vector<NamedExpression> columns;
  for (size_t i = 0; i < values_.size(); ++i) {
    auto& argument = call->arguments[i];
    argument.column = static_cast<int>(i);
    argument.is_table = !values_[i].has_value();
    Resolved value;
    if (argument.is_table) {
      ARROW_ASSIGN_OR_RAISE(value, MakeRowStruct(&resolver, call));
    } else {
      value = *values_[i];
    }
    columns.push_back(MakeNamed(value, fmt::format("_{}", i)));
    node->arguments.push_back(columns.back().output.Reference());
  }
  for (const spec::ExpressionPtr& key : table_->partition_by) {
    ARROW_ASSIGN_OR_RAISE(const Resolved value, resolver.Resolve(*key));
    const Attribute column = AddColumn(value, "partition_by", &columns);
    node->keys.push_back(column.id);
    node->sort_keys.push_back({column.Reference(), false, true});
  }
  for (const spec::SortOrder& item : table_->order_by) {
    ARROW_ASSIGN_OR_RAISE(const Resolved value, resolver.Resolve(*item.expression));
    const Attribute column = AddColumn(value, "order_by", &columns);
    node->sort_keys.push_back({column.Reference(), item.descending, item.nulls_first});
  }
  return BuildProject(rows_->node, std::move(columns));
}

Result<NodePtr> ExternalTableCallBuilder::BuildOverTable() {
  auto node = std::make_shared<Node>();
  auto call = std::make_shared<spec::ExternalTableCall>();
  call->arguments.resize(values_.size());
  for (size_t i = 0; i < values_.size(); ++i) {
    const spec::Expression& written = *call_->children[i];
    if (spec::IsNamedArgument(written)) call->arguments[i].name = written.name.back();
  }
  ARROW_ASSIGN_OR_RAISE(NodePtr input, ProjectTable(call.get(), node.get()));
  call->analysis_result = analysis_result_;
  call->single_partition = table_->single_partition;
  node->kind = NodeKind::kCallback;
  node->callback = MakeTableCallback(function_, std::move(call), schema_);
  node->children = {std::move(input)};
  AddOutput(node.get());
  return node;
}

}  // namespace thalweg::plan
