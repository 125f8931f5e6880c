// What clients ask about all streaming queries of their session.

#include <chrono>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/command/event_wait.h"
#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {
namespace {

using proto::StreamingQueryManagerCommand;
using proto::StreamingQueryManagerCommandResult;
using SteadyClock = std::chrono::steady_clock;

void Describe(const stream::StreamingQuery& query,
              StreamingQueryManagerCommandResult::StreamingQueryInstance* message) {
  message->mutable_id()->set_id(query.id());
  message->mutable_id()->set_run_id(query.run_id());
  if (query.name()) message->set_name(*query.name());
}

Status SendResult(Execution* execution, StreamingQueryManagerCommandResult result) {
  proto::ExecutePlanResponse response;
  *response.mutable_streaming_query_manager_command_result() = std::move(result);
  return execution->Send(&response);
}

Result<Outcome> Sent(const Status& status) {
  ARROW_RETURN_NOT_OK(status);
  return Outcome::kFinished;
}

/// One look at a wait for any query's end; true when it is over.
bool PollAnyTermination(const ExecutionPtr& execution, SteadyClock::time_point deadline,
                        EventWait* events) {
  if (execution->operation()->cancelled()) {
    execution->Fail(MakeError("OPERATION_CANCELED"));
    return true;
  }
  const Result<bool> terminated = execution->engine().queries().HasAnyTerminated();
  const bool has_ended = !terminated.ok() || *terminated;
  if (has_ended && !events->IsOver()) return false;
  if (!terminated.ok()) {
    execution->Fail(terminated.status());
    return true;
  }
  if (!*terminated && SteadyClock::now() < deadline) return false;
  StreamingQueryManagerCommandResult result;
  result.mutable_await_any_termination()->set_terminated(*terminated);
  const Status sent = SendResult(execution.get(), std::move(result));
  if (sent.ok()) {
    execution->Complete();
  } else {
    execution->Fail(sent);
  }
  return true;
}

Result<Outcome> AwaitAnyTermination(
    ServerState* state, const ExecutionPtr& execution,
    const StreamingQueryManagerCommand::AwaitAnyTerminationCommand& command) {
  if (command.has_timeout_ms() && command.timeout_ms() <= 0) {
    return Status::Invalid("Timeout has to be positive");
  }
  auto deadline = SteadyClock::time_point::max();
  constexpr int64_t kLongestMillis = int64_t{1} << 40;
  if (command.has_timeout_ms() && command.timeout_ms() < kLongestMillis) {
    deadline = SteadyClock::now() + std::chrono::milliseconds(command.timeout_ms());
  }
  EventWait events(execution->session());
  state->waits.Add([execution, deadline, events]() mutable {
    return PollAnyTermination(execution, deadline, &events);
  });
  return Outcome::kContinues;
}

}  // namespace

Result<Outcome> RunManagerCommand(ServerState* state, const ExecutionPtr& execution,
                                  const StreamingQueryManagerCommand& command) {
  stream::QueryManager& queries = execution->engine().queries();
  StreamingQueryManagerCommandResult result;
  switch (command.command_case()) {
    case StreamingQueryManagerCommand::kActive:
      result.mutable_active();
      for (const auto& query : queries.active()) {
        Describe(*query, result.mutable_active()->add_active_queries());
      }
      return Sent(SendResult(execution.get(), std::move(result)));
    case StreamingQueryManagerCommand::kGetQuery:
      if (const auto query = queries.Get(command.get_query())) {
        Describe(*query, result.mutable_query());
      }
      return Sent(SendResult(execution.get(), std::move(result)));
    case StreamingQueryManagerCommand::kAwaitAnyTermination:
      return AwaitAnyTermination(state, execution, command.await_any_termination());
    case StreamingQueryManagerCommand::kResetTerminated:
      queries.ResetTerminated();
      result.set_reset_terminated(true);
      return Sent(SendResult(execution.get(), std::move(result)));
    case StreamingQueryManagerCommand::kAddListener:
    case StreamingQueryManagerCommand::kRemoveListener:
      return UnsupportedFeature("a streaming listener that runs on the server");
    case StreamingQueryManagerCommand::kListListeners:
      result.mutable_list_listeners();
      return Sent(SendResult(execution.get(), std::move(result)));
    case StreamingQueryManagerCommand::COMMAND_NOT_SET:
      break;
  }
  return MissingPart("StreamingQueryManagerCommand", "command");
}

Result<Outcome> RunListenerCommand(const ExecutionPtr& execution,
                                   const proto::StreamingQueryListenerBusCommand& command) {
  ListenerStream& listeners = execution->session()->listeners();
  if (command.has_add_listener_bus_listener()) {
    listeners.Open(execution);
    return Outcome::kContinues;
  }
  listeners.Close();
  return Outcome::kFinished;
}

}  // namespace thalweg::connect
