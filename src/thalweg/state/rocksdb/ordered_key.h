#pragma once

// Numbers in the keys of a database: bytes that are ordered as the numbers are.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace thalweg::state {

inline void AppendOrdered(uint64_t value, std::string* out) {
  const uint64_t swapped = __builtin_bswap64(value);
  out->append(reinterpret_cast<const char*>(&swapped), sizeof(swapped));
}

inline void AppendOrdered(int64_t value, std::string* out) {
  AppendOrdered(static_cast<uint64_t>(value) ^ (uint64_t{1} << 63), out);
}

/// Reads what AppendOrdered(uint64_t) wrote at `bytes`, 8 of them.
inline uint64_t ReadOrderedUnsigned(const char* bytes) {
  uint64_t swapped;
  std::memcpy(&swapped, bytes, sizeof(swapped));
  return __builtin_bswap64(swapped);
}

/// Reads what AppendOrdered(int64_t) wrote at `bytes`, 8 of them.
inline int64_t ReadOrdered(const char* bytes) {
  return static_cast<int64_t>(ReadOrderedUnsigned(bytes) ^ (uint64_t{1} << 63));
}

/// A letter and a number: where keys of a kind and from a number on begin.
inline std::string OrderedBound(char letter, int64_t value) {
  std::string bound(1, letter);
  AppendOrdered(value, &bound);
  return bound;
}

/// The bound behind all keys of a kind with this number or a lower one.
inline std::string OrderedBoundAfter(char letter, int64_t value) {
  if (value == INT64_MAX) return std::string(1, static_cast<char>(letter + 1));
  return OrderedBound(letter, value + 1);
}

}  // namespace thalweg::state
