#include "thalweg/functions/poisson_random.h"

#include <cmath>

namespace thalweg::functions {
namespace {

/// Beyond this the method of products takes too long; sums of numbers have the same distribution.
constexpr double kMaxMean = 40;

/// The number-th long (from 0) of java.util.Random.
int64_t JavaRandomLong(int64_t seed, int number) {
  constexpr uint64_t kFactor = 0x5DEECE66DULL;
  constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;
  uint64_t state = (static_cast<uint64_t>(seed) ^ kFactor) & kMask;
  const auto next = [&state] {
    state = (state * kFactor + 0xBULL) & kMask;
    return static_cast<int32_t>(static_cast<uint32_t>(state >> 16));
  };
  uint64_t drawn = 0;
  for (int i = 0; i <= number; ++i) {
    const auto high = static_cast<uint64_t>(static_cast<int64_t>(next())) << 32;
    drawn = high + static_cast<uint64_t>(static_cast<int64_t>(next()));
  }
  return static_cast<int64_t>(drawn);
}

}  // namespace

PoissonRandom::PoissonRandom(double mean, int64_t seed, int partition) : mean_(mean) {
  const auto own = static_cast<uint64_t>(JavaRandomLong(seed, partition));
  words_[0] = static_cast<uint32_t>(own >> 32);
  words_[1] = static_cast<uint32_t>(own);
  for (int i = 2; i < kWords; ++i) {
    // The words are signed where they are mixed.
    const auto word = static_cast<int64_t>(static_cast<int32_t>(words_[i - 2]));
    words_[i] = static_cast<uint32_t>(1812433253LL * (word ^ (word >> 30)) + i);
  }
}

uint32_t PoissonRandom::NextBits(int bits) {
  const auto at = [this](int distance) -> uint32_t& {
    return words_[static_cast<size_t>((index_ + distance) % kWords)];
  };
  const uint32_t v0 = at(0);
  const uint32_t m1 = at(70);
  const uint32_t m2 = at(179);
  const uint32_t m3 = at(449);
  const uint32_t z0 = (0x80000000U & at(kWords - 1)) ^ (0x7FFFFFFFU & at(kWords - 2));
  const uint32_t z1 = (v0 ^ (v0 << 25)) ^ (m1 ^ (m1 >> 27));
  const uint32_t z2 = (m2 >> 9) ^ (m3 ^ (m3 >> 1));
  const uint32_t z3 = z1 ^ z2;
  uint32_t z4 = z0 ^ (z1 ^ (z1 << 9)) ^ (z2 ^ (z2 << 21)) ^ (z3 ^ (z3 >> 21));
  at(0) = z3;
  at(kWords - 1) = z4;
  at(kWords - 2) &= 0x80000000U;
  index_ = (index_ + kWords - 1) % kWords;
  z4 ^= (z4 << 7) & 0xE46E1700U;
  z4 ^= (z4 << 15) & 0x9B868000U;
  return z4 >> (32 - bits);
}

double PoissonRandom::NextDouble() {
  const uint64_t high = static_cast<uint64_t>(NextBits(26)) << 26;
  return static_cast<double>(high | NextBits(26)) * 0x1p-52;
}

int32_t PoissonRandom::NextOf(double mean) {
  const double least = std::exp(-mean);
  double product = 1;
  int32_t count = 0;
  while (count < 1000 * mean) {
    product *= NextDouble();
    if (product < least) return count;
    ++count;
  }
  return count;
}

int32_t PoissonRandom::Next() {
  int32_t count = 0;
  double rest = mean_;
  for (; rest >= kMaxMean; rest -= kMaxMean / 2) count += NextOf(kMaxMean / 2);
  return rest > 0 ? count + NextOf(rest) : count;
}

}  // namespace thalweg::functions
