#include "thalweg/connect/session/connect_session.h"

#include <algorithm>
#include <utility>

#include "thalweg/connect/runtime/identifier.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/session/persisted_rows.h"

namespace thalweg::connect {

using SteadyClock = std::chrono::steady_clock;

namespace {

/// Bytes of results that wait for clients, beyond which nothing new is begun.
constexpr int64_t kMaxUnsentBytes = int64_t{1} << 30;

/// Under which all rows of persist() and CACHE TABLE are accounted for.
const KeptName kPersistedRows{KeptKind::kFrame, ""};

}  // namespace

ConnectSession::ConnectSession(SessionKey key, std::shared_ptr<session::Session> engine,
                               std::shared_ptr<python::WorkerPool> python, SessionLimits limits)
    : limits_(limits),
      key_(std::move(key)),
      server_side_id_(MakeIdentifier()),
      engine_(std::move(engine)),
      python_(std::move(python)),
      artifacts_(limits.artifact_bytes),
      listeners_(std::make_shared<ListenerStream>()),
      kept_plans_(limits.kept_plan_bytes, [this](const KeptName& name) { return Exists(name); }) {
  engine_->queries().AddListener(listeners_);
  engine_->persisted().SetAccount([this](int64_t bytes) { return CheckPersisted(bytes); },
                                  [this](int64_t bytes) {
                                    kept_plans_.Keep(kPersistedRows,
                                                     {.plan_bytes = bytes, .columns = {}});
                                  });
  Touch();
}

ConnectSession::~ConnectSession() {
  Close();
  // Global views may outlive it, and with them the engine.
  engine_->persisted().SetAccount(nullptr, nullptr);
}

void ConnectSession::BeginClose() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  // Queries first: their functions are clients, whose calls fail from now on.
  for (const auto& query : engine_->queries().active()) {
    query->monitor()->RequestStop(/*cancel=*/true);
  }
  for (const OperationPtr& operation : operations()) RemoveOperation(operation->id());
  listeners_->Close();
}

void ConnectSession::Close() {
  BeginClose();
  engine_->queries().StopAll(/*graceful=*/false);
}

Status ConnectSession::AddOperation(const OperationPtr& operation) {
  const std::lock_guard lock(mutex_);
  // A call may have found the session just before it was closed.
  if (closed_) return MakeError("INVALID_HANDLE.SESSION_CLOSED", {{"handle", id()}});
  const auto& past = past_operations_;
  if (std::find(past.begin(), past.end(), operation->id()) != past.end()) {
    return MakeError("INVALID_HANDLE.OPERATION_ABANDONED", {{"handle", operation->id()}});
  }
  if (operations_.count(operation->id()) > 0) {
    return MakeError("INVALID_HANDLE.OPERATION_ALREADY_EXISTS", {{"handle", operation->id()}});
  }
  if (operations_.size() >= limits_.operations) {
    return MakeError("THALWEG_TOO_MANY_OPERATIONS",
                     {{"limit", std::to_string(limits_.operations)}});
  }
  int64_t unsent_bytes = 0;
  for (const auto& [id, known] : operations_) unsent_bytes += known->responses().unsent_bytes();
  if (unsent_bytes >= kMaxUnsentBytes) {
    return MakeError("THALWEG_RESULTS_TOO_LARGE", {{"limit", std::to_string(kMaxUnsentBytes)}});
  }
  ARROW_RETURN_NOT_OK(CheckRequestLocked(operation->request_bytes()));
  operations_.emplace(operation->id(), operation);
  return Status::OK();
}

Status ConnectSession::CheckRequestLocked(int64_t request_bytes) const {
  int64_t bytes = request_bytes;
  for (const auto& [id, known] : operations_) {
    if (known->state() == Operation::State::kRunning) bytes += known->request_bytes();
  }
  if (bytes <= limits_.running_plan_bytes) return Status::OK();
  return MakeError("THALWEG_PLANS_TOO_LARGE",
                   {{"limit", std::to_string(limits_.running_plan_bytes)}});
}

bool ConnectSession::Exists(const KeptName& name) const {
  const plan::Catalog& catalog = engine_->catalog();
  switch (name.kind) {
    case KeptKind::kView:
      return catalog.FindView(name.name) != nullptr;
    case KeptKind::kGlobalView:
      return catalog.shared()->FindView(name.name) != nullptr;
    case KeptKind::kFunction:
      return catalog.FindFunction(name.name) != nullptr;
    case KeptKind::kTableFunction:
      return catalog.FindTableFunction(name.name) != nullptr;
    case KeptKind::kSqlFunction:
      return catalog.sql_functions().Find(name.name) != nullptr;
    case KeptKind::kVariable:
      return catalog.variables().Find(name.name) != nullptr;
    case KeptKind::kSetting:
      return engine_->SettingsSnapshot().values().contains(name.name);
    case KeptKind::kFrame:
      return !engine_->persisted().empty();
    case KeptKind::kDataSource:
      break;
  }
  return true;
}

OperationPtr ConnectSession::FindOperation(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = operations_.find(id);
  return found == operations_.end() ? nullptr : found->second;
}

bool ConnectSession::IsPastOperation(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return std::find(past_operations_.begin(), past_operations_.end(), id) != past_operations_.end();
}

void ConnectSession::RemoveOperation(const std::string& id) {
  OperationPtr operation;
  {
    const std::lock_guard lock(mutex_);
    const auto found = operations_.find(id);
    if (found == operations_.end()) return;
    operation = std::move(found->second);
    operations_.erase(found);
    past_operations_.push_back(id);
    if (past_operations_.size() > kMaxPastOperations) {
      past_operations_.erase(past_operations_.begin());
    }
  }
  operation->Cancel();
  operation->responses().Close();
}

