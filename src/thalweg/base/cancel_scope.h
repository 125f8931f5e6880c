#pragma once

// What a thread does for somebody ends early once nobody wants it.

#include <atomic>

#include "thalweg/base/status.h"

namespace thalweg {

/// While it lives, what the thread does can be told to end by `cancelled` (may be null: it cannot).
/// Long work without a flag of its own, like the analysis of a plan or a talk with a process of the
/// program, looks at it by CheckCancelled(). Scopes nest; the innermost counts. Threads that the
/// work starts have none. To be destroyed by the thread that made it; `cancelled` outlives it.
class CancelScope {
 public:
  explicit CancelScope(const std::atomic<bool>* cancelled);
  ~CancelScope();
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

 private:
  const std::atomic<bool>* const outer_;
};

/// The flag of the thread's scope, for work that other threads do for this one; null if it has
/// none.
const std::atomic<bool>* CurrentCancelFlag();

/// Errors: Cancelled once the flag of the thread's scope is set.
Status CheckCancelled();

}  // namespace thalweg
