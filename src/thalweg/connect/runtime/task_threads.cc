#include "thalweg/connect/runtime/task_threads.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace thalweg::connect {
namespace {

constexpr size_t kStackBytes = size_t{256} << 20;
constexpr std::chrono::seconds kIdleTime(10);

}  // namespace

TaskThreads::~TaskThreads() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return num_threads_ == 0; });
}

void TaskThreads::Run(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  if (num_idle_ >= tasks_.size()) {
    changed_.notify_one();
  } else {
    StartThread();
  }
}

bool TaskThreads::StartThread() {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, &TaskThreads::Enter, this) == 0;
  pthread_attr_destroy(&attributes);
  if (started) ++num_threads_;
  return started;
}

void* TaskThreads::Enter(void* threads) {
  static_cast<TaskThreads*>(threads)->Work();
  return nullptr;
}

void TaskThreads::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (tasks_.empty()) {
      ++num_idle_;
      changed_.wait_for(lock, kIdleTime, [this] { return !tasks_.empty() || closing_; });
      --num_idle_;
      if (tasks_.empty()) break;
    }
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
  // The destructor may free this object as soon as the lock is free.
  --num_threads_;
  changed_.notify_all();
}

}  // namespace thalweg::connect
