#pragma once

// The streaming queries of one session (semantics 7.2).

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/stream/listener.h"
#include "thalweg/stream/query_starter.h"
#include "thalweg/stream/streaming_query.h"

namespace thalweg::stream {

using StreamingQueryPtr = std::shared_ptr<StreamingQuery>;

/// Queries that run in this process, of all sessions: two runs of one checkpoint must find each
/// other. Shared by the managers of a process. Thread-safe.
class ActiveQueries {
 public:
  void Add(const StreamingQueryPtr& query);
  void Remove(const StreamingQuery* query);
  /// The active run of the query `id`, or null.
  StreamingQueryPtr Find(const std::string& id) const;
  /// The blocks and write buffers that all RocksDBs of the process share; null unless the settings
  /// want that. Its size is what the first query that runs asked for.
  std::shared_ptr<state::RocksDbMemory> ShareRocksDbMemory(const state::RocksDbSettings& settings);

 private:
  mutable std::mutex mutex_;
  std::weak_ptr<state::RocksDbMemory> rocksdb_memory_;
  std::vector<StreamingQueryPtr> queries_;
};

/// Thread-safe. File systems and clocks of the requests outlive it.
class QueryManager {
 public:
  /// `process` is shared with the managers of other sessions; null makes an own one.
  explicit QueryManager(std::shared_ptr<ActiveQueries> process = nullptr);
  /// Stops every query and waits for its end.
  ~QueryManager();
  QueryManager(const QueryManager&) = delete;
  QueryManager& operator=(const QueryManager&) = delete;

  /// Starts a query; listeners have been told when it returns. An active run of the same checkpoint
  /// is stopped first (spark.sql.streaming.stopActiveRunOnRestart) or makes the start fail. What
  /// goes wrong with the checkpoint or the sources later ends the query with an exception.
  /// Errors: STREAMING_QUERY_NAME_IN_USE, CONCURRENT_QUERY, _LEGACY_ERROR_TEMP_1298 and 1299,
  /// STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE, and those of planning.
  Result<StreamingQueryPtr> Start(StartRequest request);

  std::vector<StreamingQueryPtr> active() const;
  /// The active query with that id, or null.
  StreamingQueryPtr Get(const std::string& id) const;

  /// Waits until some query ends, or has ended since the manager was made or ResetTerminated() was
  /// last called. Errors: STREAM_FAILED when a query failed.
  Status AwaitAnyTermination() const;
  /// Waits at most so long; true when one ended. Errors: also `timeout_millis` <= 0.
  Result<bool> AwaitAnyTermination(int64_t timeout_millis) const;
  /// The same without waiting: whether one has ended. Errors: STREAM_FAILED.
  Result<bool> HasAnyTerminated() const;
  void ResetTerminated();

  void AddListener(std::shared_ptr<StreamingQueryListener> listener);
  void RemoveListener(const StreamingQueryListener* listener);
  std::vector<std::shared_ptr<StreamingQueryListener>> ListListeners() const;
  /// Waits until listeners have got every event posted so far.
  void FlushListeners() { bus_->Flush(); }

  /// Ends all queries: after their current micro-batch when `graceful`, else at once. Returns when
  /// all have ended.
  void StopAll(bool graceful);

 private:
  struct Registry;

  Result<StreamingQueryPtr> Prepare(StartRequest request, std::unique_ptr<EpochLoop>* loop);
  Result<StreamingQuery::Parts> MakeParts(const StartRequest& request,
                                          const CheckpointLocation& location) const;
  Status CheckName(const std::optional<std::string>& name) const;
  Status StopOtherRun(const std::string& id, const std::string& checkpoint, bool may_stop) const;

  std::shared_ptr<ActiveQueries> process_;
  std::shared_ptr<ListenerBus> bus_;
  /// Outlives the manager as long as a query's thread may still report its end.
  std::shared_ptr<Registry> registry_;
  std::mutex start_mutex_;  // one start at a time
};

}  // namespace thalweg::stream
