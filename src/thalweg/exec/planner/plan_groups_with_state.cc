#include <functional>
#include <numeric>

#include <arrow/type.h>

#include "thalweg/base/unsupported_call.h"
#include "thalweg/exec/external/groups_with_external_state.h"
#include "thalweg/exec/planner/plan_group_inputs.h"
#include "thalweg/exec/stateful/groups_with_state.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/external_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::exec {
namespace {

/// The columns of the initial state that are the state's, found by name.
Result<std::vector<int>> FindStateColumns(const arrow::Schema& state,
                                          const arrow::Schema& initial) {
  std::vector<int> columns;
  for (const FieldPtr& field : state.fields()) {
    int found = -1;
    for (int i = 0; i < initial.num_fields(); ++i) {
      if (ToLowerAscii(initial.field(i)->name()) == ToLowerAscii(field->name())) found = i;
    }
    if (found < 0) {
      return UnsupportedCall("flatMapGroupsWithState",
                             "the initial state has no column " + field->name() + " of the state");
    }
    columns.push_back(found);
  }
  return columns;
}

/// What makes the operator of a function in another process.
Result<std::function<std::unique_ptr<Operator>(int, state::VariableTable*)>> PlanExternal(
    const plan::Node& node, const GroupsWithStateOptions& options) {
  const plan::spec::Callback& callback = *node.callback;
  if (options.operator_id < 0) return MakeError("_LEGACY_ERROR_TEMP_3176");
  GroupsWithExternalStateOptions external;
  external.input = options.input;
  external.input.schema = plan::OutputSchema(*node.children[0]);
  external.state = options.state;
  external.timeout = callback.timeout;
  external.event_time_column = options.event_time_column;
  external.operator_id = options.operator_id;
  external.description = options.description;
  plan::spec::ExternalGroupColumns columns;
  columns.schema = external.input.schema;
  columns.keys = external.input.key_columns;
  columns.values.resize(node.num_data_columns);
  std::iota(columns.values.begin(), columns.values.end(), 0);
  ARROW_ASSIGN_OR_RAISE(external.function, callback.external_state->MakeFunction(
                                               columns, callback.state_schema,
                                               callback.output_schema, callback.timeout));
  return [external](int, state::VariableTable* table) -> std::unique_ptr<Operator> {
    return std::make_unique<GroupsWithExternalStateOperator>(external, table);
  };
}

}  // namespace

Result<Rows> PlanBuilder::BuildGroupsWithState(const plan::Node& node) {
  const plan::spec::Callback& callback = *node.callback;
  GroupsWithStateOptions options;
  if (node.is_streaming()) options.operator_id = NextOperatorId();
  ARROW_ASSIGN_OR_RAISE(GroupInputs inputs, BuildGroupInputs(node));
  options.callback = node.callback;
  options.input = inputs.input;
  options.initial_state = inputs.initial;
  const std::vector<FieldPtr> key_fields = inputs.key_fields;
  if (inputs.initial) {
    ARROW_ASSIGN_OR_RAISE(options.initial_state_columns,
                          FindStateColumns(*callback.state_schema, *inputs.initial->schema));
  }
  ARROW_ASSIGN_OR_RAISE(options.state, RowImage::Make(callback.state_schema));
  options.event_time_column = MarkedColumn(*node.children[0]);
  options.description = inputs.description;
  const bool has_timeout = callback.timeout != GroupStateTimeout::kNoTimeout;
  const std::string signature = GroupStateSignature(*options.state, has_timeout);
  std::function<std::unique_ptr<Operator>(int, state::VariableTable*)> make =
      [&](int, state::VariableTable* table) {
        return std::make_unique<GroupsWithStateOperator>(options, table);
      };
  if (callback.external_state != nullptr) {
    ARROW_ASSIGN_OR_RAISE(make, PlanExternal(node, options));
  }
  ARROW_ASSIGN_OR_RAISE(Rows rows, AppendGroupOperator(node, std::move(inputs), options.operator_id,
                                                       signature, make));
  if (options.operator_id < 0) return rows;
  StatefulOperatorInfo& info = plan_->stateful_infos_[options.operator_id];
  info.runs_always = callback.timeout == GroupStateTimeout::kProcessingTimeTimeout;
  info.runs_on_watermark_advance =
      callback.timeout == GroupStateTimeout::kEventTimeTimeout && rows.has_watermark;
  info.passes_watermark = false;
  info.schema.key_fields = key_fields;
  info.schema.value_fields = GroupStateFields(callback.state_schema, has_timeout);
  rows.has_watermark = false;
  return rows;
}

}  // namespace thalweg::exec
