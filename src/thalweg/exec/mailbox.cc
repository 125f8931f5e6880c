#include "thalweg/exec/mailbox.h"

namespace thalweg::exec {
namespace {

constexpr size_t kFullQueue = 32;

}  // namespace

void Mailboxes::Send(int worker, Message message) {
  Box& box = boxes_[worker];
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    box.queue.push_back(std::move(message));
    if (box.queue.size() == kFullQueue) ++num_full_;
  }
  box.changed.notify_one();
}

std::optional<Message> Mailboxes::Poll(int worker) {
  std::optional<Message> message;
  const std::lock_guard<std::mutex> lock(mutex_);
  std::deque<Message>& queue = boxes_[worker].queue;
  if (queue.empty()) return message;
  const bool was_full = queue.size() == kFullQueue;
  message = std::move(queue.front());
  queue.pop_front();
  if (was_full && --num_full_ == 0 && num_waiting_for_room_ > 0) {
    for (Box& box : boxes_) {
      if (box.waits_for_room) box.changed.notify_one();
    }
  }
  return message;
}

bool Mailboxes::WaitForMessage(int worker) {
  std::unique_lock<std::mutex> lock(mutex_);
  Box& box = boxes_[worker];
  box.changed.wait(lock, [&] { return awake_ || !box.queue.empty(); });
  return !awake_;
}

/// Who has no message has no full queue either.
bool Mailboxes::GoesOn(int worker) const {
  return awake_ || num_full_ == 0 || !boxes_[worker].queue.empty();
}

bool Mailboxes::MustWaitForRoom(int worker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !GoesOn(worker);
}

void Mailboxes::WaitForRoom(int worker) {
  std::unique_lock<std::mutex> lock(mutex_);
  Box& box = boxes_[worker];
  box.waits_for_room = true;
  ++num_waiting_for_room_;
  box.changed.wait(lock, [&] { return GoesOn(worker); });
  --num_waiting_for_room_;
  box.waits_for_room = false;
}

void Mailboxes::Wake() {
  const std::lock_guard<std::mutex> lock(mutex_);
  awake_ = true;
  for (Box& box : boxes_) box.changed.notify_one();
}

void Mailboxes::Reset() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Box& box : boxes_) box.queue.clear();
  num_full_ = 0;
  awake_ = false;
}

}  // namespace thalweg::exec
