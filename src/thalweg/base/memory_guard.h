#pragma once

// Memory that cannot be had fails what asked for it, not the process.

#include <new>
#include <stdexcept>
#include <type_traits>

#include "thalweg/base/status.h"

namespace thalweg {

/// THALWEG_OUT_OF_MEMORY in place of Arrow's errors about memory and sizes; others as they are.
inline Status NameMemoryError(const Status& status) {
  if (!status.IsOutOfMemory() && !status.IsCapacityError()) return status;
  if (GetErrorDetail(status) != nullptr) return status;
  return MakeError("THALWEG_OUT_OF_MEMORY", {{"what", status.message()}});
}

/// What `work()` gives, a Status or Result; THALWEG_OUT_OF_MEMORY where it finds no memory.
template <typename Work>
auto GuardMemory(const Work& work) -> decltype(work()) {
  try {
    auto outcome = work();
    if constexpr (std::is_same_v<decltype(outcome), Status>) {
      return NameMemoryError(outcome);
    } else {
      if (!outcome.ok()) return NameMemoryError(outcome.status());
      return outcome;
    }
  } catch (const std::bad_alloc&) {
    return NameMemoryError(Status::OutOfMemory("no memory"));
  } catch (const std::length_error&) {
    return NameMemoryError(Status::OutOfMemory("a value is too long"));
  }
}

}  // namespace thalweg
