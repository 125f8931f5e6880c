#include "thalweg/stream/query_manager.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "thalweg/checkpoint/query_metadata.h"
#include "thalweg/stream/state_settings.h"

namespace thalweg::stream {

void ActiveQueries::Add(const StreamingQueryPtr& query) {
  std::lock_guard<std::mutex> lock(mutex_);
  queries_.push_back(query);
}

void ActiveQueries::Remove(const StreamingQuery* query) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(queries_, [&](const StreamingQueryPtr& known) { return known.get() == query; });
}

std::shared_ptr<state::RocksDbMemory> ActiveQueries::ShareRocksDbMemory(
    const state::RocksDbSettings& settings) {
  if (!settings.bounded_memory) return nullptr;
  std::lock_guard<std::mutex> lock(mutex_);
  std::shared_ptr<state::RocksDbMemory> memory = rocksdb_memory_.lock();
  if (memory == nullptr) {
    memory = state::RocksDbMemory::Make(settings.max_memory_bytes, settings.write_buffer_share,
                                        settings.high_priority_share);
    rocksdb_memory_ = memory;
  }
  return memory;
}

StreamingQueryPtr ActiveQueries::Find(const std::string& id) const {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& query : queries_) {
    if (query->id() == id) return query;
  }
  return nullptr;
}

/// What queries report their end to.
struct QueryManager::Registry {
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::vector<StreamingQueryPtr> active;
  bool any_terminated = false;
  std::optional<StreamingQueryException> last_exception;

  void Terminated(StreamingQuery* query) {
    const auto exception = query->exception();
    std::lock_guard<std::mutex> lock(mutex);
    std::erase_if(active, [&](const StreamingQueryPtr& known) { return known.get() == query; });
    if (!any_terminated || exception) last_exception = exception;
    any_terminated = true;
    changed.notify_all();
  }

  /// With the lock held.
  Status Outcome() const { return last_exception ? last_exception->ToStatus() : Status::OK(); }
};

QueryManager::QueryManager(std::shared_ptr<ActiveQueries> process)
    : process_(process ? std::move(process) : std::make_shared<ActiveQueries>()),
      bus_(std::make_shared<ListenerBus>()),
      registry_(std::make_shared<Registry>()) {}

QueryManager::~QueryManager() { StopAll(/*graceful=*/false); }

Result<StreamingQueryPtr> QueryManager::Start(StartRequest request) {
  const int64_t now = request.clock->NowMillis();
  std::unique_ptr<EpochLoop> loop;
  StreamingQueryPtr query;
  {
    std::lock_guard<std::mutex> lock(start_mutex_);
    ARROW_ASSIGN_OR_RAISE(query, Prepare(std::move(request), &loop));
  }
  // Not under the lock: a listener may ask the manager.
  bus_->DeliverNow(
      QueryStartedEvent{query->id(), query->run_id(), query->name(), FormatProgressTimestamp(now)});
  const Status launched = query->Launch(std::move(loop));
  if (!launched.ok()) {
    registry_->Terminated(query.get());
    process_->Remove(query.get());
    query->monitor()->SetTerminated();
    return launched;
  }
  return query;
}

Result<StreamingQueryPtr> QueryManager::Prepare(StartRequest request,
                                                std::unique_ptr<EpochLoop>* loop) {
  ARROW_RETURN_NOT_OK(CheckName(request.name));
  if (!request.sink->SupportsMode(request.output_mode)) {
    return MakeError("STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE",
                     {{"outputMode", ToString(request.output_mode)},
                      {"className", request.sink->Description()}});
  }
  ARROW_ASSIGN_OR_RAISE(const CheckpointLocation location, ResolveCheckpointLocation(request));
  ARROW_ASSIGN_OR_RAISE(const state::RocksDbSettings rocksdb,
                        ReadRocksDbSettings(request.settings));
  request.rocksdb_memory = process_->ShareRocksDbMemory(rocksdb);
  EpochLoopArguments arguments;
  // Planned first: a query that cannot be planned leaves no checkpoint behind.
  ARROW_ASSIGN_OR_RAISE(arguments.plan,
                        PlanStreamingQuery(request, location.path, &arguments.num_partitions));
  ARROW_ASSIGN_OR_RAISE(StreamingQuery::Parts parts, MakeParts(request, location));
  arguments.id = parts.id;
  arguments.run_id = parts.run_id;
  arguments.name = parts.name;
  const auto query = std::make_shared<StreamingQuery>(std::move(parts));
  arguments.checkpoint = location.path;
  arguments.output_mode = request.output_mode;
  arguments.trigger = request.trigger;
  arguments.session_settings = std::move(request.settings);
  arguments.sink = std::move(request.sink);
  arguments.file_system = request.file_system;
  arguments.clock = request.clock;
  arguments.monitor = query->monitor();
  arguments.bus = bus_.get();
  *loop = std::make_unique<EpochLoop>(std::move(arguments));
  process_->Add(query);
  std::lock_guard<std::mutex> lock(registry_->mutex);
  registry_->active.push_back(query);
  return query;
}

