#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "thalweg/base/status.h"
#include "thalweg/python/child_process.h"
#include "thalweg/python/interpreter.h"
#include "thalweg/python/output_log.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/unique_fd.h"

namespace thalweg::python {

/// What a streaming worker serves.
enum class StreamingRole {
  kForeachBatch,
  kListener,
  /// Runs the init() of a processor for transformWithState; opens no session.
  kProcessor,
};

struct StreamingWorkerOptions {
  Interpreter interpreter;
  InterpreterVersions versions;
  StreamingRole role = StreamingRole::kForeachBatch;
  /// "sc://localhost:15002/;user_id=u": where the worker opens its session, which must be served
  /// while calls to the worker wait. Empty for kProcessor.
  std::string connect_url;
  std::string session_id;
  /// The user's function (foreachBatch) or listener object.
  PythonFunction function;
  /// How long the process may take to connect.
  std::chrono::milliseconds connect_patience{60000};
  /// How long it may take to open its session and to unpickle the function.
  std::chrono::milliseconds start_patience{300000};
};

/// A process that runs foreachBatch functions or listeners of one query or session: it calls back
/// into the server as a client. Not thread-safe; calls are one after the other. The destructor ends
/// the process.
class StreamingWorker {
 public:
  /// Errors: STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE, _TIMEOUT_FAILURE,
  /// _COMMUNICATION_FAILURE; PYTHON_WORKER_FAILED.CANNOT_START.
  static Result<std::unique_ptr<StreamingWorker>> Start(const StreamingWorkerOptions& options);
  ~StreamingWorker();
  StreamingWorker(const StreamingWorker&) = delete;
  StreamingWorker& operator=(const StreamingWorker&) = delete;

  /// Asked now and then during a wait: whether it should end.
  using GivesUp = std::function<bool()>;

  /// Calls the function with the frame that the server knows as `frame_id` in the session
  /// `session_id`, and waits. Errors: FOREACH_BATCH_USER_FUNCTION_ERROR with the traceback,
  /// PYTHON_WORKER_FAILED.CRASHED, Cancelled once `gives_up` (may be null) says so; after each of
  /// them the worker is of no further use.
  Status RunBatch(const std::string& frame_id, int64_t batch_id, const std::string& session_id,
                  const GivesUp& gives_up);

  enum class Event { kStarted = 0, kProgress = 1, kIdle = 2, kTerminated = 3 };
  /// Hands an event to the listener and waits. An exception of the listener (PYTHON_EXCEPTION) does
  /// not end the worker.
  Status Notify(const std::string& event_json, Event event);

  /// kProcessor, once: runs the init() of the processor, which asks for its variables at `address`
  /// (a port or a path), where somebody must answer. Errors:
  /// STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE with what init() raised,
  /// PYTHON_WORKER_FAILED.CRASHED, Cancelled when it takes longer than `patience`.
  Status InitProcessor(const std::string& address, const std::string& key_schema,
                       std::chrono::milliseconds patience);

  pid_t pid() const { return child_.pid(); }

 private:
  StreamingWorker(ChildProcess child, Protocol protocol)
      : child_(std::move(child)), protocol_(protocol) {}

  Status HandShake(const StreamingWorkerOptions& options, const std::string& secret);
  Status Initialise(const StreamingWorkerOptions& options);
  Status Send(std::string_view bytes);
  Result<int32_t> ReadInt(std::chrono::milliseconds patience, const GivesUp& gives_up);
  Result<std::string> ReadText();
  /// Reads the answer to a call: OK, or PYTHON_EXCEPTION.
  Status ReadOutcome(const GivesUp& gives_up);

  ChildProcess child_;
  Protocol protocol_;
  OutputLog log_;
  UniqueFd socket_;
};

}  // namespace thalweg::python
