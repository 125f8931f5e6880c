#include "thalweg/exec/callback/processor_handle.h"

#include <algorithm>

#include "thalweg/exec/callback/state_variables.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::exec {
namespace {

constexpr char kProcessingTimers[] = "$procTimers";
constexpr char kEventTimers[] = "$eventTimers";

const char* NameOf(HandleState state) {
  switch (state) {
    case HandleState::kCreated:
      return "CREATED";
    case HandleState::kPreInit:
      return "PRE_INIT";
    case HandleState::kInitialized:
      return "INITIALIZED";
    case HandleState::kDataProcessed:
      return "DATA_PROCESSED";
    case HandleState::kTimerProcessed:
      return "TIMER_PROCESSED";
    case HandleState::kClosed:
      return "CLOSED";
  }
  return "";
}

const char* CountName(const StateVariable& variable) {
  switch (variable.kind) {
    case state::VariableKind::kList:
      return variable.has_ttl ? "numListStateWithTTLVars" : "numListStateVars";
    case state::VariableKind::kMap:
      return variable.has_ttl ? "numMapStateWithTTLVars" : "numMapStateVars";
    default:
      return variable.has_ttl ? "numValueStateWithTTLVars" : "numValueStateVars";
  }
}

/// Column families in Spark's stores have the variables' names.
Status CheckName(const std::string& name) {
  constexpr std::string_view kBlank = " \t\r\n";
  const bool bad = name.empty() || name == "default" ||
                   kBlank.find(name.front()) != std::string_view::npos ||
                   kBlank.find(name.back()) != std::string_view::npos;
  if (bad) {
    return MakeError("STATE_STORE_CANNOT_USE_COLUMN_FAMILY_WITH_INVALID_NAME",
                     {{"operationName", "create"}, {"colFamilyName", name}});
  }
  if (name.front() != '$') return Status::OK();
  return MakeError("STATE_STORE_CANNOT_CREATE_COLUMN_FAMILY_WITH_RESERVED_CHARS",
                   {{"colFamilyName", name}});
}

}  // namespace

const char* TimerVariable(TimeMode mode) {
  if (mode == TimeMode::kNone) return "";
  return mode == TimeMode::kEventTime ? kEventTimers : kProcessingTimers;
}

ProcessorHandle::ProcessorHandle(ProcessorHandleOptions options, state::VariableTable* table,
                                 CallbackCounts* counts)
    : options_(std::move(options)),
      table_(table),
      counts_(counts),
      state_(table == nullptr ? HandleState::kPreInit : HandleState::kCreated) {
  if (table == nullptr || options_.time_mode == TimeMode::kNone) return;
  timers_ = table->Variable(TimerVariable(options_.time_mode), state::VariableKind::kTimer);
}

ProcessorHandle::~ProcessorHandle() = default;

Status ProcessorHandle::CheckDeclaration(const char* operation, const std::string& name,
                                         TtlConfig ttl) {
  if (state_ != HandleState::kCreated && state_ != HandleState::kPreInit) {
    return MakeError("STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE",
                     {{"operationType", operation}, {"handleState", NameOf(state_)}});
  }
  if (ttl.ttl_duration_ms != 0 && options_.time_mode != TimeMode::kProcessingTime) {
    return MakeError(
        "STATEFUL_PROCESSOR_INCORRECT_TIME_MODE_TO_ASSIGN_TTL",
        {{"stateName", name}, {"timeMode", plan::spec::TimeModeName(options_.time_mode)}});
  }
  if (ttl.ttl_duration_ms < 0) {
    return MakeError("STATEFUL_PROCESSOR_TTL_DURATION_MUST_BE_POSITIVE",
                     {{"operationType", "update"}, {"stateName", name}});
  }
  ARROW_RETURN_NOT_OK(CheckName(name));
  const bool known = std::any_of(declared_.begin(), declared_.end(),
                                 [&name](const StateVariable& one) { return one.name == name; });
  if (!known) return Status::OK();
  return MakeError("STATEFUL_PROCESSOR_DUPLICATE_STATE_VARIABLE_DEFINED", {{"stateVarName", name}});
}

void ProcessorHandle::Declare(StateVariable variable) {
  if (counts_ != nullptr) ++(*counts_)[CountName(variable)];
  declared_.push_back(std::move(variable));
}

Result<ValueState*> ProcessorHandle::GetValueState(const std::string& name, const SchemaPtr& schema,
                                                   TtlConfig ttl) {
  ARROW_RETURN_NOT_OK(CheckDeclaration("get_value_state", name, ttl));
  ARROW_ASSIGN_OR_RAISE(auto image, RowImage::Make(schema));
  Declare({name, state::VariableKind::kValue, ttl.ttl_duration_ms > 0, nullptr, schema});
  values_.push_back(
      MakeValueState(this, {name, state::VariableKind::kValue, ttl.ttl_duration_ms}, image));
  return values_.back().get();
}

