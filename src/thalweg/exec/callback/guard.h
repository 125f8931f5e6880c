#pragma once

// The border to programs' functions: what they throw becomes an error, and errors say whose they
// are.

#include <utility>

#include "thalweg/base/guarded.h"
#include "thalweg/base/status.h"
#include "thalweg/exec/callback/output_collector.h"

namespace thalweg::exec {

/// The error of a function. Those with a condition of their own stay as they are, as does what went
/// wrong beyond `out`.
inline Status FunctionError(const Status& status, const OutputCollector& out, const char* condition,
                            ErrorParameters parameters) {
  if (status.ok() && out.failure().ok()) return status;
  if (!out.failure().ok()) return out.failure();
  if (GetErrorDetail(status) != nullptr || status.IsCancelled()) return status;
  parameters["reason"] = status.message();
  return MakeError(condition, std::move(parameters));
}

}  // namespace thalweg::exec
