#include "thalweg/python/processor_function.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <arrow/api.h>

#include "thalweg/python/capital_free_json.h"
#include "thalweg/python/processor_rows.h"
#include "thalweg/python/result_receiver.h"
#include "thalweg/python/state_requests.h"
#include "thalweg/python/stream_function.h"
#include "thalweg/python/streaming_worker.h"
#include "thalweg/types/data_types.h"

namespace thalweg::python {
namespace {

/// How long a processor's init() may take before the query starts.
constexpr std::chrono::minutes kInitPatience{5};

/// One input: what is sent of it, and which of that are keys and values.
struct Side {
  SentColumns sent;
  std::vector<FunctionArgument> arguments;
};

Side MakeSide(const GroupColumns& input) {
  Side side;
  const auto is_value = [&input](int column) {
    return std::find(input.values.begin(), input.values.end(), column) != input.values.end();
  };
  for (int column = 0; column < input.schema->num_fields(); ++column) {
    if (!is_value(column)) side.sent.order.push_back(column);
  }
  side.sent.order.insert(side.sent.order.end(), input.values.begin(), input.values.end());
  arrow::FieldVector fields;
  std::vector<int> place(static_cast<size_t>(input.schema->num_fields()));
  for (const int column : side.sent.order) {
    place[static_cast<size_t>(column)] = static_cast<int>(fields.size());
    fields.push_back(input.schema->field(column));
  }
  GroupColumns sent;
  for (const int key : input.keys) sent.keys.push_back(place[static_cast<size_t>(key)]);
  for (const int value : input.values) sent.values.push_back(place[static_cast<size_t>(value)]);
  side.arguments = GroupArguments(sent);
  side.sent.schema = arrow::schema(std::move(fields));
  return side;
}

struct ProcessorSpec {
  PythonSettings settings;
  PythonFunction function;
  TaskHeader header;
  Side input;
  std::optional<Side> initial;
  SchemaPtr keys;
  SchemaPtr output_schema;
  std::string operation;
  int64_t max_state_entries = 0;
};

/// Processors that take an initial state are called without one by another name.
EvalType WithoutInitialState(EvalType type) {
  if (type == EvalType::kTransformWithStatePandasInitState) {
    return EvalType::kTransformWithStatePandas;
  }
  if (type == EvalType::kTransformWithStateRowInitState) return EvalType::kTransformWithStateRow;
  return type;
}

class ProcessorFunction : public exec::ExternalProcessor {
 public:
  ProcessorFunction(std::shared_ptr<WorkerPool> pool, ProcessorSpec spec)
      : pool_(std::move(pool)), spec_(std::move(spec)) {}

  Status Declare(exec::ProcessorAccess* access) override {
    StreamingWorkerOptions options;
    options.interpreter = spec_.settings.interpreter;
    ARROW_ASSIGN_OR_RAISE(options.versions, pool_->Versions(options.interpreter));
    options.role = StreamingRole::kProcessor;
    options.function = spec_.function;
    ARROW_ASSIGN_OR_RAISE(const auto handler,
                          MakeHandler(options.versions.protocol, "UTC", access));
    ARROW_ASSIGN_OR_RAISE(const auto server,
                          StateServer::Start(options.versions.protocol, handler.get()));
    ARROW_ASSIGN_OR_RAISE(const auto worker, StreamingWorker::Start(options));
    const Status status =
        worker->InitProcessor(server->address(), SchemaToJson(*spec_.keys), kInitPatience);
    ARROW_RETURN_NOT_OK(server->Stop());
    return status;
  }

  Status Process(const exec::ExternalTask& task, const exec::ProcessorInput& input,
                 exec::ProcessorAccess* access, const exec::EmitRows& emit) override {
    const Side* initial = input.initial ? &*spec_.initial : nullptr;
    ARROW_ASSIGN_OR_RAISE(const InterpreterVersions versions,
                          pool_->Versions(spec_.settings.interpreter));
    ARROW_ASSIGN_OR_RAISE(const auto handler,
                          MakeHandler(versions.protocol, task.session_time_zone, access));
    ARROW_ASSIGN_OR_RAISE(const auto server, StateServer::Start(versions.protocol, handler.get()));
    const Status status = Run(task, input, initial, versions.protocol, server->address(), emit);
    // Its errors are the reason of the worker's.
    ARROW_RETURN_NOT_OK(server->Stop());
    return status;
  }

