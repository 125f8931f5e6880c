#pragma once

// How ORC's runs of integers say how many bits their values have.

#include <cstdint>

namespace thalweg::formats::orc {

/// Bits of a width's code, 0 <= code < 32: 1 to 24, then some.
constexpr int WidthOfCode(int code) {
  constexpr uint8_t kWide[] = {26, 28, 30, 32, 40, 48, 56, 64};
  return code < 24 ? code + 1 : kWide[code - 24];
}

/// The code of the least width of at least so many bits, 1 <= bits <= 64.
constexpr int WidthCode(int bits) {
  int code = 0;
  while (WidthOfCode(code) < bits) ++code;
  return code;
}

/// The sign goes to the lowest bit.
constexpr uint64_t ToZigzag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t FromZigzag(uint64_t value) {
  return static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

}  // namespace thalweg::formats::orc
