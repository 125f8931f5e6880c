#pragma once

// Decimal digits of text, eight bytes at a time. Little-endian machines, as the whole engine.

#include <cstdint>
#include <cstring>

namespace thalweg::formats {

/// The 8 bytes at `p`, the first one lowest.
inline uint64_t LoadEightBytes(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, 8);
  return word;
}

/// How many of the 8 bytes at `p`, from the first on, are digits.
inline int CountDigits(const char* p) {
  // A digit becomes 0..9, and adding 0x76 leaves its top bit clear; anything else sets a top bit.
  // The carry out of such a byte only reaches bytes behind it.
  const uint64_t values = LoadEightBytes(p) ^ 0x3030303030303030;
  const uint64_t others = ((values + 0x7676767676767676) | values) & 0x8080808080808080;
  return others == 0 ? 8 : __builtin_ctzll(others) / 8;
}

/// The number that the first `count` (1..8) of the bytes at `p` write, all of them digits; 8 bytes
/// must be readable.
inline uint64_t ParseDigits(const char* p, int count) {
  // The digits move to the end of the word: zeros lead. Then pairs, fours, the whole.
  uint64_t word = (LoadEightBytes(p) ^ 0x3030303030303030) << (64 - 8 * count);
  word = word * 10 + (word >> 8);
  constexpr uint64_t kPairs = 0x000000FF000000FF;
  constexpr uint64_t kFirstAndThird = 100 + (uint64_t{1'000'000} << 32);
  constexpr uint64_t kSecondAndFourth = 1 + (uint64_t{10'000} << 32);
  return ((word & kPairs) * kFirstAndThird + ((word >> 16) & kPairs) * kSecondAndFourth) >> 32;
}

}  // namespace thalweg::formats
