#include "thalweg/connect/command/foreach_batch.h"

#include <cstdlib>
#include <utility>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/python/python_function.h"
#include "thalweg/connect/runtime/identifier.h"
#include "thalweg/connect/runtime/url_text.h"

namespace thalweg::connect {
namespace {

Result<python::StreamingWorkerOptions> WorkerOptions(ServerState* state, ConnectSession* session,
                                                     const proto::PythonUDF& function) {
  python::StreamingWorkerOptions options;
  ARROW_ASSIGN_OR_RAISE(python::PythonSettings settings, PythonSettingsOf(session));
  options.interpreter = std::move(settings.interpreter);
  // Before the session's files are added, which are in another place for each session.
  ARROW_ASSIGN_OR_RAISE(options.versions, session->python_workers()->Versions(options.interpreter));
  if (!settings.files_directory.empty()) {
    std::string& path = options.interpreter.environment["PYTHONPATH"];
    const char* own = std::getenv("PYTHONPATH");
    path = settings.files_directory;
    for (const std::string& module : settings.includes) {
      path += ":" + settings.files_directory + "/" + module;
    }
    if (own != nullptr) path += std::string(":") + own;
  }
  options.connect_url = state->local_url + ";user_id=" + EscapeForUrl(session->key().user_id);
  options.session_id = session->id();
  options.function = FunctionFromProto("", function);
  return options;
}

}  // namespace

Result<std::shared_ptr<ForeachBatchRunner>> ForeachBatchRunner::Start(
    ServerState* state, const ConnectSessionPtr& session, const proto::PythonUDF& function) {
  ARROW_ASSIGN_OR_RAISE(auto options, WorkerOptions(state, session.get(), function));
  ARROW_ASSIGN_OR_RAISE(auto worker, python::StreamingWorker::Start(options));
  std::shared_ptr<ForeachBatchRunner> runner(new ForeachBatchRunner());
  runner->session_ = session;
  runner->worker_ = std::move(worker);
  return runner;
}

void ForeachBatchRunner::SetQuery(const std::shared_ptr<stream::StreamingQuery>& query) {
  const std::lock_guard lock(mutex_);
  query_ = query;
}

std::shared_ptr<stream::StreamingQuery> ForeachBatchRunner::query() {
  const std::lock_guard lock(mutex_);
  return query_.lock();
}

bool ForeachBatchRunner::IsStopped() {
  const auto running = query();
  return running != nullptr && !running->IsActive();
}

Status ForeachBatchRunner::Run(SchemaPtr schema, std::vector<Batch> batches, int64_t epoch) {
  const ConnectSessionPtr session = session_.lock();
  if (session == nullptr) return Status::Cancelled("the session has ended");
  RelationDraft rows = Derive(RelationKind::kLocal, nullptr);
  rows->schema = std::move(schema);
  rows->batches = std::move(batches);
  const std::string id = MakeIdentifier();
  session->PutRemoteRelation(id, std::move(rows));
  const Status outcome =
      worker_->RunBatch(id, epoch, session->id(), [this] { return IsStopped(); });
  session->RemoveRemoteRelation(id);
  const auto running = query();
  // The calls of its function fail once the session has ended: that is no error of the function's.
  if (!outcome.ok() && running != nullptr && running->monitor()->cancelled()) {
    return Status::Cancelled("the query was stopped");
  }
  return outcome;
}

}  // namespace thalweg::connect
