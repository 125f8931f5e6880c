#include "interrupt.h"

#include <csignal>

#include <unistd.h>

namespace thalweg::cli {
namespace {

// Lock-free atomics are what a handler may touch.
std::atomic<bool> interrupted{false};
std::atomic<int> signals_seen{0};
std::atomic<int> last_signal{0};
std::atomic<bool> exits_on_second{false};

constexpr int kExitInterrupted = 130;

void HandleSignal(int signal) {
  const int before = signals_seen.fetch_add(1);
  if (signal == SIGINT && before > 0 && exits_on_second.load()) _exit(kExitInterrupted);
  last_signal.store(signal);
  interrupted.store(true);
}

}  // namespace

void InstallInterruptHandlers(bool second_exits) {
  exits_on_second.store(second_exits);
  struct sigaction action = {};
  action.sa_handler = HandleSignal;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a wait for input ends.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

const std::atomic<bool>& interrupt_flag() { return interrupted; }
int interrupt_count() { return signals_seen.load(); }
int interrupt_signal() { return last_signal.load(); }

void ResetInterrupt() {
  if (last_signal.load() == SIGTERM || last_signal.load() == SIGHUP) return;
  interrupted.store(false);
  signals_seen.store(0);
  last_signal.store(0);
}

}  // namespace thalweg::cli
