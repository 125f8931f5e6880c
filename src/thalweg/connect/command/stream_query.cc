// What clients ask a streaming query.

#include <chrono>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/command/event_wait.h"
#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {
namespace {

using proto::StreamingQueryCommand;
using proto::StreamingQueryCommandResult;
using QueryPtr = std::shared_ptr<stream::StreamingQuery>;
using SteadyClock = std::chrono::steady_clock;

Result<QueryPtr> Find(ConnectSession* session, const proto::StreamingQueryInstanceId& id) {
  auto query = session->FindQuery(id.id(), id.run_id());
  if (query != nullptr) return query;
  const auto other = session->engine().queries().Get(id.id());
  if (other == nullptr) {
    return MakeError("CONNECT_INVALID_PLAN.STREAMING_QUERY_NOT_FOUND", {{"id", id.id()}});
  }
  if (other->run_id() == id.run_id()) return other;
  return MakeError("CONNECT_INVALID_PLAN.STREAMING_QUERY_RUN_ID_MISMATCH",
                   {{"id", id.id()}, {"runId", id.run_id()}, {"serverRunId", other->run_id()}});
}

Status SendResult(Execution* execution, const stream::StreamingQuery& query,
                  StreamingQueryCommandResult result) {
  proto::ExecutePlanResponse response;
  *response.mutable_streaming_query_command_result() = std::move(result);
  auto* id = response.mutable_streaming_query_command_result()->mutable_query_id();
  id->set_id(query.id());
  id->set_run_id(query.run_id());
  return execution->Send(&response);
}

StreamingQueryCommandResult StatusOf(const stream::StreamingQuery& query) {
  const stream::StreamingQueryStatus status = query.status();
  StreamingQueryCommandResult result;
  auto* message = result.mutable_status();
  message->set_status_message(status.message);
  message->set_is_data_available(status.is_data_available);
  message->set_is_trigger_active(status.is_trigger_active);
  message->set_is_active(query.IsActive());
  return result;
}

StreamingQueryCommandResult ProgressOf(const stream::StreamingQuery& query, bool last_only) {
  StreamingQueryCommandResult result;
  auto* message = result.mutable_recent_progress();
  if (last_only) {
    const auto last = query.last_progress();
    if (last != nullptr) message->add_recent_progress_json(ClientProgressJson(*last));
    return result;
  }
  for (const auto& progress : query.recent_progress()) {
    message->add_recent_progress_json(ClientProgressJson(*progress));
  }
  return result;
}

StreamingQueryCommandResult ExceptionOf(const stream::StreamingQuery& query) {
  StreamingQueryCommandResult result;
  if (const auto exception = query.exception()) {
    auto* message = result.mutable_exception();
    message->set_exception_message(RenderError(exception->ToStatus()) + "\n" +
                                   exception->debug_text);
    message->set_error_class(exception->error_class());
    message->set_stack_trace("");
  }
  return result;
}

/// What an answer waits for.
struct Wait {
  /// Null: only for the events of the query's end.
  std::function<bool()> is_over;
  std::function<Status(Execution*)> answer;
  /// The failure of the query is the answer then.
  bool fails_with_query = true;
};

void End(Execution* execution, const stream::StreamingQuery& query, const Wait& wait) {
  if (wait.fails_with_query && query.IsTerminated() && query.exception()) {
    return execution->Fail(DescribeQueryFailure(query));
  }
  const Status status = wait.answer(execution);
  if (!status.ok()) return execution->Fail(status);
  execution->Complete();
}

/// Ends the execution when the wait is over, on no thread until then.
Outcome WaitFor(ServerState* state, const ExecutionPtr& execution, const QueryPtr& query,
                Wait wait) {
  EventWait events(execution->session());
  state->waits.Add([execution, query, wait = std::move(wait), events]() mutable {
    if (execution->operation()->cancelled()) {
      execution->Fail(MakeError("OPERATION_CANCELED"));
      return true;
    }
    if (wait.is_over && !wait.is_over()) return false;
    if (query->IsTerminated() && !events.IsOver()) return false;
    End(execution.get(), *query, wait);
    return true;
  });
  return Outcome::kContinues;
}

/// Sends what `result` gives; of a query that has ended, once the client knows of that.
Result<Outcome> Answer(ServerState* state, const ExecutionPtr& execution, const QueryPtr& query,
                       std::function<StreamingQueryCommandResult()> result) {
  Wait wait;
  wait.answer = [query, result = std::move(result)](Execution* answered) {
    return SendResult(answered, *query, result());
  };
  wait.fails_with_query = false;
  if (query->IsTerminated() && execution->session()->listeners().is_open()) {
    return WaitFor(state, execution, query, std::move(wait));
  }
  ARROW_RETURN_NOT_OK(wait.answer(execution.get()));
  return Outcome::kFinished;
}

Result<Outcome> AwaitTermination(ServerState* state, const ExecutionPtr& execution,
                                 const QueryPtr& query,
                                 const StreamingQueryCommand::AwaitTerminationCommand& command) {
  if (command.has_timeout_ms() && command.timeout_ms() <= 0) {
    return Status::Invalid("Timeout has to be positive");
  }
  auto deadline = SteadyClock::time_point::max();
  constexpr int64_t kLongestMillis = int64_t{1} << 40;
  if (command.has_timeout_ms() && command.timeout_ms() < kLongestMillis) {
    deadline = SteadyClock::now() + std::chrono::milliseconds(command.timeout_ms());
  }
  Wait wait;
  wait.is_over = [query, deadline] {
    return query->IsTerminated() || SteadyClock::now() >= deadline;
  };
  wait.answer = [query](Execution* waiting) {
    StreamingQueryCommandResult result;
    result.mutable_await_termination()->set_terminated(query->IsTerminated());
    return SendResult(waiting, *query, std::move(result));
  };
  return WaitFor(state, execution, query, std::move(wait));
}

Outcome ProcessAllAvailable(ServerState* state, const ExecutionPtr& execution,
                            const QueryPtr& query) {
  const int64_t mark = query->IdleMark();
  Wait wait;
  wait.is_over = [query, mark] { return query->IsIdleSince(mark); };
  wait.answer = [query](Execution* waiting) { return SendResult(waiting, *query, {}); };
  return WaitFor(state, execution, query, std::move(wait));
}

Result<Outcome> Sent(const Status& status) {
  ARROW_RETURN_NOT_OK(status);
  return Outcome::kFinished;
}

}  // namespace

