#include "thalweg/python/worker_pool.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "thalweg/base/log.h"
#include "thalweg/python/unique_fd.h"

namespace thalweg::python {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Interpreters whose versions are remembered.
constexpr size_t kMaxVersions = 1000;

/// True once the process has ended; it need not be a child.
bool HasEnded(pid_t pid) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!handle.valid()) return errno == ESRCH;
  pollfd waited = {handle.get(), POLLIN, 0};
  return ::poll(&waited, 1, 0) > 0;
}

/// True if the worker still listens and has said nothing unasked. The kernel may close the sockets
/// of a process that was killed some time after its end, so that its end is asked for, too.
bool IsReady(int socket, pid_t pid) {
  char byte;
  const ssize_t count = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  const bool listens = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  return listens && !HasEnded(pid);
}

}  // namespace

PythonWorker::PythonWorker(std::shared_ptr<WorkerDaemon> daemon, WorkerConnection connection,
                           Interpreter interpreter, const InterpreterVersions& versions,
                           std::shared_ptr<std::atomic<int>> busy)
    : daemon_(std::move(daemon)),
      connection_(std::move(connection)),
      interpreter_(std::move(interpreter)),
      versions_(versions),
      busy_(std::move(busy)) {
  busy_->fetch_add(1);
}

PythonWorker::~PythonWorker() {
  if (busy_ != nullptr) busy_->fetch_sub(1);
  if (connection_.pid <= 0) return;
  daemon_->KillWorker(connection_.pid);
  const auto reports = interpreter_.environment.find("PYTHON_FAULTHANDLER_DIR");
  if (reports == interpreter_.environment.end()) return;
  ::unlink((reports->second + "/" + std::to_string(connection_.pid)).c_str());
}

Result<std::shared_ptr<WorkerPool>> WorkerPool::Make(WorkerPoolOptions options) {
  ARROW_ASSIGN_OR_RAISE(std::string directory, PrivateSocketDirectory());
  return std::shared_ptr<WorkerPool>(new WorkerPool(options, std::move(directory)));
}

WorkerPool::WorkerPool(WorkerPoolOptions options, std::string socket_directory)
    : options_(options),
      socket_directory_(std::move(socket_directory)),
      housekeeper_([this] { HousekeepingLoop(); }) {}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  housekeeper_.join();
}

void WorkerPool::HousekeepingLoop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    stopped_.wait_for(lock, std::max(options_.idle_lifetime / 2, milliseconds(10)));
    if (stopping_) return;
    lock.unlock();
    EndIdleWorkers(options_.idle_lifetime);
    lock.lock();
  }
}

Result<InterpreterVersions> WorkerPool::Versions(const Interpreter& interpreter) {
  Interpreter anywhere = interpreter;
  anywhere.directory.clear();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = versions_.find(anywhere);
    if (found != versions_.end()) return found->second;
  }
  ARROW_ASSIGN_OR_RAISE(InterpreterVersions versions, ProbeInterpreter(anywhere));
  const std::lock_guard<std::mutex> lock(mutex_);
  if (versions_.size() >= kMaxVersions) versions_.clear();
  versions_[anywhere] = versions;
  return versions;
}

std::shared_ptr<WorkerPool::Pool> WorkerPool::PoolOf(const Interpreter& interpreter) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::shared_ptr<Pool>& pool = pools_[interpreter];
  if (pool == nullptr) pool = std::make_shared<Pool>();
  return pool;
}

std::unique_ptr<PythonWorker> WorkerPool::TakeIdle(Pool* pool) {
  while (true) {
    std::unique_ptr<PythonWorker> worker;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (pool->idle.empty()) return nullptr;
      worker = std::move(pool->idle.back().worker);
      pool->idle.pop_back();
    }
    if (!IsReady(worker->socket(), worker->pid())) {
      worker->MarkGone();
      continue;
    }
    busy_->fetch_add(1);
    worker->busy_ = busy_;
    return worker;
  }
}

