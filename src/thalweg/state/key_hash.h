#pragma once

// The 64-bit hash of canonical key bytes. In memory only: files never hold it, so it may change.

#include <cstdint>
#include <cstring>

namespace thalweg::state {

namespace internal {

inline constexpr uint64_t kHashSeed0 = 0x9e3779b97f4a7c15ull;
inline constexpr uint64_t kHashSeed1 = 0xd6e8feb86659fd93ull;
inline constexpr uint64_t kHashSeed2 = 0xa0761d6478bd642full;

/// High and low half of the 128-bit product, folded.
inline uint64_t FoldedMultiply(uint64_t left, uint64_t right) {
  const __uint128_t product = static_cast<__uint128_t>(left) * right;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t LoadWord(const uint8_t* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, 8);
  return word;
}

}  // namespace internal

/// Hash of `count` words. The number of words is part of the type of a table, not of the hash.
inline uint64_t HashWords(const uint64_t* words, int count) {
  using namespace internal;
  uint64_t hash = kHashSeed2;
  int i = 0;
  for (; i + 2 <= count; i += 2) {
    hash = FoldedMultiply(words[i] ^ hash ^ kHashSeed0, words[i + 1] ^ kHashSeed1);
  }
  if (i < count) hash = FoldedMultiply(words[i] ^ hash ^ kHashSeed0, kHashSeed1);
  return FoldedMultiply(hash ^ kHashSeed1, kHashSeed0);
}

/// Hash of `size` bytes.
inline uint64_t HashBytes(const uint8_t* bytes, uint64_t size) {
  using namespace internal;
  uint64_t hash = kHashSeed2 ^ size;
  uint64_t left = size;
  for (; left > 16; bytes += 16, left -= 16) {
    hash = FoldedMultiply(LoadWord(bytes) ^ hash ^ kHashSeed0, LoadWord(bytes + 8) ^ kHashSeed1);
  }
  uint64_t first = 0;
  uint64_t second = 0;
  if (left >= 8) {
    first = LoadWord(bytes);
    second = LoadWord(bytes + left - 8);
  } else if (left > 0) {
    std::memcpy(&first, bytes, left);
  }
  hash = FoldedMultiply(first ^ hash ^ kHashSeed0, second ^ kHashSeed1);
  return FoldedMultiply(hash ^ kHashSeed1, kHashSeed0);
}

}  // namespace thalweg::state
