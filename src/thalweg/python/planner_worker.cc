#include "thalweg/python/planner_worker.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "thalweg/base/cancel_scope.h"
#include "thalweg/python/stream_function.h"

namespace thalweg::python {
namespace {

/// Without a limit of the session: a worker that does not answer within a day never will.
constexpr std::chrono::hours kPatience{24};
/// How often a waiting call looks whether it is cancelled.
constexpr int kPollMillis = 50;
/// Longest part of an answer that is taken.
constexpr int32_t kMaxBytes = 256 << 20;

/// Time that a worker gets to end by itself.
constexpr std::chrono::milliseconds kEndPatience{1000};

/// Waits a little; whether something has come. Errors: Cancelled.
Result<bool> AwaitReadable(int socket) {
  ARROW_RETURN_NOT_OK(CheckCancelled());
  pollfd waited = {socket, POLLIN, 0};
  return ::poll(&waited, 1, kPollMillis) != 0;
}

void PutPreamble(const TaskHeader& header, Protocol protocol, PlannerWorker::Preamble preamble,
                 WireWriter* out) {
  out->Text(header.python_version);
  out->Text(header.files_directory);
  out->Int(static_cast<int64_t>(header.includes.size()));
  for (const std::string& include : header.includes) out->Text(include);
  if (preamble == PlannerWorker::Preamble::kFiles) return;
  out->Bool(false);  // broadcasts are not encrypted
  out->Int(0);       // and there are none
  if (protocol < Protocol::k42) return;
  out->Int(static_cast<int64_t>(header.runner_conf.size()));
  for (const auto& [key, value] : header.runner_conf) {
    out->Text(key);
    out->Text(value);
  }
}

}  // namespace

PlannerWorker::PlannerWorker(std::shared_ptr<WorkerPool> pool, std::unique_ptr<PythonWorker> worker,
                             TaskLimits limits)
    : pool_(std::move(pool)),
      worker_(std::move(worker)),
      protocol_(worker_->versions().protocol),
      patience_(kPatience),
      limited_(limits.kill_on_idle_timeout && limits.idle_timeout.count() > 0) {
  if (limited_) patience_ = limits.idle_timeout;
}

Result<std::unique_ptr<PlannerWorker>> PlannerWorker::Start(std::shared_ptr<WorkerPool> pool,
                                                            PythonSettings settings,
                                                            const PythonFunction& function,
                                                            const std::string& module) {
  return StartModule(std::move(pool), std::move(settings), function, "pyspark.sql.worker." + module,
                     Preamble::kFilesAndSettings);
}

Result<std::unique_ptr<PlannerWorker>> PlannerWorker::StartModule(std::shared_ptr<WorkerPool> pool,
                                                                  PythonSettings settings,
                                                                  const PythonFunction& function,
                                                                  const std::string& module,
                                                                  Preamble preamble) {
  settings.interpreter.worker_module = module;
  ARROW_ASSIGN_OR_RAISE(auto worker, pool->Acquire(settings.interpreter));
  std::unique_ptr<PlannerWorker> started(
      new PlannerWorker(std::move(pool), std::move(worker), settings.limits));
  PutPreamble(MakeHeader(settings, {function}), started->protocol_, preamble, &started->question_);
  return started;
}

Status PlannerWorker::Crashed() {
  worker_->MarkGone();
  return MakeError("PYTHON_WORKER_FAILED.CRASHED", {{"detail", ""}});
}

Status PlannerWorker::Send() {
  question_.Put(Mark::kEndOfStream);
  return Ask();
}

Status PlannerWorker::Ask() {
  const std::string question = question_.Take();
  question_ = {};
  std::string_view rest = question;
  while (!rest.empty()) {
    const ssize_t sent = ::send(worker_->socket(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      rest.remove_prefix(static_cast<size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    // A worker that has closed may have said why.
    if (errno != EAGAIN && errno != EWOULDBLOCK) return Status::OK();
    ARROW_RETURN_NOT_OK(CheckCancelled());
    pollfd waited = {worker_->socket(), POLLOUT, 0};
    ::poll(&waited, 1, kPollMillis);
  }
  return Status::OK();
}

Status PlannerWorker::ReadBytes(void* bytes, size_t size) {
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  auto* next = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::recv(worker_->socket(), next, size, MSG_DONTWAIT);
    if (count > 0) {
      next += count;
      size -= static_cast<size_t>(count);
      continue;
    }
    const bool may_come = count < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK);
    if (!may_come) return Crashed();
    ARROW_ASSIGN_OR_RAISE(const bool there, AwaitReadable(worker_->socket()));
    if (there || std::chrono::steady_clock::now() < deadline) continue;
    if (!limited_) return Crashed();
    return MakeError("PYTHON_WORKER_FAILED.IDLE_TIMEOUT",
                     {{"timeout", std::to_string(patience_.count() / 1000)}});
  }
  return Status::OK();
}

Result<std::string> PlannerWorker::ReadSized(int32_t size) {
  if (size < 0 || size > kMaxBytes) {
    return MakeError("PYTHON_WORKER_FAILED.PROTOCOL",
                     {{"reason", "a length of " + std::to_string(size)}});
  }
  std::string bytes(static_cast<size_t>(size), '\0');
  ARROW_RETURN_NOT_OK(ReadBytes(bytes.data(), bytes.size()));
  return bytes;
}

Result<int32_t> PlannerWorker::ReadInt() {
  uint8_t bytes[4];
  ARROW_RETURN_NOT_OK(ReadBytes(bytes, sizeof(bytes)));
  const int32_t value = ReadWireInt(bytes);
  if (value != static_cast<int32_t>(Mark::kException)) return value;
  ARROW_RETURN_NOT_OK(ReadBytes(bytes, sizeof(bytes)));
  ARROW_ASSIGN_OR_RAISE(std::string traceback, ReadSized(ReadWireInt(bytes)));
  return MakeError("PYTHON_EXCEPTION", {{"msg", "An exception was thrown from the Python worker"},
                                        {"traceback", std::move(traceback)}});
}

Result<std::string> PlannerWorker::ReadText() {
  ARROW_ASSIGN_OR_RAISE(const int32_t size, ReadInt());
  return ReadSized(size);
}

void PlannerWorker::HangUp() {
  if (worker_ == nullptr) return;
  ::shutdown(worker_->socket(), SHUT_WR);
  char rest = 0;
  const auto deadline = std::chrono::steady_clock::now() + kEndPatience;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd waited = {worker_->socket(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waited, 1, static_cast<int>(left.count())) <= 0) break;
    const ssize_t got = ::recv(worker_->socket(), &rest, 1, 0);
    if (got == 0) worker_->MarkGone();
    if (got <= 0 && errno != EINTR) break;
  }
  worker_.reset();
}

Status PlannerWorker::Finish() {
  ARROW_ASSIGN_OR_RAISE(const int32_t accumulators, ReadInt());
  for (int32_t i = 0; i < accumulators; ++i) ARROW_RETURN_NOT_OK(ReadText().status());
  ARROW_ASSIGN_OR_RAISE(const int32_t last, ReadInt());
  if (last == static_cast<int32_t>(Mark::kEndOfStream)) pool_->Release(std::move(worker_));
  return Status::OK();
}

}  // namespace thalweg::python
