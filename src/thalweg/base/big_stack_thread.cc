#include "thalweg/base/big_stack_thread.h"

#include <cstddef>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>

namespace thalweg {
namespace {

constexpr size_t kStackBytes = size_t{64} << 20;

void* Run(void* argument) {
  const std::unique_ptr<std::function<void()>> work(static_cast<std::function<void()>*>(argument));
  (*work)();
  return nullptr;
}

}  // namespace

BigStackThread::BigStackThread(std::function<void()> work) {
  auto held = std::make_unique<std::function<void()>>(std::move(work));
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error == 0) {
    pthread_attr_setstacksize(&attributes, kStackBytes);
    error = pthread_create(&thread_, &attributes, &Run, held.get());
    pthread_attr_destroy(&attributes);
  }
  if (error != 0) throw std::system_error(error, std::generic_category(), "a thread");
  held.release();
  joinable_ = true;
}

BigStackThread::BigStackThread(BigStackThread&& other) noexcept
    : thread_(other.thread_), joinable_(std::exchange(other.joinable_, false)) {}

BigStackThread::~BigStackThread() {
  if (joinable_) std::terminate();
}

void BigStackThread::join() {
  pthread_join(thread_, nullptr);
  joinable_ = false;
}

}  // namespace thalweg
