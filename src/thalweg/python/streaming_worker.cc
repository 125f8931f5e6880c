#include "thalweg/python/streaming_worker.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "thalweg/python/local_listener.h"
#include "thalweg/python/state_address.h"
#include "thalweg/python/wire.h"
#include "thalweg/python/worker_daemon.h"

namespace thalweg::python {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPoll{50};
constexpr milliseconds kForEver{milliseconds::max()};
constexpr milliseconds kEndPatience{1000};
constexpr int32_t kMaxTextBytes = 64 << 20;

std::map<std::string, std::string> WorkerEnvironment(const StreamingWorkerOptions& options,
                                                     const LocalListener& listener,
                                                     const std::string& secret) {
  std::map<std::string, std::string> entries = options.interpreter.environment;
  entries["PYTHONUNBUFFERED"] = "YES";
  entries["SPARK_BUFFER_SIZE"] = "65536";
  entries["SPARK_AUTH_SOCKET_TIMEOUT"] = "15";
  if (!options.connect_url.empty()) entries["SPARK_CONNECT_LOCAL_URL"] = options.connect_url;
  if (listener.path().empty()) {
    entries["PYTHON_WORKER_FACTORY_PORT"] = std::to_string(listener.port());
    entries["PYTHON_WORKER_FACTORY_SECRET"] = secret;
  } else {
    entries["PYTHON_WORKER_FACTORY_SOCK_PATH"] = listener.path();
    entries["PYTHON_UNIX_DOMAIN_ENABLED"] = "True";
  }
  return entries;
}

const char* ModuleOf(StreamingRole role) {
  switch (role) {
    case StreamingRole::kForeachBatch:
      return "pyspark.sql.connect.streaming.worker.foreach_batch_worker";
    case StreamingRole::kListener:
      return "pyspark.sql.connect.streaming.worker.listener_worker";
    case StreamingRole::kProcessor:
      break;
  }
  return "pyspark.sql.streaming.transform_with_state_driver_worker";
}

/// Runs the module, and ends the process at once when standard input closes: when this process
/// ends, however it ends, whatever the user's function does at the moment.
std::string Program(StreamingRole role) {
  return std::string(R"(
import os, runpy, sys, threading

def watch():
    os.read(0, 1)
    os._exit(0)

threading.Thread(target=watch, daemon=True).start()
runpy.run_module(")") +
         ModuleOf(role) + R"(", run_name="__main__", alter_sys=True)
)";
}

Status TimedOut(const std::string& message) {
  return MakeError("STREAMING_PYTHON_RUNNER_INITIALIZATION_TIMEOUT_FAILURE", {{"msg", message}});
}

Status NotUnderstood(const std::string& message) {
  return MakeError("STREAMING_PYTHON_RUNNER_INITIALIZATION_COMMUNICATION_FAILURE",
                   {{"msg", message}});
}

}  // namespace

Result<std::unique_ptr<StreamingWorker>> StreamingWorker::Start(
    const StreamingWorkerOptions& options) {
  const bool by_port = options.versions.protocol == Protocol::k40;
  ARROW_ASSIGN_OR_RAISE(const LocalListener listener,
                        by_port ? LocalListener::OnPort() : LocalListener::OnPath());
  std::string secret;
  if (by_port) {
    ARROW_ASSIGN_OR_RAISE(secret, RandomSecret());
  }
  ARROW_ASSIGN_OR_RAISE(
      ChildProcess child,
      ChildProcess::Start({options.interpreter.executable, "-c", Program(options.role)},
                          WorkerEnvironment(options, listener, secret),
                          options.interpreter.directory));
  std::unique_ptr<StreamingWorker> worker(
      new StreamingWorker(std::move(child), options.versions.protocol));
  worker->log_.Start("python " + std::to_string(worker->pid()), worker->child_.output(),
                     worker->child_.errors());
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, worker->pid(), 0)));
  pollfd waited[2] = {{listener.fd(), POLLIN, 0}, {process.get(), POLLIN, 0}};
  if (::poll(waited, 2, static_cast<int>(options.connect_patience.count())) <= 0) {
    return TimedOut("the worker does not connect");
  }
  if (waited[0].revents == 0) return NotUnderstood("the worker has ended before it connected");
  worker->socket_ = listener.Accept();
  if (!worker->socket_.valid()) return NotUnderstood(std::strerror(errno));
  ARROW_RETURN_NOT_OK(worker->HandShake(options, secret));
  ARROW_RETURN_NOT_OK(worker->Initialise(options));
  return worker;
}

StreamingWorker::~StreamingWorker() {
  // It tells of the end of its input as of an error, to us: without a socket it would write a
  // traceback to the log instead.
  if (socket_.valid()) ::shutdown(socket_.get(), SHUT_WR);
  child_.End(kEndPatience);
  socket_.Reset();
  log_.Stop();
}

