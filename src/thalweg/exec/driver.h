#pragma once

// Runs pipelines on workers. Worker 0 is the calling thread; the others are threads that live as
// long as the driver and sleep between runs.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "thalweg/base/big_stack_thread.h"
#include "thalweg/exec/exchange.h"
#include "thalweg/exec/worker_scheduler.h"
#include "thalweg/exec/operator.h"
#include "thalweg/io/source.h"

namespace thalweg::exec {

/// A source of rows: each worker has a chain for it, splits go to whichever worker is free.
struct Leaf {
  /// Bounded: scan. Unbounded: position of the relation in stream_relations(), source set later.
  std::shared_ptr<io::Scan> scan;
  int stream_relation = -1;
  const io::StreamSource* source = nullptr;
  io::ReadRequest request;
  std::vector<std::unique_ptr<EntryOperator>> heads;  // per worker

  /// Of the current epoch.
  std::vector<io::SplitPtr> splits;
  std::atomic<int64_t> num_rows{0};
  std::atomic<uint64_t> hash{0};
};

/// Leaves and exchanges that run together. A phase begins when the one before it is done.
struct Phase {
  std::vector<std::unique_ptr<Leaf>> leaves;
  std::vector<std::unique_ptr<ExchangeChannel>> channels;
  /// Whether an operator of the phase works split by split.
  bool has_split_followers = false;
  /// Whether a channel keeps the order of splits.
  bool keeps_order() const;
  /// Whether chains are told where splits begin and end.
  bool tells_splits() const { return has_split_followers || keeps_order(); }
};

class Driver {
 public:
  /// `scheduler` says when a phase's workers may compute; null: whenever they can. Where the system
  /// gives fewer threads, everything that is run fails with THALWEG_OUT_OF_MEMORY.
  explicit Driver(int num_workers, std::shared_ptr<WorkerScheduler> scheduler = nullptr);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  int num_workers() const { return num_workers_; }
  Mailboxes* mailboxes() { return &mailboxes_; }

  /// Calls task(worker) on every worker and waits for all. Gives the first error; Cancelled only if
  /// there is no other.
  Status ForEachWorker(const std::function<Status(int worker)>& task);

  /// Reads all splits of the phase and sees its exchanges through. An error on one worker stops the
  /// others; `cancelled` (may be null) stops all. `contexts` are those that the operators of each
  /// worker see: while a worker is at a split, its `eval.worker` is the number of that
  /// split in the phase, so that what depends on it does not depend on who reads the split.
  Status RunPhase(Phase* phase, std::vector<EpochContext>* contexts,
                  const std::atomic<bool>* cancelled);

 private:
  class PhaseWorker;

  void StartThreads();
  void ThreadMain(int worker);
  void Report(const Status& status);

  int num_workers_;
  std::shared_ptr<WorkerScheduler> scheduler_;
  WorkerScheduler::Share share_;
  Mailboxes mailboxes_;
  std::atomic<bool> failed_{false};

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<Status(int)>* task_ = nullptr;
  uint64_t generation_ = 0;
  int running_ = 0;
  bool stopping_ = false;
  Status first_error_;
  Status started_;  // whether there is a thread for each worker
  std::vector<BigStackThread> threads_;
};

}  // namespace thalweg::exec
