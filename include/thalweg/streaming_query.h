#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/progress.h"
#include "thalweg/status.h"

namespace thalweg {

namespace stream {
class StreamingQuery;
}

struct StreamingQueryStatus {
  std::string message;
  bool is_data_available = false;
  bool is_trigger_active = false;
};

/// Why a query failed.
struct StreamingQueryException {
  /// STREAM_FAILED around the cause.
  Status status;
  Status cause;
  /// Offsets of the sources when it failed, `{description: offset,...}`.
  std::string start_offset;
  std::string end_offset;
};

/// Handle of one run of a streaming query (semantics 7.1). Thread-safe. The run goes on when the
/// handle is dropped; it ends with its session.
class StreamingQuery {
 public:
  explicit StreamingQuery(std::shared_ptr<stream::StreamingQuery> query)
      : query_(std::move(query)) {}

  /// Survives restarts: it is the checkpoint's.
  std::string Id() const;
  /// Of this run only.
  std::string RunId() const;
  std::optional<std::string> Name() const;
  bool IsActive() const;
  StreamingQueryStatus GetStatus() const;
  /// Nothing before the first trigger.
  std::optional<StreamingQueryProgress> LastProgress() const;
  std::vector<StreamingQueryProgress> RecentProgress() const;
  /// Nothing while it runs, and when it ended well or was stopped.
  std::optional<StreamingQueryException> Exception() const;

  /// Waits for the end. Errors: STREAM_FAILED when the query failed.
  Status AwaitTermination() const;
  /// Waits at most so long; true when it ended. Errors: STREAM_FAILED; a timeout that is not
  /// positive.
  Result<bool> AwaitTermination(std::chrono::milliseconds timeout) const;
  /// Waits until everything that was there at the call is processed and committed: for tests. Not
  /// from a callback of the query.
  Status ProcessAllAvailable() const;
  /// Ends the run, at once: the batch under way is given up and run again by the next run.
  Status Stop();
  /// Ends the run after the batch under way, and waits for that; a Stop() meanwhile gives the batch
  /// up. Both wait at most spark.sql.streaming.stopTimeout (0: without end). Errors:
  /// STREAMING_QUERY_STOP_TIMEOUT; the run then ends when its batch does.
  Status StopGracefully();
  /// The physical plan of the last batch; the logical plan too when `extended`.
  std::string Explain(bool extended = false) const;

 private:
  std::shared_ptr<stream::StreamingQuery> query_;
};

}  // namespace thalweg
