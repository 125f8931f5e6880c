#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/ipc/reader.h>

#include "thalweg/base/status.h"
#include "thalweg/python/task_header.h"

namespace thalweg::python {

/// Takes apart what a worker sends during one task: results (Arrow streams or pickled messages),
/// times, the end. A machine that says how many bytes it wants next and never asks for more than
/// belong to the task.
class ReplyReader {
 public:
  using TakeBatch = std::function<void(std::shared_ptr<arrow::RecordBatch>)>;
  using TakeMessage = std::function<void(std::shared_ptr<arrow::Buffer>)>;

  /// Give `take_message` for pickled results, `take_batch` for Arrow. `empty_message` says that
  /// messages may have no bytes.
  ReplyReader(Protocol protocol, TakeBatch take_batch, TakeMessage take_message);
  ~ReplyReader();

  /// Bytes of the next piece; 0 once the task has ended.
  int64_t wanted() const;
  /// A piece of that size. Errors: PYTHON_EXCEPTION with the worker's traceback,
  /// PYTHON_WORKER_FAILED.PROTOCOL.
  Status Consume(std::shared_ptr<arrow::Buffer> piece);

  bool ended() const { return state_ == State::kEnded; }
  /// True if the worker waits for another task.
  bool reusable() const { return reusable_; }
  /// The values that the worker gathered besides results, each a pickled pair with an id.
  std::vector<std::string> TakeAccumulators() { return std::exchange(accumulated_, {}); }
  /// Milliseconds the worker says the function took.
  int64_t run_millis() const { return run_millis_; }

 private:
  enum class State {
    kMark,
    kArrow,
    kMessage,
    kTracebackLength,
    kTraceback,
    kTimes,
    kNumAccumulators,
    kAccumulatorLength,
    kAccumulator,
    kLastMark,
    kEnded
  };
  class Listener;

  Status ConsumeMark(int32_t value);
  Status ConsumeNumber(int32_t value);
  Status ConsumeArrow(std::shared_ptr<arrow::Buffer> piece);
  void NextAccumulator();

  const Protocol protocol_;
  const TakeBatch take_batch_;
  const TakeMessage take_message_;
  State state_ = State::kMark;
  int64_t length_ = 0;
  int32_t accumulators_ = 0;  // that are still to come, and one
  std::vector<std::string> accumulated_;
  bool reusable_ = false;
  int64_t run_millis_ = 0;
  std::shared_ptr<Listener> listener_;
  std::unique_ptr<arrow::ipc::StreamDecoder> decoder_;
};

}  // namespace thalweg::python