std::vector<OperationPtr> ConnectSession::operations() const {
  const std::lock_guard lock(mutex_);
  std::vector<OperationPtr> operations;
  for (const auto& [id, operation] : operations_) operations.push_back(operation);
  return operations;
}

std::vector<std::string> ConnectSession::Interrupt(
    const std::function<bool(const Operation&)>& matches) {
  std::vector<std::string> ids;
  for (const OperationPtr& operation : operations()) {
    if (operation->state() != Operation::State::kRunning || !matches(*operation)) continue;
    operation->Cancel();
    ids.push_back(operation->id());
  }
  return ids;
}

bool ConnectSession::HasCalls() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(operations_.begin(), operations_.end(),
                     [](const auto& known) { return known.second->responses().attached(); });
}

void ConnectSession::RemoveAbandoned(SteadyClock::time_point limit) {
  for (const OperationPtr& operation : operations()) {
    if (operation->responses().attached() || operation->last_touch() > limit) continue;
    RemoveOperation(operation->id());
  }
}

Status ConnectSession::CheckRoom(int64_t bytes) const {
  const std::lock_guard lock(mutex_);
  return CheckRoomLocked(bytes);
}

Status ConnectSession::CheckRoomLocked(int64_t bytes) const {
  if (kept_bytes_ + bytes <= limits_.checkpoint_bytes) return Status::OK();
  return MakeError("THALWEG_CHECKPOINTS_TOO_LARGE",
                   {{"limit", std::to_string(limits_.checkpoint_bytes)}});
}

Status ConnectSession::KeepFrame(const std::string& id, plan::spec::RelationPtr relation,
                                 int64_t bytes) {
  const std::lock_guard lock(mutex_);
  ARROW_RETURN_NOT_OK(CheckRoomLocked(bytes));
  kept_bytes_ += bytes;
  kept_frames_[id] = bytes;
  remote_relations_[id] = std::move(relation);
  return Status::OK();
}

Status ConnectSession::CheckPersisted(int64_t bytes) {
  return kept_plans_.Check(kPersistedRows, {.plan_bytes = bytes, .columns = {}});
}

void ConnectSession::PutRemoteRelation(const std::string& id, plan::spec::RelationPtr relation) {
  const std::lock_guard lock(mutex_);
  remote_relations_[id] = std::move(relation);
}

plan::spec::RelationPtr ConnectSession::FindRemoteRelation(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = remote_relations_.find(id);
  return found == remote_relations_.end() ? nullptr : found->second;
}

void ConnectSession::RemoveRemoteRelation(const std::string& id) {
  plan::spec::RelationPtr dropped;
  const std::lock_guard lock(mutex_);
  const auto found = remote_relations_.find(id);
  if (found == remote_relations_.end()) return;
  dropped = std::move(found->second);
  remote_relations_.erase(found);
  const auto kept = kept_frames_.find(id);
  if (kept == kept_frames_.end()) return;
  kept_bytes_ -= kept->second;
  kept_frames_.erase(kept);
}

void ConnectSession::RememberOrigin(const std::string& run_id, QueryOrigin origin) {
  const std::lock_guard lock(mutex_);
  query_origins_[run_id] = std::move(origin);
}

std::optional<ConnectSession::QueryOrigin> ConnectSession::FindOrigin(
    const std::string& run_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = query_origins_.find(run_id);
  if (found == query_origins_.end()) return std::nullopt;
  return found->second;
}

ConnectSession::DataSources ConnectSession::data_sources() const {
  const std::lock_guard lock(mutex_);
  return data_sources_;
}

void ConnectSession::RememberDataSource(const std::string& name,
                                        std::shared_ptr<const python::DataSourceClass> source) {
  const std::lock_guard lock(mutex_);
  data_sources_[name] = std::move(source);
}

Status ConnectSession::CheckQueries() const {
  const std::lock_guard lock(mutex_);
  return CheckQueriesLocked();
}

Status ConnectSession::CheckQueriesLocked() const {
  if (queries_.size() < limits_.streaming_queries) return Status::OK();
  const auto running = std::count_if(queries_.begin(), queries_.end(),
                                     [](const auto& known) { return known->IsActive(); });
  if (static_cast<size_t>(running) < limits_.streaming_queries) return Status::OK();
  return MakeError("THALWEG_TOO_MANY_QUERIES",
                   {{"limit", std::to_string(limits_.streaming_queries)}});
}

Status ConnectSession::RememberQuery(const std::shared_ptr<stream::StreamingQuery>& query) {
  const std::lock_guard lock(mutex_);
  if (closed_) return MakeError("INVALID_HANDLE.SESSION_CLOSED", {{"handle", id()}});
  ARROW_RETURN_NOT_OK(CheckQueriesLocked());
  queries_.push_back(query);
  if (queries_.size() <= kMaxQueries) return Status::OK();
  const auto ended = std::find_if(queries_.begin(), queries_.end(),
                                  [](const auto& known) { return !known->IsActive(); });
  if (ended == queries_.end()) return Status::OK();
  query_origins_.erase((*ended)->run_id());
  queries_.erase(ended);
  return Status::OK();
}

std::shared_ptr<stream::StreamingQuery> ConnectSession::FindQuery(const std::string& id,
                                                                  const std::string& run_id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& query : queries_) {
    if (query->id() == id && query->run_id() == run_id) return query;
  }
  return nullptr;
}

void ConnectSession::Touch() { last_touch_.store(SteadyClock::now().time_since_epoch().count()); }

SteadyClock::time_point ConnectSession::last_touch() const {
  return SteadyClock::time_point(SteadyClock::duration(last_touch_.load()));
}

}  // namespace thalweg::connect
