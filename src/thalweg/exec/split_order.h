#pragma once

// Rows of a phase's splits in the order of the splits, whoever read them.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// Puts what several senders make of splits back into order, on the thread that receives it. Each
/// sender goes through its splits in ascending order, and every split is one sender's. Rows of the
/// lowest split that is under way pass at once; those of others wait.
///
/// Start(), Begin() and Add() belong to the receiving thread; MustWait() and WaitForOthers() to the
/// thread of their sender.
class SplitOrder {
 public:
  using Emit = std::function<Status(Batch)>;

  /// The split of a sender that has sent all.
  static constexpr int kNoMoreSplits = std::numeric_limits<int>::max();

  explicit SplitOrder(int num_senders);

  /// Before the first rows of an epoch.
  void Start();
  /// What `sender` sends from now on is of `split`. Emits what need not wait any more.
  Status Begin(int sender, int split, const Emit& emit);
  /// Dense rows of `sender`.
  Status Add(int sender, Batch batch, const Emit& emit);
  /// Forgets what waits: nobody wants it any more.
  void Clear();

  /// Whether `sender` is ahead of another one and so much waits already that it had better wait
  /// too.
  bool MustWait(int sender) const;
  /// Waits a moment, or until MustWait() may have changed.
  void WaitForOthers();

 private:
  Status EmitReady(const Emit& emit);
  void AddWaiting(int64_t bytes);

  std::vector<std::atomic<int>> splits_;       // by sender; -1: none yet
  std::map<int, std::vector<Batch>> waiting_;  // by split
  std::atomic<int> lowest_{-1};
  std::atomic<int64_t> waiting_bytes_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace thalweg::exec
