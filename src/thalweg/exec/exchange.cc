#include "thalweg/exec/exchange.h"

#include <algorithm>

#include "thalweg/state/key_group.h"

namespace thalweg::exec {

ExchangeChannel::ExchangeChannel(int id, int num_senders, int num_receivers,
                                 ExchangeRouting routing, Mailboxes* mailboxes)
    : id_(id),
      num_senders_(num_senders),
      routing_(std::move(routing)),
      mailboxes_(mailboxes),
      finished_(num_receivers, 1) {
  for (int i = 0; i < num_receivers; ++i) heads_.push_back(std::make_unique<EntryOperator>());
}

void ExchangeChannel::KeepOrder() { order_ = std::make_unique<SplitOrder>(num_senders_); }

void ExchangeChannel::KeepSmallInput(std::shared_ptr<SmallInput> small_input) {
  small_input_ = std::move(small_input);
  small_input_->AddChannel(this);
}

Status ExchangeChannel::BeginEpoch(const std::vector<EpochContext>& contexts) {
  wants_more_.store(true, std::memory_order_relaxed);
  num_open_senders_.store(num_senders_);
  finished_.assign(heads_.size(), num_senders_ == 0);
  if (order_ != nullptr) order_->Start();
  if (small_input_ != nullptr) small_input_->BeginEpoch();
  held_.clear();
  contexts_.assign(contexts.begin(), contexts.begin() + static_cast<int64_t>(heads_.size()));
  for (size_t i = 0; i < heads_.size(); ++i) {
    ARROW_RETURN_NOT_OK(heads_[i]->BeginEpoch(contexts_[i]));
  }
  return Status::OK();
}

Status ExchangeChannel::Send(int from, int split, Batch batch) {
  if (small_input_ != nullptr && small_input_->Count(batch.num_selected())) {
    ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
    Message message{.channel = id_, .batch = std::move(dense), .sender = from, .split = split};
    if (from == 0) return Receive(0, std::move(message));
    mailboxes_->Send(0, std::move(message));
    return Status::OK();
  }
  if (!routing_.key_columns.empty()) return SendByKey(from, std::move(batch));
  if (order_ != nullptr) {
    // Rows that wait should hold no others in memory.
    ARROW_ASSIGN_OR_RAISE(batch, Compact(batch));
  }
  return SendTo(from, from % num_receivers(), std::move(batch));
}

Status ExchangeChannel::SendTo(int from, int to, Batch batch) {
  Message message{.channel = id_, .batch = std::move(batch), .sender = from};
  if (from == to) return Receive(to, std::move(message));
  mailboxes_->Send(to, std::move(message));
  return Status::OK();
}

Status ExchangeChannel::SendByKey(int from, Batch batch) {
  std::vector<ArrayPtr> keys;
  for (const int column : routing_.key_columns) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr key, GatherRows(batch.columns[column], batch.selection));
    keys.push_back(std::move(key));
  }
  const int64_t num_rows = batch.num_selected();
  std::vector<int32_t> groups;
  ARROW_RETURN_NOT_OK(state::ComputeKeyGroups(keys, num_rows, routing_.num_key_groups, &groups));
  const int num_workers = num_receivers();
  std::vector<std::shared_ptr<std::vector<int32_t>>> rows(num_workers);
  // Twice the part of each, so that it seldom grows.
  const int64_t reserved = std::min(num_rows, 2 * num_rows / num_workers + 1);
  for (auto& selected : rows) {
    selected = std::make_shared<std::vector<int32_t>>();
    selected->reserve(reserved);
  }
  for (int64_t i = 0; i < num_rows; ++i) {
    const int32_t row = batch.selection != nullptr ? (*batch.selection)[i] : i;
    rows[groups[i] % num_workers]->push_back(row);
  }
  // Others first, so that they can begin while this worker sees to its own rows.
  for (int offset = 1; offset <= num_workers; ++offset) {
    const int to = (from + offset) % num_workers;
    if (rows[to]->empty()) continue;
    Batch part = batch;
    part.selection = rows[to];
    ARROW_RETURN_NOT_OK(SendTo(from, to, std::move(part)));
  }
  return Status::OK();
}

