#pragma once

#include <array>
#include <cstdint>

namespace thalweg::functions {

/// How often each row is in a sample with replacement, as Spark draws it: numbers of the Poisson
/// distribution from a WELL19937c generator, one for each partition. Not thread-safe.
class PoissonRandom {
 public:
  /// `seed` is the sample's: that of the partition is drawn from it.
  PoissonRandom(double mean, int64_t seed, int partition);

  int32_t Next();

 private:
  static constexpr int kWords = 624;

  uint32_t NextBits(int bits);
  double NextDouble();
  int32_t NextOf(double mean);

  double mean_;
  std::array<uint32_t, kWords> words_{};
  int index_ = 0;
};

}  // namespace thalweg::functions
