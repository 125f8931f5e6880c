#pragma once

// What functions over groups of rows see: the rows, where their results go, and the state of the
// group (semantics 5.6). The engine implements these classes; programs write the functions.
//
// A function is called from several threads at once, for different keys. An error it returns, and
// whatever it throws, ends the query.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <arrow/record_batch.h>

#include "thalweg/row.h"
#include "thalweg/status.h"

namespace thalweg {

/// Rows, some at a time. Valid during the call it is given to.
class BatchIterator {
 public:
  virtual ~BatchIterator() = default;
  /// The next rows; null when there are no more.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

/// Takes a function's results. Valid during the call it is given to.
class RowCollector {
 public:
  virtual ~RowCollector() = default;
  /// Columns go by position. Errors: ARROW_TYPE_MISMATCH.
  virtual Status Emit(const std::shared_ptr<arrow::RecordBatch>& rows) = 0;
  /// Values go by position. Errors: ARROW_TYPE_MISMATCH.
  virtual Status Emit(const Row& row) = 0;
};

/// Turns the rows of one partition into others. Made anew for each partition of each micro-batch;
/// used by one thread.
class PartitionFunction {
 public:
  virtual ~PartitionFunction() = default;
  virtual Status Process(const std::shared_ptr<arrow::RecordBatch>& rows, RowCollector* out) = 0;
  /// All rows have been seen.
  virtual Status Finish(RowCollector* out) { return Status::OK(); }
};

/// Which clock ends groups that get no rows.
enum class GroupStateTimeout { kNoTimeout, kProcessingTimeTimeout, kEventTimeTimeout };

/// The state of one group during one call. What the function does to it counts when the function
/// has returned.
class GroupState {
 public:
  virtual ~GroupState() = default;

  virtual bool Exists() const = 0;
  /// Errors: there is no state.
  virtual Result<Row> Get() const = 0;
  virtual std::optional<Row> GetOption() const = 0;
  /// Errors: an empty row, or one that does not fit the state's schema.
  virtual Status Update(const Row& value) = 0;
  virtual void Remove() = 0;
  /// Whether the call is made because the group's timeout has passed; it then has no rows.
  virtual bool HasTimedOut() const = 0;

  /// Each call starts without a timeout: one that is not set again is gone.
  /// From the batch's time on. Errors: _LEGACY_ERROR_TEMP_2203 unless the timeout is by processing
  /// time; not positive.
  virtual Status SetTimeoutDuration(int64_t duration_ms) = 0;
  /// "10 minutes"
  virtual Status SetTimeoutDuration(const std::string& duration) = 0;
  /// Milliseconds since the epoch. Errors: _LEGACY_ERROR_TEMP_2205 unless the timeout is by event
  /// time; not positive; before the watermark.
  virtual Status SetTimeoutTimestamp(int64_t timestamp_ms) = 0;
  virtual Status SetTimeoutTimestamp(int64_t timestamp_ms,
                                     const std::string& additional_duration) = 0;

  /// The batch's time, the same in every call of a batch.
  virtual int64_t GetCurrentProcessingTimeMs() const = 0;
  /// Errors: _LEGACY_ERROR_TEMP_2204 without a watermark.
  virtual Result<int64_t> GetCurrentWatermarkMs() const = 0;
};

/// Gets all rows of one key.
using FlatMapGroupsFunction =
    std::function<Status(const Row& key, BatchIterator* rows, RowCollector* out)>;
/// Gets the rows of one key in one micro-batch, or none when the key has timed out.
using FlatMapGroupsWithStateFunction = std::function<Status(const Row& key, BatchIterator* rows,
                                                            GroupState* state, RowCollector* out)>;
/// The same with exactly one row as its result.
using MapGroupsWithStateFunction =
    std::function<Result<Row>(const Row& key, BatchIterator* rows, GroupState* state)>;

}  // namespace thalweg