Result<StreamingQuery::Parts> QueryManager::MakeParts(const StartRequest& request,
                                                      const CheckpointLocation& location) const {
  StreamingQuery::Parts parts;
  parts.settings = ReadStreamSettings(request.settings);
  ARROW_ASSIGN_OR_RAISE(parts.id,
                        checkpoint::LoadOrCreateQueryId(request.file_system, location.path));
  ARROW_RETURN_NOT_OK(
      StopOtherRun(parts.id, location.path, parts.settings.stop_active_run_on_restart));
  ARROW_ASSIGN_OR_RAISE(parts.lock, LockCheckpoint(request.file_system, location.path));
  parts.run_id = RandomUuid();
  parts.name = request.name;
  parts.checkpoint = location.path;
  parts.deletes_checkpoint = location.is_temporary;
  parts.file_system = request.file_system;
  parts.clock = request.clock;
  parts.bus = bus_;
  if (request.plan) parts.logical_plan = plan::ToString(*request.plan);
  parts.on_terminated = [registry = registry_, process = process_](StreamingQuery* ended) {
    process->Remove(ended);
    registry->Terminated(ended);
  };
  return parts;
}

Status QueryManager::CheckName(const std::optional<std::string>& name) const {
  if (!name) return Status::OK();
  for (const auto& query : active()) {
    if (query->name() == name) return MakeError("STREAMING_QUERY_NAME_IN_USE", {{"name", *name}});
  }
  return Status::OK();
}

Status QueryManager::StopOtherRun(const std::string& id, const std::string& checkpoint,
                                  bool may_stop) const {
  const StreamingQueryPtr other = process_->Find(id);
  if (other == nullptr) return Status::OK();
  if (!may_stop) return MakeError("CONCURRENT_QUERY", {{"path", checkpoint}});
  return other->Stop();
}

std::vector<StreamingQueryPtr> QueryManager::active() const {
  std::lock_guard<std::mutex> lock(registry_->mutex);
  return registry_->active;
}

StreamingQueryPtr QueryManager::Get(const std::string& id) const {
  for (const auto& query : active()) {
    if (query->id() == id) return query;
  }
  return nullptr;
}

Status QueryManager::AwaitAnyTermination() const {
  std::unique_lock<std::mutex> lock(registry_->mutex);
  registry_->changed.wait(lock, [&] { return registry_->any_terminated; });
  return registry_->Outcome();
}

Result<bool> QueryManager::AwaitAnyTermination(int64_t timeout_millis) const {
  if (timeout_millis <= 0) return Status::Invalid("Timeout has to be positive");
  constexpr int64_t kLongest = int64_t{1} << 40;  // the clock's arithmetic must not overflow
  const std::chrono::milliseconds timeout(std::min(timeout_millis, kLongest));
  std::unique_lock<std::mutex> lock(registry_->mutex);
  const bool ended =
      registry_->changed.wait_for(lock, timeout, [&] { return registry_->any_terminated; });
  if (!ended) return false;
  ARROW_RETURN_NOT_OK(registry_->Outcome());
  return true;
}

Result<bool> QueryManager::HasAnyTerminated() const {
  const std::lock_guard<std::mutex> lock(registry_->mutex);
  if (!registry_->any_terminated) return false;
  ARROW_RETURN_NOT_OK(registry_->Outcome());
  return true;
}

void QueryManager::ResetTerminated() {
  std::lock_guard<std::mutex> lock(registry_->mutex);
  registry_->any_terminated = false;
  registry_->last_exception.reset();
}

void QueryManager::AddListener(std::shared_ptr<StreamingQueryListener> listener) {
  bus_->Add(std::move(listener));
}

void QueryManager::RemoveListener(const StreamingQueryListener* listener) {
  bus_->Remove(listener);
}

std::vector<std::shared_ptr<StreamingQueryListener>> QueryManager::ListListeners() const {
  return bus_->List();
}

void QueryManager::StopAll(bool graceful) {
  const auto queries = active();
  for (const auto& query : queries) query->monitor()->RequestStop(/*cancel=*/!graceful);
  for (const auto& query : queries) query->AwaitStopped();
}

}  // namespace thalweg::stream
