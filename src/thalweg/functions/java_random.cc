#include "thalweg/functions/java_random.h"

namespace thalweg::functions {
namespace {

constexpr uint64_t kMultiplier = 0x5DEECE66DULL;
constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;

}  // namespace

JavaRandom::JavaRandom(int64_t seed)
    : state_((static_cast<uint64_t>(seed) ^ kMultiplier) & kMask) {}

JavaRandom JavaRandom::FromState(uint64_t state) {
  JavaRandom random;
  random.state_ = state & kMask;
  return random;
}

int32_t JavaRandom::Next(int bits) {
  state_ = (state_ * kMultiplier + 0xB) & kMask;
  return static_cast<int32_t>(state_ >> (48 - bits));
}

int32_t JavaRandom::NextInt(int32_t bound) {
  if ((bound & (bound - 1)) == 0) {
    return static_cast<int32_t>((static_cast<int64_t>(bound) * Next(31)) >> 31);
  }
  while (true) {
    const int32_t bits = Next(31);
    const int32_t value = bits % bound;
    // Numbers of the last, incomplete range would come too often.
    if (static_cast<int64_t>(bits) - value + (bound - 1) <= INT32_MAX) return value;
  }
}

double JavaRandom::NextDouble() {
  const auto high = static_cast<int64_t>(Next(26)) << 27;
  return static_cast<double>(high + Next(27)) * 0x1p-53;
}

}  // namespace thalweg::functions
