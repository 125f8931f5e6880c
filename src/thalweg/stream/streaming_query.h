#pragma once

// A running (or ended) streaming query (semantics 7.1).

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "thalweg/base/file_system.h"
#include "thalweg/stream/epoch_loop.h"
#include "thalweg/stream/listener.h"
#include "thalweg/stream/run_monitor.h"

namespace thalweg::stream {

/// Handle of one run. Thread-safe. The run goes on when the handle is dropped: its thread holds the
/// object until it ends. Made by QueryManager.
class StreamingQuery : public std::enable_shared_from_this<StreamingQuery> {
 public:
  struct Parts {
    std::string id;
    std::string run_id;
    std::optional<std::string> name;
    std::string checkpoint;
    /// Removed after a good end (after any end when so configured).
    bool deletes_checkpoint = false;
    StreamSettings settings;
    std::unique_ptr<FileLock> lock;
    FileSystem* file_system = nullptr;
    Clock* clock = nullptr;
    std::shared_ptr<ListenerBus> bus;
    /// Indented logical plan, for explain and failures; may be empty.
    std::string logical_plan;
    /// Called on the query's thread when it has ended, before waiters are told.
    std::function<void(StreamingQuery*)> on_terminated;
  };

  explicit StreamingQuery(Parts parts);
  ~StreamingQuery();
  StreamingQuery(const StreamingQuery&) = delete;
  StreamingQuery& operator=(const StreamingQuery&) = delete;

  /// Starts the thread, which runs `loop` to its end. Once. The loop must have been made with
  /// monitor().
  Status Launch(std::unique_ptr<EpochLoop> loop);
  RunMonitor* monitor() { return &monitor_; }

  /// Survives restarts: it is the checkpoint's.
  const std::string& id() const { return parts_.id; }
  /// Of this run only.
  const std::string& run_id() const { return parts_.run_id; }
  const std::optional<std::string>& name() const { return parts_.name; }
  bool IsActive() const;
  /// Why it failed; nothing while it runs, and when it ended well or was stopped.
  std::optional<StreamingQueryException> exception() const { return monitor_.exception(); }
  StreamingQueryStatus status() const { return monitor_.status(); }
  /// Null before the first.
  ProgressPtr last_progress() const { return monitor_.history().Last(); }
  std::vector<ProgressPtr> recent_progress() const { return monitor_.history().Recent(); }

  /// Waits for the end. Errors: STREAM_FAILED when it failed.
  Status AwaitTermination() const;
  /// Waits at most so long; true when it ended. Errors: STREAM_FAILED; `timeout_millis` <= 0.
  Result<bool> AwaitTermination(int64_t timeout_millis) const;
  /// Waits until everything that was there at the call is processed and committed. Not from the
  /// query's thread. Errors: STREAM_FAILED.
  Status ProcessAllAvailable() const;
  /// For callers that must not wait: a mark of now, and whether what was there at a mark has been
  /// processed, or the run has ended.
  int64_t IdleMark() const { return monitor_.IdleMark(); }
  bool IsIdleSince(int64_t mark) const { return monitor_.IsIdleSince(mark); }
  /// Whether the run has ended: what it leaves behind stands, unlike after a stop under way.
  bool IsTerminated() const { return monitor_.terminated(); }
  /// Ends the run; the batch under way is given up and run again by the next run. Returns when the
  /// run has ended, at most after spark.sql.streaming.stopTimeout. Errors:
  /// STREAMING_QUERY_STOP_TIMEOUT.
  Status Stop();
  /// Ends the run after the batch under way, which is committed; else as Stop().
  Status StopGracefully();
  /// Asks the run to end after the batch under way; does not wait.
  void RequestGracefulStop();
  /// Waits for the end of a run that was asked to stop, waking its waits.
  void AwaitStopped();
  /// The physical plan of the last batch and where its watermarks stand; the logical plan too when
  /// `extended`.
  std::string Explain(bool extended) const;

 private:
  bool IsQueryThread() const { return thread_id_.load() == std::this_thread::get_id(); }
  void Run(std::unique_ptr<EpochLoop> loop);
  void Finish(const Status& status);
  StreamingQueryException MakeException(const Status& cause) const;
  void RemoveCheckpoint(bool failed);
  Status AwaitStop();
  bool WakeUntilStopped(int64_t timeout_millis);

  Parts parts_;
  RunMonitor monitor_;
  std::atomic<std::thread::id> thread_id_{};  // of the running thread
  std::thread thread_;
};

}  // namespace thalweg::stream
