#include "interrupt.h"

#include <cerrno>
#include <csignal>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace thalweg::cli {
namespace {

// Lock-free atomics are what a handler may touch.
std::atomic<bool> interrupted{false};
std::atomic<int> signals_seen{0};
std::atomic<int> last_signal{0};
std::atomic<bool> exits_on_second{false};
std::atomic<int> event_descriptor{-1};

constexpr int kExitInterrupted = 130;

void RaiseInterrupt() {
  interrupted.store(true);
  const uint64_t one = 1;
  // It cannot fail: the counter of signals never gets near its limit.
  [[maybe_unused]] const ssize_t written = write(event_descriptor.load(), &one, sizeof(one));
}

void HandleSignal(int signal) {
  const int before = signals_seen.fetch_add(1);
  if (signal == SIGINT && before > 0 && exits_on_second.load()) _exit(kExitInterrupted);
  const int saved_errno = errno;
  // Of signals that come together the last that is handled may be SIGINT.
  int none = 0;
  if (signal == SIGINT) {
    last_signal.compare_exchange_strong(none, signal);
  } else {
    last_signal.store(signal);
  }
  RaiseInterrupt();
  errno = saved_errno;
}

}  // namespace

void InstallInterruptHandlers(bool second_exits) {
  exits_on_second.store(second_exits);
  event_descriptor.store(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  struct sigaction action = {};
  action.sa_handler = HandleSignal;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a wait for input ends.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

const std::atomic<bool>& interrupt_flag() { return interrupted; }
int interrupt_count() { return signals_seen.load(); }
int interrupt_descriptor() { return event_descriptor.load(); }
int interrupt_signal() { return last_signal.load(); }

void ResetInterrupt() {
  if (last_signal.load() == SIGTERM || last_signal.load() == SIGHUP) return;
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t drained = read(event_descriptor.load(), &count, sizeof(count));
  interrupted.store(false);
  signals_seen.store(0);
  int only = SIGINT;
  // Another one came meanwhile.
  if (!last_signal.compare_exchange_strong(only, 0) && only != 0) RaiseInterrupt();
}

}  // namespace thalweg::cli
