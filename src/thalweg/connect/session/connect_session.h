#pragma once

// What the server keeps of one client session.

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "thalweg/connect/command/listener_stream.h"
#include "thalweg/connect/error/error_reply.h"
#include "thalweg/connect/execution/operation.h"
#include "thalweg/connect/session/artifact_store.h"
#include "thalweg/connect/session/kept_plans.h"
#include "thalweg/connect/session/python_files.h"
#include "thalweg/python/function_profiles.h"
#include "thalweg/python/worker_pool.h"
#include "thalweg/session/session.h"

namespace thalweg::python {
struct DataSourceClass;
}  // namespace thalweg::python

namespace thalweg::connect {

/// Sessions are of a user and a UUID that the client made.
struct SessionKey {
  std::string user_id;
  std::string session_id;
  auto operator<=>(const SessionKey&) const = default;
};

/// What one session may have.
struct SessionLimits {
  /// Operations that are under way or that the client has not released.
  size_t operations = 1000;
  /// Bytes of uploaded files, those on their way included.
  int64_t artifact_bytes = int64_t{4} << 30;
  /// Bytes of rows in checkpoints.
  int64_t checkpoint_bytes = int64_t{4} << 30;
  /// Bytes of what the client gave names to (kept_plans.h).
  int64_t kept_plan_bytes = int64_t{4} << 30;
  /// Bytes of the requests whose operations run.
  int64_t running_plan_bytes = int64_t{1} << 30;
  /// Streaming queries that run.
  size_t streaming_queries = 1000;
};

/// Thread-safe.
class ConnectSession : public std::enable_shared_from_this<ConnectSession> {
 public:
  /// `python` runs the functions of the session.
  ConnectSession(SessionKey key, std::shared_ptr<session::Session> engine,
                 std::shared_ptr<python::WorkerPool> python, SessionLimits limits = {});
  /// Ends what runs.
  ~ConnectSession();

  const SessionKey& key() const { return key_; }
  const std::string& id() const { return key_.session_id; }
  /// Made by the server; the same in every response of the session.
  const std::string& server_side_id() const { return server_side_id_; }
  session::Session& engine() { return *engine_; }
  const std::shared_ptr<python::WorkerPool>& python_workers() const { return python_; }
  ErrorStore& errors() { return errors_; }
  ArtifactStore& artifacts() { return artifacts_; }
  PythonFiles& python_files() { return python_files_; }
  const std::shared_ptr<python::FunctionProfiles>& function_profiles() const {
    return function_profiles_;
  }
  KeptPlans& kept_plans() { return kept_plans_; }
  const KeptPlans& kept_plans() const { return kept_plans_; }
  ListenerStream& listeners() { return *listeners_; }

  /// Errors: INVALID_HANDLE.OPERATION_ALREADY_EXISTS, INVALID_HANDLE.OPERATION_ABANDONED,
  /// INVALID_HANDLE.SESSION_CLOSED, THALWEG_TOO_MANY_OPERATIONS, THALWEG_RESULTS_TOO_LARGE,
  /// THALWEG_PLANS_TOO_LARGE.
  Status AddOperation(const OperationPtr& operation);
  /// Null if there is none.
  OperationPtr FindOperation(const std::string& id) const;
  /// True for an operation that was released or given up lately.
  bool IsPastOperation(const std::string& id) const;
  /// Forgets the operation; what it still does, ends.
  void RemoveOperation(const std::string& id);
  std::vector<OperationPtr> operations() const;
  /// Cancels the operations that `matches` and gives their ids.
  std::vector<std::string> Interrupt(const std::function<bool(const Operation&)>& matches);
  /// Whether clients are taking responses right now.
  bool HasCalls() const;
  /// Drops operations without a client since `limit`.
  void RemoveAbandoned(std::chrono::steady_clock::time_point limit);

  // Frames that clients name by id.

