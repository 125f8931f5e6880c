#pragma once

// Batches on their way from worker to worker, and how workers wait for each other.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// A batch for a channel's chain on the receiving worker, or that its senders are done, or that one
/// of them comes to another split.
struct Message {
  int channel = 0;
  bool finished = false;
  Batch batch;
  int sender = 0;
  int split = kNoSplit;

  static constexpr int kNoSplit = -1;
};

/// One queue per worker. Thread-safe; one thread at a time receives and waits for a worker. What a
/// message costs does not depend on the number of workers: it wakes the one that it is for.
class Mailboxes {
 public:
  explicit Mailboxes(int num_workers) : boxes_(num_workers) {}

  void Send(int worker, Message message);
  /// The next message for `worker`, if there is one.
  std::optional<Message> Poll(int worker);
  /// Waits until there is a message for `worker` or Wake(); false after Wake().
  bool WaitForMessage(int worker);
  /// Whether WaitForRoom() would wait now.
  bool MustWaitForRoom(int worker);
  /// Waits while another worker's queue is full and `worker` has no message to see to. Returns at
  /// once after Wake().
  void WaitForRoom(int worker);
  /// Ends all waits, now and later, until Reset().
  void Wake();
  /// Empties the queues for the next run.
  void Reset();

 private:
  struct Box {
    std::deque<Message> queue;
    std::condition_variable changed;
    bool waits_for_room = false;
  };

  bool GoesOn(int worker) const;

  std::mutex mutex_;
  std::vector<Box> boxes_;
  int num_full_ = 0;
  int num_waiting_for_room_ = 0;
  bool awake_ = false;
};

}  // namespace thalweg::exec
