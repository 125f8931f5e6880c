#include "thalweg/exec/driver.h"

#include <algorithm>
#include <system_error>

#include "thalweg/base/execution_progress.h"
#include "thalweg/base/memory_guard.h"
#include "thalweg/exec/input_hash.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {

bool Phase::keeps_order() const {
  return std::any_of(channels.begin(), channels.end(),
                     [](const auto& channel) { return channel->order() != nullptr; });
}

/// What one worker does in a phase: messages first, then batch by batch of one split after another,
/// then the end of its leaves, then messages until every exchange has ended.
class Driver::PhaseWorker {
 public:
  PhaseWorker(Driver* driver, Phase* phase, const std::vector<std::pair<Leaf*, io::SplitPtr>>& work,
              std::atomic<size_t>* next, EpochContext* context, const std::atomic<bool>* cancelled,
              const std::shared_ptr<StageProgress>& progress, int worker)
      : driver_(driver),
        phase_(phase),
        work_(work),
        next_(next),
        context_(context),
        cancelled_(cancelled),
        progress_(progress),
        reads_for_(progress),
        worker_(worker),
        keeps_order_(phase->keeps_order()),
        tells_splits_(phase->tells_splits()),
        turn_(driver->scheduler_.get(), &driver->share_) {}

  Status Run() {
    bool leaves_finished = false;
    while (!driver_->failed_.load(std::memory_order_relaxed)) {
      ARROW_RETURN_NOT_OK(CheckCancelled(cancelled_));
      turn_.Yield();
      ARROW_RETURN_NOT_OK(DrainMailbox());
      if (reader_ != nullptr && IsAhead()) {
        WaitForOthers();
      } else if (reader_ != nullptr) {
        ARROW_RETURN_NOT_OK(ReadBatch());
      } else if (TakeSplit()) {
        ARROW_ASSIGN_OR_RAISE(reader_, OpenSplit());
        if (tells_splits_) ARROW_RETURN_NOT_OK(BeginSplit());
      } else if (!leaves_finished) {
        leaves_finished = true;
        ARROW_RETURN_NOT_OK(FinishLeavesBefore(nullptr));
        EndTask();
      } else if (ExchangesFinished()) {
        return Status::OK();
      } else if (!WaitForMessage()) {
        break;
      }
    }
    return Status::OK();
  }

 private:
  Status DrainMailbox() {
    if (driver_->num_workers_ == 1) return Status::OK();
    while (auto message = driver_->mailboxes_.Poll(worker_)) {
      ExchangeChannel* channel = nullptr;
      for (const auto& candidate : phase_->channels) {
        if (candidate->id() == message->channel) channel = candidate.get();
      }
      if (channel == nullptr) return Status::Invalid("a batch for an exchange of another phase");
      ARROW_RETURN_NOT_OK(channel->Receive(worker_, std::move(*message)));
    }
    return Status::OK();
  }

  bool WaitForMessage() {
    turn_.Pause();
    const bool goes_on = driver_->mailboxes_.WaitForMessage(worker_);
    turn_.Resume();
    return goes_on;
  }

  void WaitForRoom() {
    if (driver_->num_workers_ == 1 || !driver_->mailboxes_.MustWaitForRoom(worker_)) return;
    turn_.Pause();
    driver_->mailboxes_.WaitForRoom(worker_);
    turn_.Resume();
  }

  /// Whether this worker had better let others catch up whose rows go before its own.
  bool IsAhead() {
    if (!keeps_order_) return false;
    return std::any_of(phase_->channels.begin(), phase_->channels.end(),
                       [this](const auto& channel) {
                         return channel->order() != nullptr && channel->order()->MustWait(worker_);
                       });
  }

  void WaitForOthers() {
    turn_.Pause();
    for (const auto& channel : phase_->channels) {
      if (channel->order() == nullptr || !channel->order()->MustWait(worker_)) continue;
      // What the receiver waits for comes by mail.
      if (worker_ == 0) {
        driver_->mailboxes_.WaitForMessage(0);
      } else {
        channel->order()->WaitForOthers();
      }
      break;
    }
    turn_.Resume();
  }

  /// Splits go by leaf: those before that of the split have got all they get from this worker, and
  /// what they held back goes out before the rows of the next.
  Status BeginSplit() {
    if (keeps_order_) ARROW_RETURN_NOT_OK(FinishLeavesBefore(leaf_));
    return AtSplit([&](Operator* head) { return head->BeginSplit(split_number_); });
  }

  Status EndSplit() {
    reader_.reset();
    if (!tells_splits_) return Status::OK();
    return AtSplit([](Operator* head) { return head->EndSplit(); });
  }

  /// Calls step(head) with the split as the partition of what is evaluated meanwhile.
  template <typename Step>
  Status AtSplit(Step step) {
    context_->eval.worker = split_number_;
    const Status done = step(leaf_->heads[worker_].get());
    context_->eval.worker = worker_;
    return done;
  }

  /// All leaves with null.
  Status FinishLeavesBefore(const Leaf* end) {
    while (finished_leaves_ < phase_->leaves.size()) {
      const Leaf* leaf = phase_->leaves[finished_leaves_].get();
      if (leaf == end) break;
      ++finished_leaves_;
      ARROW_RETURN_NOT_OK(leaf->heads[worker_]->FinishInput(0));
    }
    return Status::OK();
  }

