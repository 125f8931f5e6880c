#pragma once

#include <string>
#include <utility>

#include "thalweg/base/status.h"

namespace thalweg {

/// UNSUPPORTED_CALL: the program calls the C++ API in a way that cannot work.
inline Status UnsupportedCall(std::string call, std::string reason) {
  return MakeError("UNSUPPORTED_CALL", {{"call", std::move(call)}, {"reason", std::move(reason)}});
}

}  // namespace thalweg
