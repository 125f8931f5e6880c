#pragma once

// Moves rows between the workers: by key group (rows of one key meet on one worker) or all to
// worker 0. A sender ends the chain of each worker; a channel begins the chains that receive.

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "thalweg/exec/entry.h"
#include "thalweg/exec/mailbox.h"
#include "thalweg/exec/operator.h"
#include "thalweg/exec/small_input.h"
#include "thalweg/exec/split_order.h"

namespace thalweg::exec {

/// Where rows go.
struct ExchangeRouting {
  /// Input ordinals: rows go to the worker of their key group. Without, all of a sender's go to one
  /// of the receivers, to worker 0 if there is one.
  std::vector<int> key_columns;
  int num_key_groups = 0;
};

/// The receiving ends of one exchange.
class ExchangeChannel {
 public:
  /// `num_receivers` chains begin here, on workers 0, 1, ...; each hears from `num_senders`.
  ExchangeChannel(int id, int num_senders, int num_receivers, ExchangeRouting routing,
                  Mailboxes* mailboxes);

  /// The receiver, which must be one, gets rows in the order of their splits. Before the first
  /// epoch.
  void KeepOrder();
  /// Null if rows come as they like.
  SplitOrder* order() const { return order_.get(); }
  /// Few rows go to worker 0 in the order of their splits, if they come by split. For rows with
  /// keys only; before the first epoch.
  void KeepSmallInput(std::shared_ptr<SmallInput> small_input);

  int id() const { return id_; }
  int num_receivers() const { return static_cast<int>(heads_.size()); }
  Operator* head(int worker) { return heads_[worker].get(); }

  /// Chains behind the exchange see contexts of their own: the number of their worker stays, while
  /// those before it are at one split or another.
  Status BeginEpoch(const std::vector<EpochContext>& contexts);
  /// Sends rows of `split` from the thread of worker `from` to where they belong.
  Status Send(int from, int split, Batch batch);
  /// Says that `from` comes to another split.
  Status SendSplit(int from, int split);
  /// Says that `from` has sent all. The last sender tells the receivers.
  Status SendFinished(int from);
  /// On the thread of worker `to`.
  Status Receive(int to, Message message);
  /// On worker 0, for SmallInput: passes on what waits, if there are few rows to worker 0.
  Status ReleaseHeld(bool few);
  /// On worker 0, for SmallInput: says that all has been sent.
  Status FinishReceivers();
  /// True once worker `to` has heard all of the epoch (or never will).
  bool Finished(int to) const;
  /// Whether the receivers still want rows, as last heard from them.
  bool wants_more() const { return wants_more_.load(std::memory_order_relaxed); }

 private:
  /// Rows for the thread's own worker go straight on.
  Status SendTo(int from, int to, Batch batch);
  Status SendByKey(int from, Batch batch);
  Status ReceiveInOrder(Message message);
  Status Push(Operator* head, Batch batch);

  int id_;
  int num_senders_;
  ExchangeRouting routing_;
  Mailboxes* mailboxes_;
  std::unique_ptr<SplitOrder> order_;
  std::shared_ptr<SmallInput> small_input_;
  std::vector<std::pair<int, Batch>> held_;  // by split; of worker 0
  std::vector<std::unique_ptr<EntryOperator>> heads_;
  std::vector<EpochContext> contexts_;  // of the heads
  std::atomic<int> num_open_senders_{0};
  std::vector<char> finished_;  // whether all has come; each entry used by its worker only
  std::atomic<bool> wants_more_{true};
};

/// Ends the chain of worker `worker`. The channel outlives the operator.
class ExchangeSender : public Operator {
 public:
  ExchangeSender(int worker, ExchangeChannel* channel) : worker_(worker), channel_(channel) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status BeginSplit(int split) override;
  Status EndSplit() override { return Status::OK(); }
  Status FinishInput(int input) override { return channel_->SendFinished(worker_); }
  bool WantsMore() const override { return channel_->wants_more(); }
  std::string Description() const override { return "Exchange"; }

 private:
  int worker_;
  ExchangeChannel* channel_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