  bool TakeSplit() {
    while (true) {
      const size_t index = next_->fetch_add(1, std::memory_order_relaxed);
      if (index >= work_.size()) return false;
      leaf_ = work_[index].first;
      split_ = work_[index].second;
      split_number_ = static_cast<int>(index);
      if (!leaf_->heads[worker_]->WantsMore()) continue;
      EndTask();
      if (progress_ != nullptr) progress_->BeginTask();
      has_task_ = true;
      return true;
    }
  }

  /// The rows of a split may be under way when all have been read: it is done when the next one
  /// begins, or the leaves have ended.
  void EndTask() {
    if (has_task_ && progress_ != nullptr) progress_->EndTask();
    has_task_ = false;
  }

  Result<std::unique_ptr<io::BatchReader>> OpenSplit() {
    io::ReadRequest request = leaf_->request;
    request.cancelled = cancelled_;
    return leaf_->scan != nullptr ? leaf_->scan->Open(split_, request)
                                  : leaf_->source->Open(split_, request);
  }

  Status ReadBatch() {
    WaitForRoom();
    const Operator& head = *leaf_->heads[worker_];
    std::optional<Batch> batch;
    if (head.WantsMore() && (!tells_splits_ || head.WantsMoreOfSplit())) {
      ARROW_ASSIGN_OR_RAISE(batch, reader_->Next());
    }
    if (!batch.has_value()) return EndSplit();
    const int64_t rows = batch->num_selected();
    leaf_->num_rows.fetch_add(rows, std::memory_order_relaxed);
    if (leaf_->stream_relation >= 0) {
      leaf_->hash.fetch_add(HashInput(*batch), std::memory_order_relaxed);
    }
    if (rows == 0) return Status::OK();
    return AtSplit([&](Operator* head) { return head->Push(0, std::move(*batch)); });
  }

  bool ExchangesFinished() const {
    for (const auto& channel : phase_->channels) {
      if (!channel->Finished(worker_)) return false;
    }
    return true;
  }

  Driver* driver_;
  Phase* phase_;
  const std::vector<std::pair<Leaf*, io::SplitPtr>>& work_;
  std::atomic<size_t>* next_;
  EpochContext* context_;
  const std::atomic<bool>* cancelled_;
  const std::shared_ptr<StageProgress>& progress_;
  StageScope reads_for_;
  int worker_;
  bool keeps_order_;
  bool tells_splits_;
  size_t finished_leaves_ = 0;
  bool has_task_ = false;
  WorkerScheduler::Turn turn_;
  Leaf* leaf_ = nullptr;
  io::SplitPtr split_;
  int split_number_ = 0;
  std::unique_ptr<io::BatchReader> reader_;
};

Driver::Driver(int num_workers, std::shared_ptr<WorkerScheduler> scheduler)
    : num_workers_(num_workers), scheduler_(std::move(scheduler)), mailboxes_(num_workers) {
  StartThreads();
}

void Driver::StartThreads() {
  threads_.reserve(static_cast<size_t>(num_workers_));
  try {
    for (int worker = 1; worker < num_workers_; ++worker) {
      threads_.emplace_back([this, worker] { ThreadMain(worker); });
    }
  } catch (const std::system_error&) {
    started_ = MakeError(
        "THALWEG_OUT_OF_MEMORY",
        {{"what", "thread " + std::to_string(threads_.size() + 1) + " of " +
                      std::to_string(num_workers_ - 1) + " for workers cannot be started"}});
  }
}

Driver::~Driver() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (BigStackThread& thread : threads_) thread.join();
}

void Driver::Report(const Status& status) {
  if (status.ok()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (first_error_.ok() || (first_error_.IsCancelled() && !status.IsCancelled())) {
      first_error_ = status;
    }
  }
  failed_.store(true);
  mailboxes_.Wake();
}

void Driver::ThreadMain(int worker) {
  uint64_t seen = 0;
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || generation_ != seen; });
    if (stopping_) return;
    seen = generation_;
    const std::function<Status(int)>* task = task_;
    lock.unlock();
    Report(GuardMemory([&] { return (*task)(worker); }));
    lock.lock();
    if (--running_ == 0) changed_.notify_all();
  }
}

Status Driver::ForEachWorker(const std::function<Status(int worker)>& task) {
  if (num_workers_ == 1) return GuardMemory([&] { return task(0); });
  ARROW_RETURN_NOT_OK(started_);
  failed_.store(false);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    task_ = &task;
    first_error_ = Status::OK();
    running_ = num_workers_ - 1;
    ++generation_;
  }
  changed_.notify_all();
  Report(GuardMemory([&] { return task(0); }));
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return running_ == 0; });
  return first_error_;
}

Status Driver::RunPhase(Phase* phase, std::vector<EpochContext>* contexts,
                        const std::atomic<bool>* cancelled) {
  std::vector<std::pair<Leaf*, io::SplitPtr>> work;
  for (const auto& leaf : phase->leaves) {
    for (const io::SplitPtr& split : leaf->splits) work.emplace_back(leaf.get(), split);
  }
  std::atomic<size_t> next{0};
  mailboxes_.Reset();
  std::shared_ptr<StageProgress> progress;
  if (ExecutionProgress* watched = CurrentProgress()) {
    progress = watched->BeginStage(static_cast<int64_t>(work.size()));
  }
  Status status = ForEachWorker([&](int worker) {
    EpochContext* context = &(*contexts)[static_cast<size_t>(worker)];
    return PhaseWorker(this, phase, work, &next, context, cancelled, progress, worker).Run();
  });
  if (progress != nullptr) progress->Finish(status.ok());
  return status;
}

}  // namespace thalweg::exec
