#pragma once

// Finding line ends fast.

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace thalweg::formats {

/// The first '\n' or '\r' in [at, end), or `end`. 32 bytes behind `end` must be readable.
inline const char* FindLineEnd(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i line_feed = _mm_set1_epi8('\n');
  const __m128i carriage_return = _mm_set1_epi8('\r');
  for (; at < end; at += 32) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16));
    const uint32_t mask =
        static_cast<uint32_t>(_mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(low, line_feed), _mm_cmpeq_epi8(low, carriage_return)))) |
        static_cast<uint32_t>(_mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(high, line_feed), _mm_cmpeq_epi8(high, carriage_return))))
            << 16;
    if (mask != 0) {
      const char* found = at + __builtin_ctz(mask);
      return found < end ? found : end;
    }
  }
  return end;
#else
  while (at < end && *at != '\n' && *at != '\r') ++at;
  return at;
#endif
}

}  // namespace thalweg::formats
