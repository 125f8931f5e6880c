#pragma once

#include <cstdint>
#include <optional>

namespace thalweg::functions {

/// The random numbers that Spark draws for a seed: one generator for each partition, seeded with
/// the seed plus the partition's number. Not thread-safe.
class XorShiftRandom {
 public:
  explicit XorShiftRandom(int64_t seed);

  /// Any of 32 bits.
  int32_t NextInt() { return static_cast<int32_t>(Next(32)); }
  /// From 0 (inclusive) to 1 (exclusive).
  double NextDouble();
  /// Of the standard normal distribution.
  double NextGaussian();

 private:
  uint64_t Next(int bits);

  uint64_t state_;
  std::optional<double> spare_gaussian_;
};

}  // namespace thalweg::functions