  /// Whether a checkpoint of `bytes` fits. Errors: THALWEG_CHECKPOINTS_TOO_LARGE.
  Status CheckRoom(int64_t bytes) const;
  /// Keeps a checkpoint of `bytes` until the client drops it. Errors as above.
  Status KeepFrame(const std::string& id, plan::spec::RelationPtr relation, int64_t bytes);
  /// Whether so many bytes of persisted rows fit. Errors: THALWEG_PLANS_TOO_LARGE.
  Status CheckPersisted(int64_t bytes);
  /// A batch of foreachBatch.
  void PutRemoteRelation(const std::string& id, plan::spec::RelationPtr relation);
  /// Null if there is none.
  plan::spec::RelationPtr FindRemoteRelation(const std::string& id) const;
  void RemoveRemoteRelation(const std::string& id);

  /// The operation that started a streaming query, and its tags: interrupting all or one of the
  /// tags stops the query.
  struct QueryOrigin {
    std::string operation_id;
    std::set<std::string> tags;
  };
  void RememberOrigin(const std::string& run_id, QueryOrigin origin);
  /// Nothing of queries that others started.
  std::optional<QueryOrigin> FindOrigin(const std::string& run_id) const;

  /// Data sources that the client registered, by their names in lower case.
  using DataSources = std::map<std::string, std::shared_ptr<const python::DataSourceClass>>;
  DataSources data_sources() const;
  void RememberDataSource(const std::string& name,
                          std::shared_ptr<const python::DataSourceClass> source);

  /// Whether one more streaming query may run. Errors: THALWEG_TOO_MANY_QUERIES.
  Status CheckQueries() const;
  /// Ended queries stay known for as long as clients may ask for them. On an error nobody else ends
  /// the query. Errors: INVALID_HANDLE.SESSION_CLOSED, THALWEG_TOO_MANY_QUERIES.
  Status RememberQuery(const std::shared_ptr<stream::StreamingQuery>& query);
  /// The query with that id and run id, running or ended; null if there is none.
  std::shared_ptr<stream::StreamingQuery> FindQuery(const std::string& id,
                                                    const std::string& run_id) const;

  void Touch();
  std::chrono::steady_clock::time_point last_touch() const;

  /// Tells the executions and the streaming queries to end, without waiting for them; none can be
  /// added any more.
  void BeginClose();
  /// BeginClose(), and waits until all has ended.
  void Close();

 private:
  static constexpr size_t kMaxPastOperations = 1000;
  static constexpr size_t kMaxQueries = 1000;

  Status CheckRoomLocked(int64_t bytes) const;
  Status CheckQueriesLocked() const;
  /// Whether an operation with such a request may begin beside those that run.
  Status CheckRequestLocked(int64_t request_bytes) const;
  bool Exists(const KeptName& name) const;

  const SessionLimits limits_;
  const SessionKey key_;
  const std::string server_side_id_;
  const std::shared_ptr<session::Session> engine_;
  const std::shared_ptr<python::WorkerPool> python_;
  ErrorStore errors_;
  ArtifactStore artifacts_;
  PythonFiles python_files_;
  const std::shared_ptr<ListenerStream> listeners_;
  std::atomic<std::chrono::steady_clock::rep> last_touch_{0};

  mutable std::mutex mutex_;
  bool closed_ = false;
  std::map<std::string, OperationPtr> operations_;
  std::vector<std::string> past_operations_;  // oldest first
  std::map<std::string, plan::spec::RelationPtr> remote_relations_;
  DataSources data_sources_;
  std::map<std::string, int64_t> kept_frames_;  // their bytes
  int64_t kept_bytes_ = 0;
  std::map<std::string, QueryOrigin> query_origins_;  // by run id
  std::vector<std::shared_ptr<stream::StreamingQuery>> queries_;
  KeptPlans kept_plans_;
  const std::shared_ptr<python::FunctionProfiles> function_profiles_ =
      std::make_shared<python::FunctionProfiles>();
};

using ConnectSessionPtr = std::shared_ptr<ConnectSession>;

}  // namespace thalweg::connect
