#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/service/server_state.h"
#include "thalweg/connect/session/connect_session.h"
#include "thalweg/python/streaming_worker.h"

namespace thalweg::connect {

/// The Python process that runs the foreachBatch function of one query. The function is a client of
/// this very server: while a micro-batch waits for it, it reads the batch's rows, as often as it
/// likes, as a frame of the query's session.
class ForeachBatchRunner {
 public:
  /// Starts the process and hands the function over. Errors: as python::StreamingWorker::Start().
  static Result<std::shared_ptr<ForeachBatchRunner>> Start(ServerState* state,
                                                           const ConnectSessionPtr& session,
                                                           const proto::PythonUDF& function);

  /// Calls the function with the rows of an epoch. Errors: what the function raised.
  Status Run(SchemaPtr schema, std::vector<Batch> batches, int64_t epoch);
  /// Once it runs: a batch of a query that is stopped is given up.
  void SetQuery(const std::shared_ptr<stream::StreamingQuery>& query);

 private:
  ForeachBatchRunner() = default;
  /// Null before SetQuery(), and when the query has gone.
  std::shared_ptr<stream::StreamingQuery> query();
  bool IsStopped();

  /// Not owned: the session ends its queries before itself.
  std::weak_ptr<ConnectSession> session_;
  std::unique_ptr<python::StreamingWorker> worker_;
  std::mutex mutex_;
  std::weak_ptr<stream::StreamingQuery> query_;  // guarded by mutex_
};

}  // namespace thalweg::connect
