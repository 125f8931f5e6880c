#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/python/interpreter.h"
#include "thalweg/python/worker_daemon.h"

namespace thalweg::python {

struct WorkerPoolOptions {
  /// Workers of all interpreters together, idle ones not counted; beyond it Acquire() fails
  /// (waiting could dead-lock a query that needs several at once).
  int max_workers = 1024;
  /// Idle workers kept per interpreter.
  int max_idle = 64;
  /// How long a worker waits for new work before it is ended.
  std::chrono::milliseconds idle_lifetime{60000};
  /// How long an interpreter may take to start, and a worker to be forked.
  std::chrono::milliseconds start_patience{60000};
};

/// A worker process that is in use. Not thread-safe. Destroying it kills the process; give it back
/// with WorkerPool::Release() if it is fit for more work.
class PythonWorker {
 public:
  PythonWorker(std::shared_ptr<WorkerDaemon> daemon, WorkerConnection connection,
               Interpreter interpreter, const InterpreterVersions& versions,
               std::shared_ptr<std::atomic<int>> busy);
  ~PythonWorker();
  PythonWorker(const PythonWorker&) = delete;
  PythonWorker& operator=(const PythonWorker&) = delete;

  int socket() const { return connection_.socket.get(); }
  pid_t pid() const { return connection_.pid; }
  const InterpreterVersions& versions() const { return versions_; }
  const Interpreter& interpreter() const { return interpreter_; }
  /// The process is known to have gone: it must not be killed by its number any more.
  void MarkGone() { connection_.pid = -1; }

 private:
  friend class WorkerPool;

  std::shared_ptr<WorkerDaemon> daemon_;
  WorkerConnection connection_;
  Interpreter interpreter_;
  InterpreterVersions versions_;
  std::shared_ptr<std::atomic<int>> busy_;
};

/// Worker processes of any number of interpreters: started on demand, used again and again, ended
/// after a while without work. Thread-safe. Ending the pool ends idle workers; a daemon lives until
/// the last worker of it that is in use is destroyed.
class WorkerPool {
 public:
  static Result<std::shared_ptr<WorkerPool>> Make(WorkerPoolOptions options = {});
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// What the interpreter is; asked once and remembered.
  Result<InterpreterVersions> Versions(const Interpreter& interpreter);
  /// An idle worker, or a new one. Errors: PYTHON_WORKER_FAILED.CANNOT_START, .TOO_MANY_WORKERS.
  Result<std::unique_ptr<PythonWorker>> Acquire(const Interpreter& interpreter);
  /// Takes back a worker that has finished its task and waits for the next.
  void Release(std::unique_ptr<PythonWorker> worker);
  /// Ends idle workers that have waited longer than `lifetime`.
  void EndIdleWorkers(std::chrono::milliseconds lifetime);

  struct Counts {
    int interpreters = 0;
    int idle = 0;
    int busy = 0;
  };
  Counts counts() const;

 private:
  struct Idle {
    std::unique_ptr<PythonWorker> worker;
    std::chrono::steady_clock::time_point since;
  };
  struct Pool {
    std::mutex starting;
    std::shared_ptr<WorkerDaemon> daemon;
    std::vector<Idle> idle;
  };

  WorkerPool(WorkerPoolOptions options, std::string socket_directory);

  std::shared_ptr<Pool> PoolOf(const Interpreter& interpreter);
  std::unique_ptr<PythonWorker> TakeIdle(Pool* pool);
  Result<std::shared_ptr<WorkerDaemon>> DaemonOf(const Interpreter& interpreter,
                                                 const InterpreterVersions& versions, Pool* pool,
                                                 const std::shared_ptr<WorkerDaemon>& broken);
  Result<std::unique_ptr<PythonWorker>> StartWorker(const Interpreter& interpreter, Pool* pool);
  void HousekeepingLoop();

  const WorkerPoolOptions options_;
  const std::string socket_directory_;
  const std::shared_ptr<std::atomic<int>> busy_ = std::make_shared<std::atomic<int>>(0);

  mutable std::mutex mutex_;
  std::map<Interpreter, std::shared_ptr<Pool>> pools_;
  std::map<Interpreter, InterpreterVersions> versions_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread housekeeper_;
};

}  // namespace thalweg::python
