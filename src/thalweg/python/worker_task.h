#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"
#include "thalweg/python/function_profiles.h"
#include "thalweg/python/ipc_encoder.h"
#include "thalweg/python/reply_reader.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

struct TaskLimits {
  /// Time without a byte from the worker after which a warning is logged; 0: for ever
  /// (spark.sql.execution.pyspark.udf.idleTimeoutSeconds).
  std::chrono::milliseconds idle_timeout{0};
  /// End the worker then, with an error (spark.sql.execution.pyspark.udf.killOnIdleTimeout).
  bool kill_on_idle_timeout = false;
};

/// A conversation with one worker about one task. Writing and reading go on side by side, whatever
/// is waited for. One thread at a time. Destroying it before the end kills the worker.
class WorkerTask {
 public:
  /// `cancelled` may be null; once set, waiting calls return Status::Cancelled. `pickled` says that
  /// results are messages instead of Arrow streams.
  WorkerTask(std::shared_ptr<WorkerPool> pool, std::unique_ptr<PythonWorker> worker, bool pickled,
             TaskLimits limits, const std::atomic<bool>* cancelled);
  ~WorkerTask();

  const InterpreterVersions& versions() const { return worker_->versions(); }

  /// Gives `profiles` at the end what the worker measured.
  void ReportTo(std::shared_ptr<FunctionProfiles> profiles) { profiles_ = std::move(profiles); }

  /// Adds to what is to be sent. Sends nothing yet.
  void Queue(std::string_view bytes) { queue_.Append(bytes); }
  ByteQueue* queue() { return &queue_; }

  /// Sends until little is left, and takes what results have come. True when done; false when so
  /// many results wait that the caller should take them first and call again.
  Result<bool> Send();
  /// Says that all input was queued.
  void EndInput();
  /// After EndInput(): waits for a result or for the end; false at the end. Then the worker has
  /// been given back.
  Result<bool> WaitForResults();
  /// The worker has finished its part: further input is of no use.
  bool ended() const { return reader_->ended(); }

  /// Results that have come, in order.
  std::vector<std::shared_ptr<arrow::RecordBatch>> TakeBatches();
  std::vector<std::shared_ptr<arrow::Buffer>> TakeMessages();

 private:
  bool HasResults() const { return !batches_.empty() || !messages_.empty(); }
  /// Moves bytes both ways without waiting; sets `moved` if there were any.
  Status Exchange(bool* moved);
  Status WriteSome(bool* moved);
  Status ReadSome(bool* moved);
  Status ReadPiece(bool* moved, bool* again);
  /// Waits until bytes can be moved, for a short time at most.
  Status Wait();
  Status CheckIdle();
  Status Crashed();
  void GiveBack();

  std::shared_ptr<WorkerPool> pool_;
  std::unique_ptr<PythonWorker> worker_;
  const TaskLimits limits_;
  const std::atomic<bool>* cancelled_;
  std::unique_ptr<ReplyReader> reader_;
  std::shared_ptr<FunctionProfiles> profiles_;

  ByteQueue queue_;
  std::deque<BufferPtr> outgoing_;
  int64_t sent_of_first_ = 0;
  int64_t pending_bytes_ = 0;
  bool write_failed_ = false;

  std::shared_ptr<arrow::Buffer> piece_;
  int64_t filled_ = 0;
  int64_t waiting_bytes_ = 0;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  std::vector<std::shared_ptr<arrow::Buffer>> messages_;
  std::chrono::steady_clock::time_point last_progress_;
};

}  // namespace thalweg::python
