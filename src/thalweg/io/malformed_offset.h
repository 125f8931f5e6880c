#pragma once

#include "thalweg/base/status.h"
#include "thalweg/io/source.h"

namespace thalweg::io {

/// MALFORMED_SOURCE_OFFSET: a checkpoint has an offset that `source` ("the rate source") did not
/// write.
inline Status MalformedOffset(const Offset& offset, const char* source) {
  return MakeError("MALFORMED_SOURCE_OFFSET", {{"offset", offset}, {"source", source}});
}

}  // namespace thalweg::io