Result<ListState*> ProcessorHandle::GetListState(const std::string& name, const SchemaPtr& schema,
                                                 TtlConfig ttl) {
  ARROW_RETURN_NOT_OK(CheckDeclaration("get_list_state", name, ttl));
  ARROW_ASSIGN_OR_RAISE(auto image, RowImage::Make(schema));
  Declare({name, state::VariableKind::kList, ttl.ttl_duration_ms > 0, nullptr, schema});
  lists_.push_back(
      MakeListState(this, {name, state::VariableKind::kList, ttl.ttl_duration_ms}, image));
  return lists_.back().get();
}

Result<MapState*> ProcessorHandle::GetMapState(const std::string& name, const SchemaPtr& key_schema,
                                               const SchemaPtr& value_schema, TtlConfig ttl) {
  ARROW_RETURN_NOT_OK(CheckDeclaration("get_map_state", name, ttl));
  ARROW_ASSIGN_OR_RAISE(auto image, RowImage::Make(value_schema));
  std::vector<TypePtr> types;
  for (const FieldPtr& field : key_schema->fields()) types.push_back(field->type());
  ARROW_ASSIGN_OR_RAISE(auto keys, state::RowKeyCodec::Make(std::move(types)));
  Declare({name, state::VariableKind::kMap, ttl.ttl_duration_ms > 0, key_schema, value_schema});
  maps_.push_back(MakeMapState(this, {name, state::VariableKind::kMap, ttl.ttl_duration_ms},
                               key_schema, keys, image));
  return maps_.back().get();
}

Status ProcessorHandle::DeleteIfExists(const std::string& name) {
  if (state_ == HandleState::kPreInit) {
    deleted_.push_back(name);
    return Status::OK();
  }
  if (state_ != HandleState::kCreated) {
    return MakeError("STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE",
                     {{"operationType", "delete_if_exists"}, {"handleState", NameOf(state_)}});
  }
  ARROW_RETURN_NOT_OK(CheckName(name));
  ARROW_ASSIGN_OR_RAISE(const bool dropped, table_->Drop(name));
  if (dropped) ++(*counts_)["numDeletedStateVars"];
  return Status::OK();
}

Status ProcessorHandle::CheckTimers(const char* operation) const {
  if (options_.time_mode == TimeMode::kNone) {
    return MakeError(
        "STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_TIME_MODE",
        {{"operationType", operation}, {"timeMode", plan::spec::TimeModeName(options_.time_mode)}});
  }
  if (state_ == HandleState::kInitialized || state_ == HandleState::kDataProcessed) {
    return Status::OK();
  }
  return MakeError("STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE",
                   {{"operationType", operation}, {"handleState", NameOf(state_)}});
}

Status ProcessorHandle::RegisterTimer(int64_t expiry_timestamp_ms) {
  ARROW_RETURN_NOT_OK(CheckTimers("register_timer"));
  ARROW_ASSIGN_OR_RAISE(state::KeyState * key, Key(TimerVariable(options_.time_mode)));
  const std::string sub_key = state::OrderedBytes(expiry_timestamp_ms);
  if (table_->Find(*key, timers_, sub_key) == nullptr) table_->Put(key, timers_, sub_key, "");
  ++(*counts_)["numRegisteredTimers"];
  return Status::OK();
}

Status ProcessorHandle::DeleteTimer(int64_t expiry_timestamp_ms) {
  ARROW_RETURN_NOT_OK(CheckTimers("delete_timer"));
  ARROW_ASSIGN_OR_RAISE(state::KeyState * key, Key(TimerVariable(options_.time_mode)));
  table_->Remove(key, timers_, state::OrderedBytes(expiry_timestamp_ms));
  ++(*counts_)["numDeletedTimers"];
  return Status::OK();
}

Result<std::vector<int64_t>> ProcessorHandle::ListTimers() {
  ARROW_RETURN_NOT_OK(CheckTimers("list_timers"));
  ARROW_ASSIGN_OR_RAISE(const state::KeyState* key, Key(TimerVariable(options_.time_mode)));
  std::vector<int64_t> timers;
  const state::VariableEntries* entries = table_->Entries(*key, timers_);
  if (entries == nullptr) return timers;
  for (const auto& [sub_key, entry] : *entries) timers.push_back(state::NumberOf(sub_key));
  return timers;
}

Result<state::KeyState*> ProcessorHandle::Key(const std::string& name) const {
  if (key_ != nullptr) return key_;
  return MakeError(
      "INTERNAL_ERROR_TWS",
      {{"message", "The state " + name + " was asked for where no key is being processed."}});
}

}  // namespace thalweg::exec
