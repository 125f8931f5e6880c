#pragma once

// Seconds of time, in which things that go by their times lie together. Safe for every time there
// is; those of the last second of all time are with kNoExpiry - 1.

#include <cstdint>

#include "thalweg/state/state_file.h"

namespace thalweg::state {

inline constexpr int64_t kSecondMicros = 1'000'000;

/// The last time of the second in which `time` lies (microseconds); kNoExpiry has one of its own.
inline int64_t LastOfSecond(int64_t time) {
  if (time == kNoExpiry) return kNoExpiry;
  const int64_t rest = time % kSecondMicros;
  const int64_t to_go = kSecondMicros - 1 - (rest < 0 ? rest + kSecondMicros : rest);
  return time > kNoExpiry - 1 - to_go ? kNoExpiry - 1 : time + to_go;
}

/// Whether the second that ends at `last` lies after `time` as a whole.
inline bool SecondIsAfter(int64_t last, int64_t time) {
  return last > time &&
         static_cast<uint64_t>(last) - static_cast<uint64_t>(time) >= uint64_t{kSecondMicros};
}

}  // namespace thalweg::state
