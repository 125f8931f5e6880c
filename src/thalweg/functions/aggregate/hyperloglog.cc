#include "thalweg/functions/aggregate/hyperloglog.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace thalweg::functions {
namespace {

constexpr size_t kNeighbours = 6;

/// Up to which answer of linear counting is better than the corrected estimate, from precision 4
/// on.
constexpr double kLinearThresholds[] = {10,   20,   40,    80,    220,   400,    900,   1800,
                                        3100, 6500, 11500, 20000, 50000, 120000, 350000};

double AlphaTimesSquare(int precision) {
  const double registers = std::ldexp(1.0, precision);
  switch (precision) {
    case 4:
      return 0.673 * registers * registers;
    case 5:
      return 0.697 * registers * registers;
    case 6:
      return 0.709 * registers * registers;
    default:
      return (0.7213 / (1.0 + 1.079 / registers)) * registers * registers;
  }
}

}  // namespace

int HyperLogLog::PrecisionFor(double deviation) {
  return static_cast<int>(std::ceil(2.0 * std::log(1.106 / deviation) / std::log(2.0)));
}

void HyperLogLog::Add(uint64_t hash, uint8_t* registers) const {
  const uint64_t index = hash >> (64 - precision_);
  const uint64_t padding = uint64_t{1} << (precision_ - 1);
  const int rank = std::countl_zero((hash << precision_) | padding) + 1;
  registers[index] = std::max(registers[index], static_cast<uint8_t>(rank));
}

void HyperLogLog::Merge(uint8_t* into, const uint8_t* from) const {
  for (int64_t i = 0; i < num_registers(); ++i) into[i] = std::max(into[i], from[i]);
}

int64_t HyperLogLog::Estimate(const uint8_t* registers) const {
  const auto size = static_cast<double>(num_registers());
  double inverse = 0;
  int64_t zeros = 0;
  for (int64_t i = 0; i < num_registers(); ++i) {
    inverse += std::ldexp(1.0, -registers[i]);
    zeros += registers[i] == 0;
  }
  const double raw = AlphaTimesSquare(precision_) / inverse;
  double answer = raw;
  const bool known = precision_ <= kMaxCorrectedPrecision;
  if (known && raw < 5.0 * size) answer = CorrectBias(raw);
  if (zeros > 0) {
    const double linear = size * std::log(size / static_cast<double>(zeros));
    const bool small = known && linear <= kLinearThresholds[precision_ - kMinPrecision];
    if (small || raw <= 2.5 * size) answer = linear;
  }
  return static_cast<int64_t>(std::floor(answer + 0.5));
}

double HyperLogLog::CorrectBias(double estimate) const {
  const HyperLogLogBias table = BiasOfPrecision(precision_);
  const size_t count = table.estimates.size();
  const auto nearest = static_cast<size_t>(
      std::lower_bound(table.estimates.begin(), table.estimates.end(), estimate) -
      table.estimates.begin());
  const auto distance = [&](size_t i) { return std::abs(estimate - table.estimates[i]); };
  size_t low = nearest + 1 > kNeighbours ? nearest + 1 - kNeighbours : 0;
  size_t high = std::min(low + kNeighbours, count);
  while (high < count && distance(high) < distance(low)) {
    ++low;
    ++high;
  }
  double sum = 0;
  for (size_t i = low; i < high; ++i) sum += table.biases[i];
  return estimate - sum / static_cast<double>(high - low);
}

}  // namespace thalweg::functions
