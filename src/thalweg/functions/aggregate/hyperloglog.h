#pragma once

// The sketch behind approx_count_distinct: HyperLogLog++ ("HyperLogLog in Practice", Heule,
// Nunkesser, Hall; 2013), dense, in the variant whose answers are Spark's.

#include <cstdint>
#include <span>

namespace thalweg::functions {

/// Shape of a sketch; its registers, one byte each, are the caller's. Immutable.
class HyperLogLog {
 public:
  static constexpr int kMinPrecision = 4;
  /// Above it biases are not known and none are corrected.
  static constexpr int kMaxCorrectedPrecision = 18;
  /// More registers than 2^24 are refused.
  static constexpr int kMaxPrecision = 24;

  explicit HyperLogLog(int precision) : precision_(precision) {}
  /// The least precision whose standard deviation, relative to the answer, is at most `deviation`;
  /// may lie outside of what is allowed.
  static int PrecisionFor(double deviation);

  int64_t num_registers() const { return int64_t{1} << precision_; }
  void Add(uint64_t hash, uint8_t* registers) const;
  void Merge(uint8_t* into, const uint8_t* from) const;
  /// The number of different hashes that were added.
  int64_t Estimate(const uint8_t* registers) const;

 private:
  double CorrectBias(double estimate) const;

  int precision_;
};

/// Raw estimates, ascending, and by how much each is too large.
struct HyperLogLogBias {
  std::span<const double> estimates;
  std::span<const double> biases;
};

/// kMinPrecision <= precision <= kMaxCorrectedPrecision.
HyperLogLogBias BiasOfPrecision(int precision);

}  // namespace thalweg::functions
