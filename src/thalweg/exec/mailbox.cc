#include "thalweg/exec/mailbox.h"

namespace thalweg::exec {
namespace {

constexpr size_t kFullQueue = 32;

}  // namespace

void Mailboxes::Send(int worker, Message message) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queues_[worker].push_back(std::move(message));
  }
  changed_.notify_all();
}

std::optional<Message> Mailboxes::Poll(int worker) {
  std::optional<Message> message;
  bool made_room = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::deque<Message>& queue = queues_[worker];
    if (queue.empty()) return message;
    message = std::move(queue.front());
    queue.pop_front();
    made_room = queue.size() + 1 == kFullQueue;
  }
  if (made_room) changed_.notify_all();
  return message;
}

bool Mailboxes::WaitForMessage(int worker) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return awake_ || !queues_[worker].empty(); });
  return !awake_;
}

bool Mailboxes::HasRoom(int worker) const {
  for (size_t i = 0; i < queues_.size(); ++i) {
    if (static_cast<int>(i) != worker && queues_[i].size() >= kFullQueue) return false;
  }
  return true;
}

bool Mailboxes::GoesOn(int worker) const {
  return awake_ || !queues_[worker].empty() || HasRoom(worker);
}

bool Mailboxes::MustWaitForRoom(int worker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !GoesOn(worker);
}

void Mailboxes::WaitForRoom(int worker) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return GoesOn(worker); });
}

void Mailboxes::Wake() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    awake_ = true;
  }
  changed_.notify_all();
}

void Mailboxes::Reset() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (std::deque<Message>& queue : queues_) queue.clear();
  awake_ = false;
}

}  // namespace thalweg::exec
