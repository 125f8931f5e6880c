#include "thalweg/functions/xor_shift_random.h"

#include <bit>
#include <cmath>

namespace thalweg::functions {
namespace {

constexpr uint32_t kHashSeed = 0x3c074a61;

/// MurmurHash3 (32 bits) of the eight bytes of `value`, the most significant one first.
uint32_t HashBytes(uint64_t value, uint32_t seed) {
  uint32_t hash = seed;
  for (int block = 0; block < 2; ++block) {
    const auto big_endian = static_cast<uint32_t>(block == 0 ? value >> 32 : value);
    uint32_t mixed = __builtin_bswap32(big_endian) * 0xcc9e2d51U;
    mixed = std::rotl(mixed, 15) * 0x1b873593U;
    hash = std::rotl(hash ^ mixed, 13) * 5 + 0xe6546b64U;
  }
  hash ^= 8;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bU;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35U;
  return hash ^ (hash >> 16);
}

}  // namespace

XorShiftRandom::XorShiftRandom(int64_t seed) {
  const auto bits = static_cast<uint64_t>(seed);
  const uint32_t low = HashBytes(bits, kHashSeed);
  const uint32_t high = HashBytes(bits, low);
  state_ = (static_cast<uint64_t>(high) << 32) | low;
}

uint64_t XorShiftRandom::Next(int bits) {
  state_ ^= state_ << 21;
  state_ ^= state_ >> 35;
  state_ ^= state_ << 4;
  return state_ & ((uint64_t{1} << bits) - 1);
}

double XorShiftRandom::NextDouble() {
  const uint64_t high = Next(26);
  return static_cast<double>((high << 27) + Next(27)) * 0x1p-53;
}

double XorShiftRandom::NextGaussian() {
  if (spare_gaussian_) {
    const double value = *spare_gaussian_;
    spare_gaussian_.reset();
    return value;
  }
  double x = 0;
  double y = 0;
  double square = 0;
  do {
    x = 2 * NextDouble() - 1;
    y = 2 * NextDouble() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double factor = std::sqrt(-2 * std::log(square) / square);
  spare_gaussian_ = y * factor;
  return x * factor;
}

}  // namespace thalweg::functions
