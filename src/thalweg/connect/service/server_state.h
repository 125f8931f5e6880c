#pragma once

#include <string>

#include "thalweg/connect/runtime/task_threads.h"
#include "thalweg/connect/runtime/wait_list.h"
#include "thalweg/connect/session/session_registry.h"

namespace thalweg::connect {

/// What all calls of a server share. Members end in the order that suits them: tasks go before the
/// waits that they add to, and both before the sessions that they use.
struct ServerState {
  ServerState(SessionRegistry::Factory make_engine, std::shared_ptr<python::WorkerPool> python)
      : sessions(std::move(make_engine), std::move(python)) {}

  /// Where processes of this machine reach the server, with what it asks of them
  /// ("sc://localhost:15002/;token=x"). Set before the first call comes.
  std::string local_url;
  SessionRegistry sessions;
  // Tasks add waits until the last of them has ended; waits start no tasks.
  WaitList waits;
  TaskThreads threads;
};

}  // namespace thalweg::connect