Status ExchangeChannel::SendSplit(int from, int split) {
  Message message{.channel = id_, .batch = {}, .sender = from, .split = split};
  if (from == 0) return Receive(0, std::move(message));
  mailboxes_->Send(0, std::move(message));
  return Status::OK();
}

Status ExchangeChannel::SendFinished(int from) {
  if (order_ != nullptr) ARROW_RETURN_NOT_OK(SendSplit(from, SplitOrder::kNoMoreSplits));
  // What the others have sent is in the queues by now, and what follows goes behind it.
  if (num_open_senders_.fetch_sub(1) > 1) return Status::OK();
  // Worker 0 tells the others when nothing waits there any more.
  const int num_told = small_input_ != nullptr ? 1 : num_receivers();
  for (int to = 0; to < num_told; ++to) {
    if (from == to && num_senders_ == 1) {
      ARROW_RETURN_NOT_OK(Receive(to, {.channel = id_, .finished = true, .batch = {}}));
    } else {
      mailboxes_->Send(to, {.channel = id_, .finished = true, .batch = {}});
    }
  }
  return Status::OK();
}

Status ExchangeChannel::Receive(int to, Message message) {
  Operator* head = heads_[to].get();
  if (message.finished) {
    if (small_input_ != nullptr && to == 0) return small_input_->FinishChannel();
    finished_[to] = 1;
    return head->FinishInput(0);
  }
  if (small_input_ != nullptr && message.split != Message::kNoSplit) {
    held_.emplace_back(message.split, std::move(message.batch));
    return Status::OK();
  }
  if (order_ != nullptr) return ReceiveInOrder(std::move(message));
  return Push(head, std::move(message.batch));
}

Status ExchangeChannel::ReceiveInOrder(Message message) {
  const SplitOrder::Emit emit = [this](Batch batch) {
    return wants_more() ? Push(heads_[0].get(), std::move(batch)) : Status::OK();
  };
  ARROW_RETURN_NOT_OK(message.split != Message::kNoSplit
                          ? order_->Begin(message.sender, message.split, emit)
                          : order_->Add(message.sender, std::move(message.batch), emit));
  if (!wants_more()) order_->Clear();
  return Status::OK();
}

Status ExchangeChannel::Push(Operator* head, Batch batch) {
  ARROW_RETURN_NOT_OK(head->Push(0, std::move(batch)));
  // One receiver that is satisfied says nothing about the others.
  if (num_receivers() == 1) wants_more_.store(head->WantsMore(), std::memory_order_relaxed);
  return Status::OK();
}

Status ExchangeChannel::ReleaseHeld(bool few) {
  std::stable_sort(held_.begin(), held_.end(),
                   [](const auto& left, const auto& right) { return left.first < right.first; });
  const auto held = std::exchange(held_, {});
  for (const auto& [split, batch] : held) {
    ARROW_RETURN_NOT_OK(few ? Push(heads_[0].get(), batch) : SendByKey(0, batch));
  }
  return Status::OK();
}

Status ExchangeChannel::FinishReceivers() {
  for (int to = 1; to < num_receivers(); ++to) {
    mailboxes_->Send(to, {.channel = id_, .finished = true, .batch = {}});
  }
  finished_[0] = 1;
  return heads_[0]->FinishInput(0);
}

bool ExchangeChannel::Finished(int to) const { return to >= num_receivers() || finished_[to] != 0; }

Status ExchangeSender::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  return Operator::BeginEpoch(context);
}

Status ExchangeSender::BeginSplit(int split) {
  return channel_->order() != nullptr ? channel_->SendSplit(worker_, split) : Status::OK();
}

Status ExchangeSender::Push(int, Batch batch) {
  return channel_->Send(worker_, context_->eval.worker, std::move(batch));
}

}  // namespace thalweg::exec