 private:
  Status Run(const exec::ExternalTask& task, const exec::ProcessorInput& input, const Side* initial,
             Protocol protocol, const std::string& address, const exec::EmitRows& emit) {
    ARROW_ASSIGN_OR_RAISE(const auto worker,
                          StartTask(pool_, spec_.settings, MakeTask(initial, address), task));
    const SentColumns* initial_columns = initial != nullptr ? &initial->sent : nullptr;
    const SchemaPtr wire = ProcessorWireSchema(
        spec_.input.sent, initial_columns, {task.session_time_zone, spec_.settings.large_types});
    ARROW_ASSIGN_OR_RAISE(const auto encoder, IpcEncoder::Make(wire));
    encoder->Begin(worker->queue());
    ResultReceiver results(worker.get(), spec_.output_schema, true, spec_.operation);
    ARROW_RETURN_NOT_OK(
        SendProcessorRows(input, spec_.input.sent, initial_columns, wire, protocol,
                          spec_.settings.chunks, [&](const arrow::RecordBatch& batch) -> Status {
                            if (worker->ended()) return Status::OK();
                            ARROW_RETURN_NOT_OK(encoder->Put(batch, worker->queue()));
                            return results.SendQueued(emit);
                          }));
    encoder->End(worker->queue());
    return results.Finish(emit);
  }

  Result<std::unique_ptr<StateRequestHandler>> MakeHandler(Protocol protocol,
                                                           const std::string& time_zone,
                                                           exec::ProcessorAccess* access) const {
    StateRequestOptions options;
    options.protocol = protocol;
    options.keys = spec_.keys;
    options.time_zone = time_zone;
    options.max_entries = spec_.max_state_entries;
    return MakeStateRequestHandler(std::move(options), access);
  }

  TaskHeader MakeTask(const Side* initial, const std::string& address) const {
    TaskHeader header = spec_.header;
    FunctionChain chain;
    chain.commands = {spec_.function.command};
    chain.arguments = spec_.input.arguments;
    if (initial != nullptr) {
      chain.arguments.insert(chain.arguments.end(), initial->arguments.begin(),
                             initial->arguments.end());
    } else {
      header.eval_type = WithoutInitialState(header.eval_type);
    }
    header.functions = {std::move(chain)};
    header.eval_conf["state_server_socket_port"] = address;
    header.eval_conf["grouping_key_schema"] = WithoutCapitals(SchemaToJson(*spec_.keys));
    return header;
  }

  const std::shared_ptr<WorkerPool> pool_;
  const ProcessorSpec spec_;
};

}  // namespace

Result<std::shared_ptr<exec::ExternalProcessor>> MakeProcessorFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const GroupColumns& input,
    const std::optional<GroupColumns>& initial, const SchemaPtr& keys, const SchemaPtr& output,
    int64_t max_state_entries) {
  if (!IsTransformWithState(function.eval_type)) return Status::Invalid("not a processor");
  ProcessorSpec spec;
  spec.settings = settings;
  spec.function = function;
  spec.header = MakeHeader(settings, {function});
  const int64_t max_bytes = settings.chunks.max_bytes;
  spec.header.runner_conf["spark.sql.execution.arrow.maxBytesPerBatch"] =
      std::to_string(max_bytes > 0 && max_bytes < INT32_MAX ? max_bytes : INT32_MAX);
  spec.input = MakeSide(input);
  if (initial) spec.initial = MakeSide(*initial);
  spec.max_state_entries = max_state_entries;
  spec.keys = keys;
  spec.output_schema = output;
  spec.operation = std::string(EvalTypeName(function.eval_type));
  return std::make_shared<ProcessorFunction>(std::move(pool), std::move(spec));
}

}  // namespace thalweg::python