Result<std::shared_ptr<WorkerDaemon>> WorkerPool::DaemonOf(
    const Interpreter& interpreter, const InterpreterVersions& versions, Pool* pool,
    const std::shared_ptr<WorkerDaemon>& broken) {
  const std::lock_guard<std::mutex> starting(pool->starting);
  if (pool->daemon == nullptr || pool->daemon == broken) {
    ARROW_ASSIGN_OR_RAISE(
        pool->daemon,
        WorkerDaemon::Start(interpreter, versions, socket_directory_, options_.start_patience));
  }
  return pool->daemon;
}

Result<std::unique_ptr<PythonWorker>> WorkerPool::StartWorker(const Interpreter& interpreter,
                                                              Pool* pool) {
  ARROW_ASSIGN_OR_RAISE(const InterpreterVersions versions, Versions(interpreter));
  std::shared_ptr<WorkerDaemon> daemon;
  Result<WorkerConnection> connection = Status::IOError("not connected");
  // A daemon may have died since it was last used: one more try with a new one.
  for (int attempt = 0; attempt < 2 && !connection.ok(); ++attempt) {
    ARROW_ASSIGN_OR_RAISE(daemon, DaemonOf(interpreter, versions, pool, daemon));
    connection = daemon->Connect(options_.start_patience);
  }
  if (!connection.ok()) {
    return MakeError("PYTHON_WORKER_FAILED.CANNOT_START",
                     {{"reason", connection.status().message()}});
  }
  return std::make_unique<PythonWorker>(std::move(daemon), std::move(connection).ValueUnsafe(),
                                        interpreter, versions, busy_);
}

Result<std::unique_ptr<PythonWorker>> WorkerPool::Acquire(const Interpreter& interpreter) {
  if (busy_->load() >= options_.max_workers) {
    return MakeError("PYTHON_WORKER_FAILED.TOO_MANY_WORKERS",
                     {{"limit", std::to_string(options_.max_workers)}});
  }
  const std::shared_ptr<Pool> pool = PoolOf(interpreter);
  if (std::unique_ptr<PythonWorker> worker = TakeIdle(pool.get())) return worker;
  return StartWorker(interpreter, pool.get());
}

void WorkerPool::Release(std::unique_ptr<PythonWorker> worker) {
  worker->busy_->fetch_sub(1);
  worker->busy_ = nullptr;
  const std::shared_ptr<Pool> pool = PoolOf(worker->interpreter_);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (static_cast<int>(pool->idle.size()) >= options_.max_idle) return;
  pool->idle.push_back({std::move(worker), steady_clock::now()});
}

void WorkerPool::EndIdleWorkers(milliseconds lifetime) {
  const auto oldest = steady_clock::now() - lifetime;
  std::vector<Idle> ended;
  // Ended without the lock, which takes its time: daemons that have no worker any more.
  std::vector<std::shared_ptr<Pool>> unused;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [interpreter, pool] : pools_) {
      const auto fresh = std::partition(pool->idle.begin(), pool->idle.end(),
                                        [&](const Idle& idle) { return idle.since > oldest; });
      std::move(fresh, pool->idle.end(), std::back_inserter(ended));
      pool->idle.erase(fresh, pool->idle.end());
    }
    std::erase_if(pools_, [&](const auto& entry) {
      const std::shared_ptr<Pool>& pool = entry.second;
      // Nobody else holds the pool, so nobody starts a worker of it.
      if (pool.use_count() > 1 || !pool->idle.empty()) return false;
      if (pool->daemon != nullptr && pool->daemon.use_count() > 1) return false;
      unused.push_back(pool);
      return true;
    });
  }
  for (Idle& idle : ended) {
    if (!IsReady(idle.worker->socket(), idle.worker->pid())) idle.worker->MarkGone();
  }
}

WorkerPool::Counts WorkerPool::counts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Counts counts;
  counts.interpreters = static_cast<int>(pools_.size());
  counts.busy = busy_->load();
  for (const auto& [interpreter, pool] : pools_) counts.idle += static_cast<int>(pool->idle.size());
  return counts;
}

}  // namespace thalweg::python
