#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "thalweg/base/status.h"

namespace thalweg::exec {

/// UNSUPPORTED_FEATURE if there are more rows than an int32_t counts; `what` holds them ("a sort").
inline Status CheckRowLimit(int64_t num_rows, const std::string& what) {
  if (num_rows <= std::numeric_limits<int32_t>::max()) return Status::OK();
  return MakeError("UNSUPPORTED_FEATURE",
                   {{"feature", what + " of " + std::to_string(num_rows) +
                                    " rows in one worker (the limit is 2147483647)"}});
}

}  // namespace thalweg::exec
