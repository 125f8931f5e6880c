#pragma once

// Signals that ask the program to stop: SIGINT, SIGTERM, SIGHUP. The state is the process's, as
// signal handlers are; everything here may be read from any thread.

#include <atomic>

namespace thalweg::cli {

/// Installs the handlers. From then on the first signal only raises interrupt_flag(); the program
/// ends what runs. With `second_exits` a second SIGINT ends the process at once with status 130.
void InstallInterruptHandlers(bool second_exits);

/// True after a signal, until ResetInterrupt().
const std::atomic<bool>& interrupt_flag();
inline bool IsInterrupted() { return interrupt_flag().load(std::memory_order_relaxed); }
/// Number of signals since the last reset.
int interrupt_count();
/// The last signal, 0 when there was none since the last reset. SIGINT does not take the place of
/// SIGTERM and SIGHUP.
int interrupt_signal();
/// A descriptor that is readable while IsInterrupted(): what polls it with its input misses no
/// signal, however late that comes. -1 before InstallInterruptHandlers().
int interrupt_descriptor();
/// Forgets SIGINT; SIGTERM and SIGHUP stay.
void ResetInterrupt();

}  // namespace thalweg::cli