ErrorChain DescribeQueryFailure(const stream::StreamingQuery& query) {
  const auto exception = query.exception();
  ErrorChain chain = DescribeError(exception->ToStatus());
  for (ErrorRecord& cause : DescribeError(exception->cause)) chain.push_back(std::move(cause));
  return chain;
}

Result<Outcome> RunQueryCommand(ServerState* state, const ExecutionPtr& execution,
                                const StreamingQueryCommand& command) {
  ARROW_ASSIGN_OR_RAISE(const QueryPtr query, Find(execution->session().get(), command.query_id()));
  Execution* e = execution.get();
  switch (command.command_case()) {
    case StreamingQueryCommand::kStatus:
      return Answer(state, execution, query, [query] { return StatusOf(*query); });
    case StreamingQueryCommand::kLastProgress:
      return Sent(SendResult(e, *query, ProgressOf(*query, /*last_only=*/true)));
    case StreamingQueryCommand::kRecentProgress:
      return Sent(SendResult(e, *query, ProgressOf(*query, /*last_only=*/false)));
    case StreamingQueryCommand::kStop:
      ARROW_RETURN_NOT_OK(query->Stop());
      return Answer(state, execution, query, [] { return StreamingQueryCommandResult(); });
    case StreamingQueryCommand::kProcessAllAvailable:
      return ProcessAllAvailable(state, execution, query);
    case StreamingQueryCommand::kExplain: {
      StreamingQueryCommandResult result;
      result.mutable_explain()->set_result(query->Explain(command.explain().extended()));
      return Sent(SendResult(e, *query, std::move(result)));
    }
    case StreamingQueryCommand::kException:
      // Scala clients ask with false to have the error itself.
      if (!command.exception() && query->exception()) {
        execution->Fail(DescribeQueryFailure(*query));
        return Outcome::kContinues;
      }
      return Sent(SendResult(e, *query, ExceptionOf(*query)));
    case StreamingQueryCommand::kAwaitTermination:
      return AwaitTermination(state, execution, query, command.await_termination());
    case StreamingQueryCommand::COMMAND_NOT_SET:
      break;
  }
  return MissingPart("StreamingQueryCommand", "command");
}

}  // namespace thalweg::connect
