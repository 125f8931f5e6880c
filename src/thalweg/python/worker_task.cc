#include "thalweg/python/worker_task.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include "thalweg/base/log.h"
#include "thalweg/python/wire.h"

namespace thalweg::python {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What may stay unsent when Send() returns: the engine goes on while the worker reads.
constexpr int64_t kMaxPendingBytes = 1 << 20;
/// Results that are gathered before the caller is asked to take them.
constexpr int64_t kMaxWaitingBytes = 16 << 20;
/// How often a waiting call looks whether it is cancelled.
constexpr int kPollMillis = 50;
constexpr size_t kMaxPieces = 64;

/// What the worker's fault handler wrote before the process died, or nothing.
std::string FaultText(const std::string& directory, pid_t pid) {
  if (directory.empty() || pid <= 0) return {};
  const std::string path = directory + "/" + std::to_string(pid);
  std::ifstream file(path);
  if (!file) return {};
  std::ostringstream text;
  text << file.rdbuf();
  std::remove(path.c_str());
  return text.str();
}

}  // namespace

WorkerTask::WorkerTask(std::shared_ptr<WorkerPool> pool, std::unique_ptr<PythonWorker> worker,
                       bool pickled, TaskLimits limits, const std::atomic<bool>* cancelled)
    : pool_(std::move(pool)),
      worker_(std::move(worker)),
      limits_(limits),
      cancelled_(cancelled),
      last_progress_(steady_clock::now()) {
  ReplyReader::TakeBatch take_batch = [this](std::shared_ptr<arrow::RecordBatch> batch) {
    waiting_bytes_ += arrow::util::TotalBufferSize(*batch);
    batches_.push_back(std::move(batch));
  };
  ReplyReader::TakeMessage take_message = [this](std::shared_ptr<arrow::Buffer> message) {
    waiting_bytes_ += message->size();
    messages_.push_back(std::move(message));
  };
  if (pickled) {
    take_batch = nullptr;
  } else {
    take_message = nullptr;
  }
  reader_ = std::make_unique<ReplyReader>(worker_->versions().protocol, std::move(take_batch),
                                          std::move(take_message));
}

WorkerTask::~WorkerTask() = default;

std::vector<std::shared_ptr<arrow::RecordBatch>> WorkerTask::TakeBatches() {
  waiting_bytes_ = 0;
  return std::exchange(batches_, {});
}

std::vector<std::shared_ptr<arrow::Buffer>> WorkerTask::TakeMessages() {
  waiting_bytes_ = 0;
  return std::exchange(messages_, {});
}

Result<bool> WorkerTask::Send() {
  std::vector<BufferPtr> fresh;
  queue_.MoveTo(&fresh);
  for (BufferPtr& buffer : fresh) {
    pending_bytes_ += buffer->size();
    outgoing_.push_back(std::move(buffer));
  }
  while (true) {
    bool moved = false;
    ARROW_RETURN_NOT_OK(Exchange(&moved));
    if (ended() || pending_bytes_ <= kMaxPendingBytes) return true;
    if (waiting_bytes_ >= kMaxWaitingBytes) return false;
    if (!moved) ARROW_RETURN_NOT_OK(Wait());
  }
}

void WorkerTask::EndInput() {
  WireWriter end;
  end.Put(Mark::kEndOfStream);
  queue_.Append(end.bytes());
}

Result<bool> WorkerTask::WaitForResults() {
  ARROW_RETURN_NOT_OK(Send().status());
  while (true) {
    if (HasResults()) return true;
    if (ended()) {
      GiveBack();
      return false;
    }
    bool moved = false;
    ARROW_RETURN_NOT_OK(Exchange(&moved));
    if (!moved) ARROW_RETURN_NOT_OK(Wait());
  }
}

Status WorkerTask::Exchange(bool* moved) {
  ARROW_RETURN_NOT_OK(WriteSome(moved));
  ARROW_RETURN_NOT_OK(ReadSome(moved));
  if (ended()) {
    // What the function did not read is of no use to anybody.
    outgoing_.clear();
    pending_bytes_ = 0;
  }
  if (*moved) last_progress_ = steady_clock::now();
  return Status::OK();
}

