#include "thalweg/stream/state_reader/state_view.h"

#include <string_view>

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/base/status.h"

namespace thalweg::stream {
namespace {

struct NamedJoinStore {
  std::string_view name;
  int side;
  JoinStore store;
};

constexpr NamedJoinStore kJoinStores[] = {
    {"left-keyToNumValues", 0, JoinStore::kCounts},
    {"left-keyWithIndexToValue", 0, JoinStore::kIndexedRows},
    {"right-keyToNumValues", 1, JoinStore::kCounts},
    {"right-keyWithIndexToValue", 1, JoinStore::kIndexedRows},
};

Status InvalidValue(const char* option, const std::string& message) {
  return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                   {{"optionName", option}, {"message", message}});
}

/// Variables and timers are asked for where there are none.
Status RefuseVariables(const OperatorState& state, const StoreSelection& selection) {
  if (!selection.variable && !selection.timers) return Status::OK();
  const char* option = selection.timers ? "readRegisteredTimers" : "stateVarName";
  return InvalidValue(option, fmt::format("the option is for operators of the kind "
                                          "transformWithState only; this one is {}",
                                          state.name));
}

Status NoSuchStore(const std::string& options) {
  return MakeError("STDS_FAILED_TO_READ_STATE_SCHEMA", {{"sourceOptions", options}});
}

Result<std::unique_ptr<StateView>> MakeSideView(state::StateLocation location,
                                                const OperatorState& state,
                                                const StoreSelection& selection,
                                                const std::string& options) {
  ARROW_RETURN_NOT_OK(RefuseVariables(state, selection));
  if (selection.join_side != "none") {
    return MakeJoinView(std::move(location), state, selection.join_side == "left" ? 0 : 1,
                        JoinStore::kRows);
  }
  for (const NamedJoinStore& named : kJoinStores) {
    if (selection.store != named.name) continue;
    return MakeJoinView(std::move(location), state, named.side, named.store);
  }
  return NoSuchStore(options);
}

/// The variables of transformWithState that are to be shown.
Result<std::vector<RecordedVariable>> SelectVariables(const OperatorProperties& properties,
                                                      const StoreSelection& selection) {
  if (selection.all_variables) return properties.variables;
  if (selection.timers) {
    for (const RecordedVariable& variable : properties.variables) {
      if (variable.kind == state::VariableKind::kTimer) return std::vector{variable};
    }
    return InvalidValue("readRegisteredTimers", "there are no timers in the time mode None");
  }
  if (!selection.variable) {
    return MakeError("STDS_REQUIRED_OPTION_UNSPECIFIED", {{"optionName", "stateVarName"}});
  }
  const RecordedVariable* variable = properties.Find(*selection.variable);
  if (variable != nullptr && variable->kind == state::VariableKind::kTimer) {
    return MakeError("STATE_STORE_CANNOT_CREATE_COLUMN_FAMILY_WITH_RESERVED_CHARS",
                     {{"colFamilyName", variable->name}});
  }
  if (variable != nullptr) return std::vector{*variable};
  return InvalidValue("stateVarName",
                      fmt::format("the operator has no state variable {}", *selection.variable));
}

}  // namespace

std::vector<FieldPtr> StateView::row_fields() const {
  return {arrow::field("key", arrow::struct_(key_fields())),
          arrow::field("value", arrow::struct_(value_fields()))};
}

Result<std::unique_ptr<StateView>> MakeStateView(state::StateLocation location,
                                                 const OperatorState& state,
                                                 const StoreSelection& selection,
                                                 const std::string& options) {
  if (state.rows[0] != nullptr) {
    return MakeSideView(std::move(location), state, selection, options);
  }
  if (selection.store != "default") {
    return InvalidValue("storeName", "the operator has one store, which is called default");
  }
  std::vector<RecordedVariable> variables;
  if (state.has_variables()) {
    ARROW_ASSIGN_OR_RAISE(variables, SelectVariables(*state.properties, selection));
  } else {
    ARROW_RETURN_NOT_OK(RefuseVariables(state, selection));
  }
  if (selection.join_side != "none") return NoSuchStore(options);
  if (state.has_variables()) {
    return MakeVariableView(std::move(location), state, std::move(variables), selection, options);
  }
  if (state.values == nullptr) return MakeGroupStateView(std::move(location), state);
  return state.schema.session_column >= 0 ? MakeSessionView(std::move(location), state)
                                          : MakeTableView(std::move(location), state);
}

}  // namespace thalweg::stream
