#pragma once

// transformWithState (semantics 5.8): a processor with named state variables, timers and time to
// live. The engine implements the handle and the variables; programs derive from StatefulProcessor.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arrow/record_batch.h>

#include "thalweg/group_state.h"
#include "thalweg/row.h"
#include "thalweg/status.h"

namespace thalweg {

/// Which clock timers and time to live go by.
enum class TimeMode { kNone, kProcessingTime, kEventTime };

/// Milliseconds for which what is written stays; 0: for ever. Errors when a variable is asked for:
/// STATEFUL_PROCESSOR_TTL_DURATION_MUST_BE_POSITIVE, STATEFUL_PROCESSOR_INCORRECT_TIME_MODE_TO_
/// ASSIGN_TTL unless the time mode is kProcessingTime.
struct TtlConfig {
  int64_t ttl_duration_ms = 0;
};

/// State variables always mean the key of the running call; elsewhere they fail. Errors of all
/// writes: ILLEGAL_STATE_STORE_VALUE.* for rows without values and empty lists; rows that do not
/// fit the variable's schema.
class ValueState {
 public:
  virtual ~ValueState() = default;
  virtual Result<bool> Exists() = 0;
  /// Nothing if there is none.
  virtual Result<std::optional<Row>> Get() = 0;
  virtual Status Update(const Row& value) = 0;
  virtual Status Clear() = 0;
};

class ListState {
 public:
  virtual ~ListState() = default;
  virtual Result<bool> Exists() = 0;
  /// All elements in order; a batch without rows if there are none.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Get() = 0;
  /// Replaces all.
  virtual Status Put(const std::vector<Row>& values) = 0;
  virtual Status AppendValue(const Row& value) = 0;
  virtual Status AppendList(const std::vector<Row>& values) = 0;
  virtual Status Clear() = 0;
};

class MapState {
 public:
  /// Keys and values, row by row.
  using Entries =
      std::pair<std::shared_ptr<arrow::RecordBatch>, std::shared_ptr<arrow::RecordBatch>>;

  virtual ~MapState() = default;
  virtual Result<bool> Exists() = 0;
  virtual Result<bool> ContainsKey(const Row& key) = 0;
  virtual Result<std::optional<Row>> GetValue(const Row& key) = 0;
  virtual Status UpdateValue(const Row& key, const Row& value) = 0;
  virtual Result<Entries> Iterator() = 0;
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Keys() = 0;
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Values() = 0;
  virtual Status RemoveKey(const Row& key) = 0;
  virtual Status Clear() = 0;
};

struct QueryInfo {
  std::string query_id;
  std::string run_id;
  int64_t batch_id = 0;
};

struct TimerValues {
  /// The batch's time. Errors: the time mode is kNone.
  Result<int64_t> GetCurrentProcessingTimeInMs() const;
  /// Errors: there is no watermark.
  Result<int64_t> GetCurrentWatermarkInMs() const;

  std::optional<int64_t> processing_time_ms;
  std::optional<int64_t> watermark_ms;
};

/// How a processor reaches its state. Owned by the engine; variables live as long as the processor.
class StatefulProcessorHandle {
 public:
  using SchemaPtr = std::shared_ptr<arrow::Schema>;

  virtual ~StatefulProcessorHandle() = default;

  /// Only during Init(), each name once. Errors: STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_
  /// INVALID_HANDLE_STATE, STATEFUL_PROCESSOR_DUPLICATE_STATE_VARIABLE_DEFINED,
  /// STATE_STORE_CANNOT_{CREATE,USE}_COLUMN_FAMILY_*.
  virtual Result<ValueState*> GetValueState(const std::string& name, const SchemaPtr& schema,
                                            TtlConfig ttl = {}) = 0;
  virtual Result<ListState*> GetListState(const std::string& name, const SchemaPtr& schema,
                                          TtlConfig ttl = {}) = 0;
  virtual Result<MapState*> GetMapState(const std::string& name, const SchemaPtr& key_schema,
                                        const SchemaPtr& value_schema, TtlConfig ttl = {}) = 0;
  /// Only during Init(): forgets a variable of an earlier run.
  virtual Status DeleteIfExists(const std::string& name) = 0;

  /// Milliseconds since the epoch, for the key of the running call. Registering a time twice or
  /// deleting one that is not there does nothing. Errors: STATEFUL_PROCESSOR_CANNOT_PERFORM_
  /// OPERATION_WITH_INVALID_TIME_MODE, ..._HANDLE_STATE.
  virtual Status RegisterTimer(int64_t expiry_timestamp_ms) = 0;
  virtual Status DeleteTimer(int64_t expiry_timestamp_ms) = 0;
  /// In ascending order.
  virtual Result<std::vector<int64_t>> ListTimers() = 0;

  virtual QueryInfo GetQueryInfo() const = 0;
};

/// Made anew for each partition of each micro-batch; used by one thread. Also made once, before the
/// query starts, to learn what Init() declares.
class StatefulProcessor {
 public:
  virtual ~StatefulProcessor() = default;

  /// Asks for the state variables. `handle` lives as long as the processor.
  virtual Status Init(StatefulProcessorHandle* handle, const std::string& output_mode,
                      TimeMode time_mode) = 0;
  /// Once for each row of the initial state, before all data; in batch 0 only. A processor that
  /// does not override it passes over an initial state, as with Spark's Python API (Scala's has
  /// another class for those that take one).
  virtual Status HandleInitialState(const Row& key, const Row& initial_state,
                                    const TimerValues& timers) {
    return Status::OK();
  }
  /// The rows of one key in one micro-batch.
  virtual Status HandleInputRows(const Row& key, BatchIterator* rows, const TimerValues& timers,
                                 RowCollector* out) = 0;
  /// After all rows, by time. The timer is gone when the call has returned.
  virtual Status HandleExpiredTimer(const Row& key, const TimerValues& timers,
                                    int64_t expiry_timestamp_ms, RowCollector* out) {
    return Status::OK();
  }
  virtual Status Close() { return Status::OK(); }
};

using StatefulProcessorFactory = std::function<std::unique_ptr<StatefulProcessor>()>;

inline Result<int64_t> TimerValues::GetCurrentProcessingTimeInMs() const {
  if (processing_time_ms) return *processing_time_ms;
  return Status::Invalid("there is no processing time in the time mode None");
}

inline Result<int64_t> TimerValues::GetCurrentWatermarkInMs() const {
  if (watermark_ms) return *watermark_ms;
  return Status::Invalid("there is no watermark");
}

}  // namespace thalweg
