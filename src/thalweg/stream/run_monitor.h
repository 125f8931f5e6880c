#pragma once

// What the outside sees of a query run, and how it asks the run to stop: written by the query's
// thread, read and waited for by any other.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "thalweg/base/status.h"
#include "thalweg/stream/progress_history.h"

namespace thalweg::stream {

/// StreamingQuery.status (semantics 7.1).
struct StreamingQueryStatus {
  std::string message = "Initializing StreamExecution";
  bool is_data_available = false;
  bool is_trigger_active = false;
};

/// Compact, fields in Spark's order.
std::string ToJson(const StreamingQueryStatus& status);

/// Why a query failed (semantics 7.5).
struct StreamingQueryException {
  Status cause;
  std::string id;
  std::string run_id;
  /// Offsets of the sources when it failed, `{description: offset,...}`.
  std::string start_offset;
  std::string end_offset;
  /// The text that follows the message: identifier, offsets, state, plan.
  std::string debug_text;

  /// STREAM_FAILED around the cause, as awaitTermination() reports it.
  Status ToStatus() const;
  /// Condition of the cause, or STREAM_FAILED when it has none.
  std::string error_class() const;
};

/// Thread-safe.
class RunMonitor {
 public:
  explicit RunMonitor(int64_t progress_limit) : history_(progress_limit) {}

  // Called by the query's thread.
  void SetMessage(std::string message);
  void SetDataAvailable(bool available);
  /// A trigger begins: what it will find out counts for waits that began before.
  void BeginTrigger();
  /// The trigger ended; `found_nothing`: there was no new data and everything seen is committed.
  void EndTrigger(bool found_nothing);
  void AddProgress(ProgressPtr progress) { history_.Add(std::move(progress)); }
  void SetPhysicalPlan(std::string text);
  /// Where the watermarks stand, for EXPLAIN STREAM.
  void SetWatermarkReport(std::string text);
  void SetOffsets(std::string committed, std::string available);
  /// The run is over; with an exception if it failed. Nothing is written afterwards.
  void SetException(StreamingQueryException exception);
  void FinishStatus();
  void SetTerminated();

  // Called by anyone.
  /// Ends the run after the current micro-batch, or at once when `cancel`.
  void RequestStop(bool cancel);
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }
  const std::atomic<bool>* cancel_flag() const { return &cancelled_; }

  StreamingQueryStatus status() const;
  const ProgressHistory& history() const { return history_; }
  /// Empty before the first batch of the run.
  std::string physical_plan() const;
  std::string watermark_report() const;
  std::string committed_offsets() const;
  std::string available_offsets() const;
  std::optional<StreamingQueryException> exception() const;
  bool terminated() const;
  /// Waits for the end of the run, at most `timeout_millis` (negative: without end); true if ended.
  bool AwaitTermination(int64_t timeout_millis) const;
  /// Waits until a trigger that began after the call finds nothing new, or the run ends.
  void AwaitIdle() const;
  /// The same without waiting: a mark of now, and whether that has come since a mark.
  int64_t IdleMark() const;
  bool IsIdleSince(int64_t mark) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  StreamingQueryStatus status_;
  std::string physical_plan_;
  std::string watermark_report_;
  std::string committed_offsets_ = "{}";
  std::string available_offsets_ = "{}";
  std::optional<StreamingQueryException> exception_;
  int64_t triggers_begun_ = 0;
  int64_t idle_trigger_ = 0;  // number of the last trigger that found nothing
  bool terminated_ = false;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> cancelled_{false};
  ProgressHistory history_;
};

}  // namespace thalweg::stream
