#include <zstd.h>

#include "thalweg/base/cancel_scope.h"
#include "thalweg/base/execution_progress.h"
#include "thalweg/base/memory_guard.h"
#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/wire.h"

namespace thalweg::connect {
namespace {

constexpr size_t kMaxPlanBytes = size_t{128} << 20;
constexpr size_t kPlanStepBytes = size_t{1} << 20;

Status CannotParse(const std::string& why) {
  return MakeError("CONNECT_INVALID_PLAN.CANNOT_PARSE", {{"errorMsg", why}});
}

Status TooLarge(const std::string& bytes) {
  return MakeError("CONNECT_INVALID_PLAN.PLAN_SIZE_LARGER_THAN_MAX",
                   {{"planSize", bytes}, {"maxPlanSize", std::to_string(kMaxPlanBytes)}});
}

/// Takes memory as the text grows: what a frame says of its length is not believed.
Result<std::string> Inflate(const std::string& data) {
  const std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                        &ZSTD_freeDStream);
  std::string text;
  ZSTD_inBuffer input{data.data(), data.size(), 0};
  size_t expected = 1;  // 0: the frame has ended
  while (expected != 0) {
    const size_t length = text.size();
    if (length > kMaxPlanBytes) return TooLarge("unknown");
    text.resize(length + kPlanStepBytes);
    ZSTD_outBuffer output{text.data(), text.size(), length};
    expected = ZSTD_decompressStream(stream.get(), &output, &input);
    if (ZSTD_isError(expected)) return CannotParse(ZSTD_getErrorName(expected));
    text.resize(output.pos);
    const bool stands_still = output.pos == length && input.pos == input.size;
    if (expected != 0 && stands_still) return CannotParse("the compressed data ends too early");
  }
  return text;
}

/// Unpacks a plan that the client compressed.
Result<proto::Plan> Decompress(const proto::Plan::CompressedOperation& operation) {
  using Compressed = proto::Plan::CompressedOperation;
  if (operation.compression_codec() != proto::COMPRESSION_CODEC_ZSTD) {
    return CannotParse("unknown compression codec");
  }
  const std::string& data = operation.data();
  const unsigned long long size = ZSTD_getFrameContentSize(data.data(), data.size());
  if (size == ZSTD_CONTENTSIZE_ERROR) return CannotParse("no zstd data");
  if (size != ZSTD_CONTENTSIZE_UNKNOWN && size > kMaxPlanBytes) {
    return TooLarge(std::to_string(size));
  }
  ARROW_ASSIGN_OR_RAISE(const std::string text, Inflate(data));
  proto::Plan plan;
  if (operation.op_type() == Compressed::OP_TYPE_COMMAND) {
    ARROW_RETURN_NOT_OK(ParseMessage(text, plan.mutable_command()));
  } else if (operation.op_type() == Compressed::OP_TYPE_RELATION) {
    ARROW_RETURN_NOT_OK(ParseMessage(text, plan.mutable_root()));
  } else {
    return MakeError("CONNECT_INVALID_PLAN.INVALID_ENUM",
                     {{"fullName", "spark.connect.Plan.CompressedOperation.OpType"},
                      {"name", Compressed::OpType_Name(operation.op_type())},
                      {"number", std::to_string(operation.op_type())}});
  }
  return plan;
}

Status Refuse(const proto::Command& command) {
  switch (command.command_type_case()) {
    case proto::Command::COMMAND_TYPE_NOT_SET:
      return MissingPart("Command", "command_type");
    default: {
      const auto* field =
          proto::Command::descriptor()->FindFieldByNumber(command.command_type_case());
      return UnsupportedFeature("the command '" + field->name() + "'");
    }
  }
}

Result<Outcome> Finished(const Status& status) {
  ARROW_RETURN_NOT_OK(status);
  return Outcome::kFinished;
}

Result<Outcome> RunCommand(ServerState* state, const ExecutionPtr& execution,
                           const proto::Command& command) {
  Execution* e = execution.get();
  switch (command.command_type_case()) {
    case proto::Command::kSqlCommand:
      return Finished(RunSqlCommand(e, command.sql_command()));
    case proto::Command::kCreateDataframeView:
      return Finished(CreateDataFrameView(e, command.create_dataframe_view()));
    case proto::Command::kRegisterFunction:
      return Finished(RegisterFunction(e, command.register_function()));
    case proto::Command::kRegisterDataSource:
      return Finished(RegisterDataSource(e, command.register_data_source()));
    case proto::Command::kRegisterTableFunction:
      return Finished(RegisterTableFunction(e, command.register_table_function()));
    case proto::Command::kWriteOperation:
      return Finished(RunWrite(e, command.write_operation()));
    case proto::Command::kWriteOperationV2:
      return Finished(RunWriteTo(e, command.write_operation_v2()));
    case proto::Command::kMergeIntoTableCommand:
      return Finished(RunMerge(e, command.merge_into_table_command()));
    case proto::Command::kCheckpointCommand:
      return Finished(RunCheckpoint(e, command.checkpoint_command()));
    case proto::Command::kRemoveCachedRemoteRelationCommand:
      e->session()->RemoveRemoteRelation(
          command.remove_cached_remote_relation_command().relation().relation_id());
      return Outcome::kFinished;
    case proto::Command::kWriteStreamOperationStart:
      return Finished(StartStream(state, e, command.write_stream_operation_start()));
    case proto::Command::kStreamingQueryCommand:
      return RunQueryCommand(state, execution, command.streaming_query_command());
    case proto::Command::kStreamingQueryManagerCommand:
      return RunManagerCommand(state, execution, command.streaming_query_manager_command());
    case proto::Command::kStreamingQueryListenerBusCommand:
      return RunListenerCommand(execution, command.streaming_query_listener_bus_command());
    case proto::Command::kGetResourcesCommand: {
      proto::ExecutePlanResponse response;
      response.mutable_get_resources_command_result();
      return Finished(e->Send(&response));
    }
    default:
      return Refuse(command);
  }
}

Result<Outcome> RunOperation(ServerState* state, const ExecutionPtr& execution,
                             const proto::Plan& plan) {
  switch (plan.op_type_case()) {
    case proto::Plan::kRoot:
      return Finished(RunRelation(execution.get(), plan.root()));
    case proto::Plan::kCommand:
      return RunCommand(state, execution, plan.command());
    case proto::Plan::kCompressedOperation: {
      ARROW_ASSIGN_OR_RAISE(const proto::Plan unpacked, Decompress(plan.compressed_operation()));
      return RunOperation(state, execution, unpacked);
    }
    case proto::Plan::OP_TYPE_NOT_SET:
      break;
  }
  return MissingPart("Plan", "op_type");
}

/// Sends what functions of the session took since its last execution, if they were measured: that
/// of streaming queries and of executions that failed goes with the next that succeeds.
Status SendProfiles(Execution* execution) {
  const std::vector<std::string> updates = execution->session()->function_profiles()->Take();
  if (updates.empty()) return Status::OK();
  proto::ExecutePlanResponse response;
  auto* metrics = response.add_observed_metrics();
  metrics->set_name("__python_accumulator__");
  for (const std::string& update : updates) metrics->add_values()->set_binary(update);
  return execution->Send(&response);
}

}  // namespace

void RunPlan(ServerState* state, const ExecutionPtr& execution, const proto::Plan& plan) {
  const CancelScope scope(execution->operation()->cancel_flag());
  const ProgressScope progress(&execution->operation()->progress());
  const Result<Outcome> outcome = [&]() -> Result<Outcome> {
    try {
      return GuardMemory([&]() -> Result<Outcome> {
        ARROW_ASSIGN_OR_RAISE(const Outcome done, RunOperation(state, execution, plan));
        if (done == Outcome::kFinished) ARROW_RETURN_NOT_OK(SendProfiles(execution.get()));
        return done;
      });
    } catch (const std::exception& error) {
      // A library's: it is the end of this execution only.
      return Status::UnknownError(error.what());
    }
  }();
  if (!outcome.ok()) {
    execution->Fail(outcome.status());
  } else if (*outcome == Outcome::kFinished) {
    execution->Complete();
  }
}

}  // namespace thalweg::connect
