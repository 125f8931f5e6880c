#include "thalweg/connect/runtime/wait_list.h"

#include <chrono>
#include <utility>

namespace thalweg::connect {
namespace {

constexpr std::chrono::milliseconds kStep(5);

}  // namespace

WaitList::WaitList() : thread_([this] { Run(); }) {}

WaitList::~WaitList() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void WaitList::Add(std::function<bool()> poll) {
  const std::lock_guard lock(mutex_);
  added_.push_back(std::move(poll));
  changed_.notify_all();
}

void WaitList::Run() {
  std::list<std::function<bool()>> waits;
  std::unique_lock lock(mutex_);
  while (true) {
    if (waits.empty()) {
      changed_.wait(lock, [this] { return closing_ || !added_.empty(); });
    } else {
      changed_.wait_for(lock, kStep, [this] { return closing_; });
    }
    if (closing_) return;
    waits.splice(waits.end(), added_);
    lock.unlock();
    for (auto wait = waits.begin(); wait != waits.end();) {
      wait = (*wait)() ? waits.erase(wait) : std::next(wait);
    }
    lock.lock();
  }
}

}  // namespace thalweg::connect
