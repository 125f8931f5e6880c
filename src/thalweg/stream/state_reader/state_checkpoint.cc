#include "thalweg/stream/state_reader/state_checkpoint.h"

#include <cstdlib>

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/exec/stateful/deduplicate_within_watermark.h"
#include "thalweg/exec/stateful/session_list.h"
#include "thalweg/exec/stateful/streaming_limit.h"
#include "thalweg/stream/state_reader/state_schema_file.h"

namespace thalweg::stream {
namespace {

Result<expr::AggregateFunctionPtr> BindFunction(const functions::FunctionRegistry& functions,
                                                const state::StateFunction& recorded) {
  const expr::AggregateDeclaration* declaration = functions.FindAggregate(recorded.name);
  if (declaration == nullptr) return Status::Invalid("no aggregate ", recorded.name);
  std::vector<expr::ArgumentInfo> arguments;
  for (const TypePtr& type : recorded.argument_types) {
    expr::ArgumentInfo argument;
    argument.type = type;
    // Flags must be constants to bind; what a slot holds does not depend on their value.
    if (!arguments.empty() && type->id() == arrow::Type::BOOL) {
      argument.constant = std::make_shared<arrow::BooleanScalar>(false);
    }
    arguments.push_back(std::move(argument));
  }
  return declaration->bind(arguments);
}

Status FillAggregates(const functions::FunctionRegistry& functions, OperatorState* state) {
  std::vector<exec::BoundAggregate> aggregates;
  for (const state::StateFunction& function : state->schema.functions) {
    exec::BoundAggregate aggregate;
    ARROW_ASSIGN_OR_RAISE(aggregate.function, BindFunction(functions, function));
    aggregates.push_back(std::move(aggregate));
  }
  state->calls = std::make_shared<const exec::AggregateCalls>(std::move(aggregates));
  return Status::OK();
}

Status FillSides(OperatorState* state) {
  const std::vector<FieldPtr>& sides = state->schema.value_fields;
  if (sides.size() != 2) return Status::Invalid("a join of ", sides.size(), " sides");
  for (int side = 0; side < 2; ++side) {
    std::vector<TypePtr> types;
    for (const FieldPtr& field : sides[side]->type()->fields()) types.push_back(field->type());
    ARROW_ASSIGN_OR_RAISE(state->rows[side], state::RowCodec::Make(std::move(types)));
  }
  return Status::OK();
}

/// Whether the operator keeps variables: then its view decodes them.
bool IsGroupFunction(const OperatorState& state) {
  return state.has_variables() || state.name == "flatMapGroupsWithState" ||
         state.name == "applyInPandasWithState";
}

Status FillValues(const functions::FunctionRegistry& functions, OperatorState* state) {
  if (IsGroupFunction(*state)) return Status::OK();
  if (state->name == "dedupe") {
    state->values = std::make_shared<const state::EmptyValueCodec>();
  } else if (state->name == "dedupeWithinWatermark") {
    state->values = std::make_shared<const exec::ExpiresAtCodec>();
  } else if (state->name == "globalLimit") {
    state->values = std::make_shared<const exec::RowCountCodec>();
  } else if (state->name == "symmetricHashJoin") {
    return FillSides(state);
  } else if (state->name == "stateStoreSave") {
    ARROW_RETURN_NOT_OK(FillAggregates(functions, state));
    state->values = state->calls;
  } else if (state->name == "sessionWindowStateStoreSaveExec") {
    ARROW_RETURN_NOT_OK(FillAggregates(functions, state));
    state->values = std::make_shared<const exec::SessionListCodec>(state->calls);
  } else {
    return Status::Invalid("unknown kind of operator");
  }
  return Status::OK();
}

Status FillCodecs(const functions::FunctionRegistry& functions, OperatorState* state) {
  std::vector<TypePtr> types;
  for (const FieldPtr& field : state->schema.key_fields) types.push_back(field->type());
  // The key of a limit is a NULL that is nowhere stored, and the sessions of a key are one entry.
  if (state->name == "globalLimit") types.clear();
  if (state->schema.session_column >= 0 && !types.empty()) types.pop_back();
  ARROW_ASSIGN_OR_RAISE(state->keys, state::RowKeyCodec::Make(std::move(types)));
  return FillValues(functions, state);
}

}  // namespace

StateCheckpoint::StateCheckpoint(FileSystem* file_system, std::string path,
                                 std::shared_ptr<const functions::FunctionRegistry> functions)
    : file_system_(file_system),
      path_(std::move(path)),
      functions_(std::move(functions)),
      commit_log_(file_system, path_) {}

std::string StateCheckpoint::OperatorDirectory(int operator_id) const {
  return JoinPath(path_, "state/" + std::to_string(operator_id));
}

Result<std::map<int, RecordedOperator>> StateCheckpoint::Operators() const {
  return ReadOperatorMetadata(file_system_, JoinPath(path_, "state"));
}

Result<std::optional<StateCheckpoint::BatchRange>> StateCheckpoint::Batches() {
  ARROW_ASSIGN_OR_RAISE(const auto ids, commit_log_.Ids());
  if (ids.empty()) return std::optional<BatchRange>();
  return std::optional(BatchRange{ids.front(), ids.back()});
}

Result<std::optional<OperatorProperties>> StateCheckpoint::Properties(
    int operator_id, std::optional<int64_t> batch) const {
  return ReadOperatorProperties(
      file_system_, OperatorMetadataDirectory(JoinPath(path_, "state"), operator_id), batch);
}

Result<OperatorState> StateCheckpoint::Open(int operator_id, const std::string& options,
                                            std::optional<int64_t> batch) const {
  const auto failed = [&] {
    return MakeError("STDS_FAILED_TO_READ_STATE_SCHEMA", {{"sourceOptions", options}});
  };
  ARROW_ASSIGN_OR_RAISE(const auto operators, Operators());
  const auto recorded = operators.find(operator_id);
  if (recorded == operators.end()) return failed();
  const auto schema = ReadStateSchema(file_system_, JoinPath(path_, "state"), operator_id);
  if (!schema.ok() || !*schema) return failed();
  OperatorState state;
  state.id = operator_id;
  state.name = recorded->second.name;
  if (!recorded->second.stores.empty()) {
    state.num_partitions = recorded->second.stores.front().num_partitions;
  }
  state.schema = **schema;
  ARROW_ASSIGN_OR_RAISE(state.properties, Properties(operator_id, batch));
  return FillCodecs(*functions_, &state).ok() ? Result<OperatorState>(state) : failed();
}

Result<state::StateManifest> StateCheckpoint::FilesAfter(int64_t batch, int operator_id) {
  ARROW_ASSIGN_OR_RAISE(const auto entry, commit_log_.Get(batch));
  if (!entry) {
    return MakeError("STDS_COMMITTED_BATCH_UNAVAILABLE", {{"checkpointLocation", path_}});
  }
  state::StateManifest manifest;
  const auto found = entry->state.find(operator_id);
  if (found != entry->state.end()) {
    manifest.snapshots = found->second.snapshots;
    manifest.changes = found->second.changes;
  }
  return manifest;
}

Result<std::vector<std::string>> StateCheckpoint::FilesOf(int64_t batch, int operator_id) {
  ARROW_ASSIGN_OR_RAISE(const auto manifest, FilesAfter(batch, operator_id));
  std::vector<std::string> files;
  for (const std::string& name : manifest.changes) {
    // File names begin with the epoch they belong to.
    if (std::strtoll(name.c_str(), nullptr, 10) == batch) files.push_back(name);
  }
  return files;
}

Result<int64_t> StateCheckpoint::SizeOf(const state::StateManifest& manifest,
                                        int operator_id) const {
  int64_t bytes = 0;
  for (const auto* names : {&manifest.snapshots, &manifest.changes}) {
    for (const std::string& name : *names) {
      ARROW_ASSIGN_OR_RAISE(const FileInfo info,
                            file_system_->GetInfo(JoinPath(OperatorDirectory(operator_id), name)));
      bytes += info.size;
    }
  }
  return bytes;
}

Result<std::unique_ptr<StateView>> StateCheckpoint::MakeView(const OperatorState& state,
                                                             const StoreSelection& selection,
                                                             const std::string& options) const {
  state::StateLocation location;
  location.file_system = file_system_;
  location.directory = OperatorDirectory(state.id);
  return MakeStateView(std::move(location), state, selection, options);
}

}  // namespace thalweg::stream
