#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "thalweg/base/status.h"
#include "thalweg/python/child_process.h"
#include "thalweg/python/interpreter.h"
#include "thalweg/python/output_log.h"
#include "thalweg/python/unique_fd.h"

namespace thalweg::python {

/// A connection to a worker process: a non-blocking stream socket.
struct WorkerConnection {
  UniqueFd socket;
  pid_t pid = -1;
};

/// The stock daemon (`python -m pyspark.daemon pyspark.worker`, or another module) of one
/// interpreter. It forks a worker for every connection. What it and its workers print goes to the
/// log. Thread-safe. When this process ends, however it ends, the daemon notices that its standard
/// input has closed and ends itself and its workers.
class WorkerDaemon {
 public:
  /// `socket_directory` is where the daemon puts its socket (versions that have one).
  static Result<std::shared_ptr<WorkerDaemon>> Start(const Interpreter& interpreter,
                                                     const InterpreterVersions& versions,
                                                     const std::string& socket_directory,
                                                     std::chrono::milliseconds patience);
  /// Ends the daemon and all its workers.
  ~WorkerDaemon();
  WorkerDaemon(const WorkerDaemon&) = delete;
  WorkerDaemon& operator=(const WorkerDaemon&) = delete;

  /// Has a worker forked.
  Result<WorkerConnection> Connect(std::chrono::milliseconds patience);
  /// Kills a worker that has not closed its connection yet.
  void KillWorker(pid_t pid);
  pid_t pid() const { return child_.pid(); }

 private:
  explicit WorkerDaemon(ChildProcess child) : child_(std::move(child)) {}

  Status ReadAddress(const InterpreterVersions& versions, std::chrono::milliseconds patience);
  Result<UniqueFd> OpenSocket() const;
  Status ExchangeSecret(int socket, std::chrono::milliseconds patience) const;

  ChildProcess child_;
  std::mutex input_mutex_;
  OutputLog log_;
  std::string name_;
  std::string secret_;
  std::string path_;
  int port_ = 0;
};

/// A directory for the sockets of this user's daemons, made if need be: owned by the user, open to
/// nobody else.
Result<std::string> PrivateSocketDirectory();

/// 64 random hexadecimal digits.
Result<std::string> RandomSecret();

}  // namespace thalweg::python
