#pragma once

#include <cstdint>
#include <optional>

#include "thalweg/base/status.h"
#include "thalweg/io/source.h"

namespace thalweg::io {

/// What a stream source implements besides when it can tell cheaply whether the input of a batch
/// is still what it was.
class ReplayCheck {
 public:
  virtual ~ReplayCheck() = default;
  /// Batch `batch` with the range (start, end] is run again after a restart: whether its rows are
  /// still what they were, as far as that can be told without reading them. Errors:
  /// STREAMING_REPLAY_INPUT_CHANGED.
  virtual Status CheckReplay(const std::optional<Offset>& start, const Offset& end,
                             int64_t batch) = 0;
};

}  // namespace thalweg::io
