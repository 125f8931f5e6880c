#pragma once

// The border to the program's own functions, which may throw: what they throw becomes an error.

#include <exception>

#include "thalweg/base/status.h"

namespace thalweg {

/// Runs `call`, which gives a Status or Result.
template <typename Call>
auto Guarded(const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& error) {
    return Status::UnknownError(error.what());
  } catch (...) {
    return Status::UnknownError("something that is no std::exception was thrown");
  }
}

}  // namespace thalweg
