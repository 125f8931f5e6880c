#pragma once

#include <cstdint>

namespace thalweg::functions {

/// The random numbers of java.util.Random, which parts of Spark draw from. Not thread-safe.
class JavaRandom {
 public:
  explicit JavaRandom(int64_t seed);
  /// One that goes on where another was: state() of it.
  static JavaRandom FromState(uint64_t state);
  uint64_t state() const { return state_; }

  /// From 0 (inclusive) to `bound` (exclusive); the bound is positive.
  int32_t NextInt(int32_t bound);
  /// From 0 (inclusive) to 1 (exclusive).
  double NextDouble();

 private:
  JavaRandom() = default;
  int32_t Next(int bits);

  uint64_t state_ = 0;
};

}  // namespace thalweg::functions
