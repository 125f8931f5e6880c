#include "thalweg/stream/state_reader/state_checkpoint.h"

#include <cstdlib>

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/exec/stateful/aggregate_calls.h"
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

Result<std::shared_ptr<const state::ValueCodec>> MakeValueCodec(
    const functions::FunctionRegistry& functions, const std::string& operator_name,
    const state::StateSchema& schema) {
  if (operator_name == "dedupe") return std::make_shared<const state::EmptyValueCodec>();
  if (operator_name == "globalLimit") return std::make_shared<const exec::RowCountCodec>();
  if (operator_name != "stateStoreSave") return Status::Invalid("unknown kind of operator");
  std::vector<exec::BoundAggregate> aggregates;
  for (const state::StateFunction& function : schema.functions) {
    exec::BoundAggregate aggregate;
    ARROW_ASSIGN_OR_RAISE(aggregate.function, BindFunction(functions, function));
    aggregates.push_back(std::move(aggregate));
  }
  return std::make_shared<const exec::AggregateCalls>(std::move(aggregates));
}

Status FillCodecs(const functions::FunctionRegistry& functions, const std::string& operator_name,
                  OperatorState* state) {
  std::vector<TypePtr> types;
  // The key of a limit is a NULL that is nowhere stored.
  if (operator_name != "globalLimit") {
    for (const FieldPtr& field : state->schema.key_fields) types.push_back(field->type());
  }
  ARROW_ASSIGN_OR_RAISE(state->keys, state::RowKeyCodec::Make(std::move(types)));
  ARROW_ASSIGN_OR_RAISE(state->values, MakeValueCodec(functions, operator_name, state->schema));
  return Status::OK();
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

Result<OperatorState> StateCheckpoint::Open(int operator_id, const std::string& options) const {
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
  state.schema = **schema;
  return FillCodecs(*functions_, recorded->second.name, &state).ok() ? Result<OperatorState>(state)
                                                                     : failed();
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

state::StateReplay StateCheckpoint::MakeReplay(const OperatorState& state) const {
  state::StateLocation location;
  location.file_system = file_system_;
  location.directory = OperatorDirectory(state.id);
  return state::StateReplay(std::move(location), state.keys, state.values);
}

}  // namespace thalweg::stream