Status WorkerTask::WriteSome(bool* moved) {
  while (!outgoing_.empty() && !write_failed_) {
    iovec pieces[kMaxPieces];
    const size_t count = std::min(kMaxPieces, outgoing_.size());
    for (size_t piece = 0; piece < count; ++piece) {
      const int64_t skip = piece == 0 ? sent_of_first_ : 0;
      pieces[piece].iov_base = const_cast<uint8_t*>(outgoing_[piece]->data() + skip);
      pieces[piece].iov_len = static_cast<size_t>(outgoing_[piece]->size() - skip);
    }
    msghdr message = {};
    message.msg_iov = pieces;
    message.msg_iovlen = count;
    ssize_t sent = ::sendmsg(worker_->socket(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Status::OK();
      // The worker has closed; reading tells why.
      write_failed_ = true;
      return Status::OK();
    }
    *moved = *moved || sent > 0;
    pending_bytes_ -= sent;
    for (sent += sent_of_first_; !outgoing_.empty() && sent >= outgoing_.front()->size();) {
      sent -= outgoing_.front()->size();
      outgoing_.pop_front();
    }
    sent_of_first_ = sent;
  }
  return Status::OK();
}

Status WorkerTask::ReadSome(bool* moved) {
  bool again = true;
  while (again && !ended() && waiting_bytes_ < kMaxWaitingBytes) {
    ARROW_RETURN_NOT_OK(ReadPiece(moved, &again));
  }
  return Status::OK();
}

Status WorkerTask::ReadPiece(bool* moved, bool* again) {
  if (piece_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(reader_->wanted()));
    piece_ = std::move(buffer);
    filled_ = 0;
  }
  while (filled_ < piece_->size()) {
    const ssize_t count = ::recv(worker_->socket(), piece_->mutable_data() + filled_,
                                 static_cast<size_t>(piece_->size() - filled_), MSG_DONTWAIT);
    if (count == 0) return Crashed();
    if (count < 0) {
      if (errno == EINTR) continue;
      *again = false;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Status::OK() : Crashed();
    }
    *moved = true;
    filled_ += count;
  }
  return reader_->Consume(std::exchange(piece_, nullptr));
}

Status WorkerTask::Wait() {
  if (cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed)) {
    return Status::Cancelled("the query was cancelled");
  }
  const bool writes = !outgoing_.empty() && !write_failed_;
  pollfd waited = {worker_->socket(), static_cast<int16_t>(POLLIN | (writes ? POLLOUT : 0)), 0};
  const int ready = ::poll(&waited, 1, kPollMillis);
  return ready == 0 ? CheckIdle() : Status::OK();
}

Status WorkerTask::CheckIdle() {
  if (limits_.idle_timeout.count() <= 0) return Status::OK();
  if (steady_clock::now() - last_progress_ < limits_.idle_timeout) return Status::OK();
  last_progress_ = steady_clock::now();
  const std::string seconds = std::to_string(limits_.idle_timeout.count() / 1000);
  Log(LogLevel::kWarning, "No data from the Python worker " + std::to_string(worker_->pid()) +
                              " for " + seconds + " seconds");
  if (!limits_.kill_on_idle_timeout) return Status::OK();
  return MakeError("PYTHON_WORKER_FAILED.IDLE_TIMEOUT", {{"timeout", seconds}});
}

Status WorkerTask::Crashed() {
  const auto& environment = worker_->interpreter().environment;
  const auto directory = environment.find("PYTHON_FAULTHANDLER_DIR");
  const pid_t pid = worker_->pid();
  worker_->MarkGone();
  std::string detail =
      ". Consider setting 'spark.sql.execution.pyspark.udf.faulthandler.enabled' or "
      "'spark.python.worker.faulthandler.enabled' configuration to 'true' for the better Python "
      "traceback.";
  if (directory != environment.end()) {
    const std::string text = FaultText(directory->second, pid);
    detail = text.empty() ? "" : ": " + text;
  }
  return MakeError("PYTHON_WORKER_FAILED.CRASHED", {{"detail", detail}});
}

void WorkerTask::GiveBack() {
  if (profiles_ != nullptr) {
    for (std::string& update : reader_->TakeAccumulators()) profiles_->Add(std::move(update));
  }
  if (worker_ == nullptr || !reader_->reusable()) return;
  pool_->Release(std::move(worker_));
}

}  // namespace thalweg::python
