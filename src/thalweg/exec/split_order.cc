#include "thalweg/exec/split_order.h"

#include <algorithm>
#include <chrono>

#include <arrow/array.h>
#include <arrow/util/byte_size.h>

namespace thalweg::exec {
namespace {

/// Rows that wait for a lower split, beyond which their senders pause.
constexpr int64_t kManyBytes = int64_t{64} << 20;
constexpr std::chrono::milliseconds kMoment{20};

int64_t BytesOf(const Batch& batch) {
  int64_t bytes = 0;
  for (const ArrayPtr& column : batch.columns) {
    bytes += arrow::util::ReferencedBufferSize(*column).ValueOr(0);
  }
  return bytes;
}

}  // namespace

SplitOrder::SplitOrder(int num_senders) : splits_(static_cast<size_t>(num_senders)) { Start(); }

void SplitOrder::Start() {
  for (std::atomic<int>& split : splits_) split.store(-1);
  lowest_.store(-1);
  Clear();
}

void SplitOrder::Clear() {
  waiting_.clear();
  AddWaiting(-waiting_bytes_.load());
}

Status SplitOrder::Begin(int sender, int split, const Emit& emit) {
  splits_[static_cast<size_t>(sender)].store(split);
  int lowest = kNoMoreSplits;
  for (const std::atomic<int>& other : splits_) lowest = std::min(lowest, other.load());
  lowest_.store(lowest);
  return EmitReady(emit);
}

Status SplitOrder::Add(int sender, Batch batch, const Emit& emit) {
  const int split = splits_[static_cast<size_t>(sender)].load();
  if (split <= lowest_.load()) return emit(std::move(batch));
  AddWaiting(BytesOf(batch));
  waiting_[split].push_back(std::move(batch));
  return Status::OK();
}

Status SplitOrder::EmitReady(const Emit& emit) {
  while (!waiting_.empty() && waiting_.begin()->first <= lowest_.load()) {
    const std::vector<Batch> batches = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    for (const Batch& batch : batches) {
      AddWaiting(-BytesOf(batch));
      ARROW_RETURN_NOT_OK(emit(batch));
    }
  }
  // The lowest split may be another sender's now.
  AddWaiting(0);
  return Status::OK();
}

void SplitOrder::AddWaiting(int64_t bytes) {
  waiting_bytes_.fetch_add(bytes);
  if (bytes > 0) return;
  { const std::lock_guard lock(mutex_); }
  changed_.notify_all();
}

bool SplitOrder::MustWait(int sender) const {
  return waiting_bytes_.load(std::memory_order_relaxed) > kManyBytes &&
         splits_[static_cast<size_t>(sender)].load(std::memory_order_relaxed) >
             lowest_.load(std::memory_order_relaxed);
}

void SplitOrder::WaitForOthers() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kMoment);
}

}  // namespace thalweg::exec
