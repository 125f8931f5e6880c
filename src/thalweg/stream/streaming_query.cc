#include "thalweg/stream/streaming_query.h"

#include <chrono>
#include <exception>
#include <system_error>

#include <fmt/format.h>

#include "thalweg/base/cancel_scope.h"
#include "thalweg/base/log.h"

namespace thalweg::stream {

StreamingQuery::StreamingQuery(Parts parts)
    : parts_(std::move(parts)), monitor_(parts_.settings.num_recent_progress_updates) {}

StreamingQuery::~StreamingQuery() {
  if (!thread_.joinable()) return;
  // The thread holds this object while it runs, so it is at its very end, or it is this one.
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

Status StreamingQuery::Launch(std::unique_ptr<EpochLoop> loop) {
  try {
    thread_ = std::thread([self = shared_from_this(), loop = std::move(loop)]() mutable {
      self->Run(std::move(loop));
    });
  } catch (const std::system_error& error) {
    return Status::IOError("cannot start the thread of a streaming query: ", error.what());
  }
  return Status::OK();
}

void StreamingQuery::Run(std::unique_ptr<EpochLoop> loop) {
  thread_id_.store(std::this_thread::get_id());
  Status status;
  try {
    const CancelScope scope(monitor_.cancel_flag());
    status = loop->Run();
  } catch (const std::exception& error) {
    status = Status::UnknownError("unexpected failure in a streaming query: ", error.what());
  }
  loop.reset();
  Finish(status);
}

void StreamingQuery::Finish(const Status& status) {
  const bool gave_up = monitor_.cancelled() && status.IsCancelled();
  const bool failed = !status.ok() && !gave_up;
  QueryTerminatedEvent event{parts_.id, parts_.run_id, std::nullopt, std::nullopt};
  if (failed) {
    monitor_.SetException(MakeException(status));
    const ErrorDetail* detail = GetErrorDetail(status);
    event.exception = RenderError(status);
    if (detail != nullptr) event.error_class = detail->condition();
    Log(LogLevel::kError, fmt::format("Query [id = {}, runId = {}] terminated with error: {}",
                                      parts_.id, parts_.run_id, *event.exception));
  }
  monitor_.FinishStatus();
  parts_.lock.reset();
  RemoveCheckpoint(failed);
  const auto bus = parts_.bus;
  if (parts_.on_terminated) parts_.on_terminated(this);
  bus->Post(std::move(event));
  monitor_.SetTerminated();
}

StreamingQueryException StreamingQuery::MakeException(const Status& cause) const {
  StreamingQueryException exception;
  exception.cause = cause;
  exception.id = parts_.id;
  exception.run_id = parts_.run_id;
  exception.start_offset = monitor_.committed_offsets();
  exception.end_offset = monitor_.available_offsets();
  const bool initialized = !monitor_.physical_plan().empty();
  exception.debug_text = fmt::format(
      "=== Streaming Query ===\nIdentifier: {}[id = {}, runId = {}]\nCurrent Committed Offsets: "
      "{}\nCurrent Available Offsets: {}\n\nCurrent State: {}\nThread State: RUNNABLE\n",
      parts_.name ? *parts_.name + " " : "", parts_.id, parts_.run_id, exception.start_offset,
      exception.end_offset, initialized ? "ACTIVE" : "INITIALIZING");
  if (initialized) exception.debug_text += "\nLogical Plan:\n" + parts_.logical_plan;
  return exception;
}

void StreamingQuery::RemoveCheckpoint(bool failed) {
  if (!parts_.deletes_checkpoint) return;
  if (failed && !parts_.settings.force_delete_temporary_checkpoint) return;
  const Status status = parts_.file_system->RemoveRecursively(parts_.checkpoint);
  if (!status.ok()) {
    Log(LogLevel::kWarning, "a temporary checkpoint was not removed: " + RenderError(status));
  }
}

bool StreamingQuery::IsActive() const { return !monitor_.cancelled() && !monitor_.terminated(); }

Status StreamingQuery::AwaitTermination() const {
  monitor_.AwaitTermination(-1);
  const auto failure = monitor_.exception();
  return failure ? failure->ToStatus() : Status::OK();
}

Result<bool> StreamingQuery::AwaitTermination(int64_t timeout_millis) const {
  if (timeout_millis <= 0) return Status::Invalid("Timeout has to be positive");
  const bool ended = monitor_.AwaitTermination(timeout_millis);
  if (!ended) return false;
  const auto failure = monitor_.exception();
  if (failure) return failure->ToStatus();
  return true;
}

Status StreamingQuery::ProcessAllAvailable() const {
  if (IsQueryThread()) {
    return Status::Invalid("Cannot wait for a query state from the same thread that is running ",
                           "the query");
  }
  monitor_.AwaitIdle();
  const auto failure = monitor_.exception();
  return failure ? failure->ToStatus() : Status::OK();
}

Status StreamingQuery::Stop() {
  monitor_.RequestStop(/*cancel=*/true);
  return AwaitStop();
}

Status StreamingQuery::StopGracefully() {
  RequestGracefulStop();
  return AwaitStop();
}

Status StreamingQuery::AwaitStop() {
  if (IsQueryThread()) return Status::OK();
  const int64_t timeout = parts_.settings.stop_timeout_millis;
  if (WakeUntilStopped(timeout > 0 ? timeout : -1)) return Status::OK();
  return MakeError(
      "STREAMING_QUERY_STOP_TIMEOUT",
      {{"id", parts_.id}, {"runId", parts_.run_id}, {"timeout", std::to_string(timeout)}});
}

void StreamingQuery::RequestGracefulStop() { monitor_.RequestStop(/*cancel=*/false); }

void StreamingQuery::AwaitStopped() { WakeUntilStopped(-1); }

bool StreamingQuery::WakeUntilStopped(int64_t timeout_millis) {
  // Again and again: a wake that comes just before the query's thread begins to wait is lost.
  constexpr int64_t kStepMillis = 5;
  const auto start = std::chrono::steady_clock::now();
  while (true) {
    if (!monitor_.terminated()) parts_.clock->Wake();
    if (monitor_.AwaitTermination(kStepMillis)) return true;
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    if (timeout_millis >= 0 && waited.count() >= timeout_millis) return false;
  }
}

std::string StreamingQuery::Explain(bool extended) const {
  const std::string physical = monitor_.physical_plan();
  if (physical.empty()) return "No physical plan. Waiting for data.";
  std::string text;
  if (extended) text = "== Optimized Logical Plan ==\n" + parts_.logical_plan + "\n";
  text += "== Physical Plan ==\n" + physical;
  const std::string watermarks = monitor_.watermark_report();
  return watermarks.empty() ? text : text + "\n== Watermarks ==\n" + watermarks;
}

}  // namespace thalweg::stream
