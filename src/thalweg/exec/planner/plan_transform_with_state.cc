#include <numeric>

#include <arrow/type.h>
#include <nlohmann/json.hpp>

#include "thalweg/exec/planner/plan_group_inputs.h"
#include "thalweg/exec/stateful/transform_with_state.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/external_processor.h"
#include "thalweg/types/data_types.h"

namespace thalweg::exec {
namespace {

using Json = nlohmann::ordered_json;

/// A struct type in Spark's JSON form.
Json FieldsJson(const SchemaPtr& schema) { return Json::parse(SchemaToJson(*schema)); }

std::string TypesText(const SchemaPtr& schema) {
  std::string text;
  if (schema == nullptr) return text;
  for (const FieldPtr& field : schema->fields()) {
    text += (text.empty() ? "" : ", ") + SimpleTypeName(*field->type());
  }
  return text;
}

/// As Spark's metadata has it, and what the variables hold.
std::string PropertiesJson(const plan::spec::Callback& callback,
                           const LearnedVariables& variables) {
  Json json;
  json["timeMode"] = plan::spec::TimeModeName(callback.time_mode);
  json["outputMode"] = plan::spec::ModeName(callback.output_mode);
  json["stateVariables"] = Json::array();
  for (const StateVariable& variable : variables.declared) {
    Json entry;
    entry["stateName"] = variable.name;
    entry["stateVariableType"] = state::VariableKindName(variable.kind);
    entry["ttlEnabled"] = variable.has_ttl;
    entry["keySchema"] = TypesText(variable.key_schema);
    entry["valueSchema"] = TypesText(variable.value_schema);
    if (variable.key_schema != nullptr) entry["keyFields"] = FieldsJson(variable.key_schema);
    entry["valueFields"] = FieldsJson(variable.value_schema);
    json["stateVariables"].push_back(std::move(entry));
  }
  if (callback.time_mode != TimeMode::kNone) {
    Json entry;
    entry["stateName"] = TimerVariable(callback.time_mode) + std::string(kTimersByKey);
    entry["stateVariableType"] = state::VariableKindName(state::VariableKind::kTimer);
    entry["ttlEnabled"] = false;
    json["stateVariables"].push_back(std::move(entry));
  }
  if (!variables.deleted.empty()) json["deleted"] = variables.deleted;
  return json.dump();
}

/// A processor in another process gets all columns of an input, its keys among them.
plan::spec::ExternalGroupColumns TakeAllColumns(const plan::Node& input, int num_data_columns,
                                                KeyedInputOptions* options) {
  options->schema = plan::OutputSchema(input);
  plan::spec::ExternalGroupColumns columns;
  columns.schema = options->schema;
  columns.keys = options->key_columns;
  columns.values.resize(num_data_columns);
  std::iota(columns.values.begin(), columns.values.end(), 0);
  return columns;
}

/// What only a processor in another process needs. One that fails to tell its variables makes a
/// plan that fails when it runs, since Spark asks when the query has started.
Status PlanExternalProcessor(const plan::Node& node, const std::vector<FieldPtr>& key_fields,
                             TransformWithStateOptions* options) {
  const plan::spec::Callback& callback = *node.callback;
  const auto columns = TakeAllColumns(*node.children[0], node.num_data_columns, &options->input);
  std::optional<plan::spec::ExternalGroupColumns> initial;
  if (options->initial_state) {
    initial =
        TakeAllColumns(*node.children[1], node.num_initial_state_columns, &*options->initial_state);
  }
  ARROW_ASSIGN_OR_RAISE(options->external,
                        callback.external_processor->MakeProcessor(
                            columns, initial, arrow::schema(key_fields), callback.output_schema));
  if (!node.is_streaming()) return Status::OK();
  auto learned = LearnVariables(callback, options->external.get());
  options->external_failure = learned.status();
  if (learned.ok()) options->external_variables = *std::move(learned);
  return Status::OK();
}

}  // namespace

Result<Rows> PlanBuilder::BuildTransformWithState(const plan::Node& node) {
  const plan::spec::Callback& callback = *node.callback;
  TransformWithStateOptions options;
  if (node.is_streaming()) options.operator_id = NextOperatorId();
  LearnedVariables variables;
  if (callback.external_processor == nullptr) {
    ARROW_ASSIGN_OR_RAISE(variables, LearnVariables(callback));
  }
  ARROW_ASSIGN_OR_RAISE(GroupInputs inputs, BuildGroupInputs(node));
  options.callback = node.callback;
  options.input = inputs.input;
  options.initial_state = inputs.initial;
  const std::vector<FieldPtr> key_fields = inputs.key_fields;
  if (callback.external_processor != nullptr) {
    ARROW_RETURN_NOT_OK(PlanExternalProcessor(node, key_fields, &options));
    variables = options.external_variables;
  }
  options.event_time_column = MarkedColumn(*node.children[0]);
  options.output_time_column = callback.event_time_column.empty() ? -1 : MarkedColumn(node);
  options.num_partitions = options_.num_key_groups;
  options.description = inputs.description;
  ARROW_ASSIGN_OR_RAISE(
      Rows rows, AppendGroupOperator(
                     node, std::move(inputs), options.operator_id, kTransformSignature,
                     [&](int worker, state::VariableTable* table) {
                       return std::make_unique<TransformWithStateOperator>(options, table, worker);
                     }));
  if (options.operator_id < 0) return rows;
  StatefulOperatorInfo& info = plan_->stateful_infos_[options.operator_id];
  const bool processing_time = callback.time_mode == TimeMode::kProcessingTime;
  info.runs_always = processing_time;
  info.runs_on_watermark_advance = !processing_time &&
                                   callback.output_mode != plan::spec::CallbackMode::kComplete &&
                                   rows.has_watermark;
  info.passes_watermark = !processing_time;
  if (options.external_failure.ok()) info.properties_json = PropertiesJson(callback, variables);
  info.schema.key_fields = key_fields;
  if (processing_time) rows.has_watermark = false;
  return rows;
}

}  // namespace thalweg::exec