Status StreamingWorker::HandShake(const StreamingWorkerOptions& options,
                                  const std::string& secret) {
  if (!secret.empty()) {
    const Result<std::string> given = ReadText();
    const bool right = given.ok() && *given == secret;
    WireWriter answer;
    answer.Text(right ? "ok" : "err");
    ARROW_RETURN_NOT_OK(Send(answer.bytes()));
    if (!right) return NotUnderstood("somebody else has connected");
  }
  const Result<int32_t> pid = ReadInt(options.connect_patience, nullptr);
  return pid.ok() ? Status::OK() : NotUnderstood(pid.status().message());
}

Status StreamingWorker::Initialise(const StreamingWorkerOptions& options) {
  WireWriter greeting;
  greeting.Text(options.function.python_version);
  if (options.role != StreamingRole::kProcessor) greeting.Text(options.session_id);
  greeting.Text(options.function.command);
  const Status sent = Send(greeting.bytes());
  if (!sent.ok()) return NotUnderstood(sent.message());
  const Result<int32_t> answer = ReadInt(options.start_patience, nullptr);
  if (!answer.ok()) {
    return answer.status().IsCancelled() ? TimedOut("the worker does not get ready")
                                         : NotUnderstood(answer.status().message());
  }
  if (*answer == 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const std::string reason, ReadText());
  return MakeError("STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE",
                   {{"resFromPython", std::to_string(*answer)}, {"msg", reason}});
}

Status StreamingWorker::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return MakeError("PYTHON_WORKER_FAILED.CRASHED", {{"detail", ""}});
    }
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return Status::OK();
}

Result<int32_t> StreamingWorker::ReadInt(milliseconds patience, const GivesUp& gives_up) {
  const auto begin = steady_clock::now();
  pollfd waited = {socket_.get(), POLLIN, 0};
  while (::poll(&waited, 1, static_cast<int>(kPoll.count())) <= 0) {
    if ((gives_up && gives_up()) ||
        (patience != kForEver && steady_clock::now() - begin > patience)) {
      return Status::Cancelled("the wait for a Python worker is over");
    }
  }
  uint8_t bytes[4];
  if (!ReadExactly(socket_.get(), bytes, sizeof(bytes), std::chrono::minutes(1)).ok()) {
    return MakeError("PYTHON_WORKER_FAILED.CRASHED", {{"detail", ""}});
  }
  return ReadWireInt(bytes);
}

Result<std::string> StreamingWorker::ReadText() {
  ARROW_ASSIGN_OR_RAISE(const int32_t size, ReadInt(std::chrono::minutes(1), nullptr));
  if (size < 0 || size > kMaxTextBytes) {
    return MakeError("PYTHON_WORKER_FAILED.PROTOCOL",
                     {{"reason", "a text of " + std::to_string(size) + " bytes"}});
  }
  std::string text(static_cast<size_t>(size), ' ');
  ARROW_RETURN_NOT_OK(
      ReadExactly(socket_.get(), text.data(), text.size(), std::chrono::minutes(1)));
  return text;
}

Status StreamingWorker::ReadOutcome(const GivesUp& gives_up) {
  ARROW_ASSIGN_OR_RAISE(const int32_t answer, ReadInt(kForEver, gives_up));
  if (answer == 0) return Status::OK();
  if (answer != static_cast<int32_t>(Mark::kException)) {
    return MakeError("PYTHON_WORKER_FAILED.PROTOCOL",
                     {{"reason", "the answer " + std::to_string(answer)}});
  }
  ARROW_ASSIGN_OR_RAISE(const std::string traceback, ReadText());
  return MakeError("PYTHON_EXCEPTION", {{"msg", "An exception was thrown from the Python worker"},
                                        {"traceback", traceback}});
}

Status StreamingWorker::RunBatch(const std::string& frame_id, int64_t batch_id,
                                 const std::string& session_id, const GivesUp& gives_up) {
  WireWriter call;
  call.Text(frame_id);
  call.Long(batch_id);
  if (protocol_ >= Protocol::k43) call.Text(session_id);
  ARROW_RETURN_NOT_OK(Send(call.bytes()));
  const Status outcome = ReadOutcome(gives_up);
  if (!IsCondition(outcome, "PYTHON_EXCEPTION")) return outcome;
  return MakeError("FOREACH_BATCH_USER_FUNCTION_ERROR",
                   {{"reason", GetErrorDetail(outcome)->parameters().at("traceback")}});
}

Status StreamingWorker::InitProcessor(const std::string& address, const std::string& key_schema,
                                      milliseconds patience) {
  WireWriter call;
  PutStateAddress(address, &call);
  call.Text(key_schema);
  ARROW_RETURN_NOT_OK(Send(call.bytes()));
  ARROW_ASSIGN_OR_RAISE(const int32_t answer, ReadInt(patience, nullptr));
  if (answer == 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const std::string reason, ReadText());
  return MakeError("STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE",
                   {{"resFromPython", std::to_string(answer)}, {"msg", reason}});
}

Status StreamingWorker::Notify(const std::string& event_json, Event event) {
  WireWriter call;
  call.Text(event_json);
  call.Int(static_cast<int32_t>(event));
  ARROW_RETURN_NOT_OK(Send(call.bytes()));
  return ReadOutcome(nullptr);
}

}  // namespace thalweg::python
