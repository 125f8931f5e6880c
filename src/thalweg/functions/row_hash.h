#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "thalweg/data/batch.h"

namespace thalweg::functions {

/// Spark's hash(): Murmur3 of 32 bits over the values of a row, each hash seeding the next. NULLs
/// leave it as it is. Values of type map are not taken.
class Murmur3Hash {
 public:
  using Word = uint32_t;
  static Word OfInt(int32_t value, Word seed);
  static Word OfLong(int64_t value, Word seed);
  static Word OfBytes(std::string_view bytes, Word seed);
};

/// Spark's xxhash64(): XXH64, chained in the same manner.
class Xx64Hash {
 public:
  using Word = uint64_t;
  static Word OfInt(int32_t value, Word seed);
  static Word OfLong(int64_t value, Word seed);
  static Word OfBytes(std::string_view bytes, Word seed);
};

/// Hashes value `row` of `array` on top of `seed`.
template <typename Hash>
typename Hash::Word HashValue(const arrow::Array& array, int64_t row, typename Hash::Word seed);

}  // namespace thalweg::functions
