#include "thalweg/functions/row_hash.h"

#include <bit>
#include <cstring>

#include <arrow/api.h>

namespace thalweg::functions {
namespace {

uint32_t MixWord(uint32_t word) { return std::rotl(word * 0xCC9E2D51u, 15) * 0x1B873593u; }
uint32_t MixHash(uint32_t hash, uint32_t word) {
  return std::rotl(hash ^ word, 13) * 5 + 0xE6546B64u;
}
uint32_t Finalise(uint32_t hash, uint32_t length) {
  hash ^= length;
  hash = (hash ^ (hash >> 16)) * 0x85EBCA6Bu;
  hash = (hash ^ (hash >> 13)) * 0xC2B2AE35u;
  return hash ^ (hash >> 16);
}

constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87ULL;
constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4FULL;
constexpr uint64_t kPrime3 = 0x165667B19E3779F9ULL;
constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63ULL;
constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5ULL;

uint64_t Avalanche(uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}
uint64_t Round(uint64_t lane, uint64_t word) {
  return std::rotl(lane + word * kPrime2, 31) * kPrime1;
}
uint64_t TakeLong(uint64_t hash, uint64_t word) {
  return std::rotl(hash ^ Round(0, word), 27) * kPrime1 + kPrime4;
}
uint64_t TakeInt(uint64_t hash, uint64_t word) {
  return std::rotl(hash ^ (word * kPrime1), 23) * kPrime2 + kPrime3;
}

template <typename Word>
Word Load(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

/// Java's BigInteger.toByteArray: the fewest bytes of two's complement, most significant first.
std::string BigEndianBytes(const arrow::Decimal128& value) {
  const std::array<uint8_t, 16> little = value.ToBytes();
  std::string bytes(little.rbegin(), little.rend());
  size_t first = 0;
  while (first + 1 < bytes.size()) {
    const auto byte = static_cast<uint8_t>(bytes[first]);
    const bool next_negative = (static_cast<uint8_t>(bytes[first + 1]) & 0x80) != 0;
    if (!(byte == 0 && !next_negative) && !(byte == 0xFF && next_negative)) break;
    ++first;
  }
  return bytes.substr(first);
}

}  // namespace

uint32_t Murmur3Hash::OfInt(int32_t value, uint32_t seed) {
  return Finalise(MixHash(seed, MixWord(static_cast<uint32_t>(value))), 4);
}

uint32_t Murmur3Hash::OfLong(int64_t value, uint32_t seed) {
  const auto bits = static_cast<uint64_t>(value);
  uint32_t hash = MixHash(seed, MixWord(static_cast<uint32_t>(bits)));
  hash = MixHash(hash, MixWord(static_cast<uint32_t>(bits >> 32)));
  return Finalise(hash, 8);
}

uint32_t Murmur3Hash::OfBytes(std::string_view bytes, uint32_t seed) {
  uint32_t hash = seed;
  size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    hash = MixHash(hash, MixWord(Load<uint32_t>(bytes.data() + at)));
  }
  // Spark mixes each byte of the tail as a word of its own.
  for (; at < bytes.size(); ++at) {
    const auto word = static_cast<int32_t>(static_cast<signed char>(bytes[at]));
    hash = MixHash(hash, MixWord(static_cast<uint32_t>(word)));
  }
  return Finalise(hash, static_cast<uint32_t>(bytes.size()));
}

uint64_t Xx64Hash::OfInt(int32_t value, uint64_t seed) {
  return Avalanche(TakeInt(seed + kPrime5 + 4, static_cast<uint32_t>(value)));
}

uint64_t Xx64Hash::OfLong(int64_t value, uint64_t seed) {
  return Avalanche(TakeLong(seed + kPrime5 + 8, static_cast<uint64_t>(value)));
}

uint64_t Xx64Hash::OfBytes(std::string_view bytes, uint64_t seed) {
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  uint64_t hash = seed + kPrime5;
  if (bytes.size() >= 32) {
    uint64_t lanes[4] = {seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1};
    for (; at + 32 <= end; at += 32) {
      for (int i = 0; i < 4; ++i) lanes[i] = Round(lanes[i], Load<uint64_t>(at + 8 * i));
    }
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
           std::rotl(lanes[3], 18);
    for (const uint64_t lane : lanes) hash = (hash ^ Round(0, lane)) * kPrime1 + kPrime4;
  }
  hash += bytes.size();
  for (; at + 8 <= end; at += 8) hash = TakeLong(hash, Load<uint64_t>(at));
  if (at + 4 <= end) {
    hash = TakeInt(hash, Load<uint32_t>(at));
    at += 4;
  }
  for (; at < end; ++at) {
    hash = std::rotl(hash ^ (static_cast<uint8_t>(*at) * kPrime5), 11) * kPrime1;
  }
  return Avalanche(hash);
}

template <typename Hash>
typename Hash::Word HashValue(const arrow::Array& array, int64_t row, typename Hash::Word seed) {
  if (array.IsNull(row)) return seed;
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return Hash::OfInt(static_cast<const arrow::BooleanArray&>(array).Value(row) ? 1 : 0, seed);
    case arrow::Type::INT8:
      return Hash::OfInt(static_cast<const arrow::Int8Array&>(array).Value(row), seed);
    case arrow::Type::INT16:
      return Hash::OfInt(static_cast<const arrow::Int16Array&>(array).Value(row), seed);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::INTERVAL_MONTHS:
      return Hash::OfInt(static_cast<const arrow::Int32Array&>(array).Value(row), seed);
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
      return Hash::OfLong(static_cast<const arrow::Int64Array&>(array).Value(row), seed);
    case arrow::Type::INTERVAL_MONTH_DAY_NANO: {
      const auto value = static_cast<const arrow::MonthDayNanoIntervalArray&>(array).GetValue(row);
      const typename Hash::Word micros = Hash::OfLong(value.nanoseconds / 1000, seed);
      return Hash::OfInt(value.months, Hash::OfInt(value.days, micros));
    }
    case arrow::Type::FLOAT: {
      const float value = static_cast<const arrow::FloatArray&>(array).Value(row);
      if (value != value) return Hash::OfInt(0x7FC00000, seed);
      return Hash::OfInt(std::bit_cast<int32_t>(value == 0 ? 0.0f : value), seed);
    }
    case arrow::Type::DOUBLE: {
      const double value = static_cast<const arrow::DoubleArray&>(array).Value(row);
      if (value != value) return Hash::OfLong(0x7FF8000000000000LL, seed);
      return Hash::OfLong(std::bit_cast<int64_t>(value == 0 ? 0.0 : value), seed);
    }
    case arrow::Type::DECIMAL128: {
      const auto& decimals = static_cast<const arrow::Decimal128Array&>(array);
      const arrow::Decimal128 value(decimals.GetValue(row));
      const auto& type = static_cast<const arrow::Decimal128Type&>(*array.type());
      if (type.precision() <= 18) {
        return Hash::OfLong(static_cast<int64_t>(value.low_bits()), seed);
      }
      return Hash::OfBytes(BigEndianBytes(value), seed);
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return Hash::OfBytes(static_cast<const arrow::BinaryArray&>(array).GetView(row), seed);
    case arrow::Type::LIST: {
      const auto& lists = static_cast<const arrow::ListArray&>(array);
      for (int64_t i = lists.value_offset(row); i < lists.value_offset(row + 1); ++i) {
        seed = HashValue<Hash>(*lists.values(), i, seed);
      }
      return seed;
    }
    case arrow::Type::STRUCT: {
      const auto& structs = static_cast<const arrow::StructArray&>(array);
      for (int i = 0; i < structs.num_fields(); ++i) {
        seed = HashValue<Hash>(*structs.field(i), row, seed);
      }
      return seed;
    }
    default:
      return seed;
  }
}

template uint32_t HashValue<Murmur3Hash>(const arrow::Array&, int64_t, uint32_t);
template uint64_t HashValue<Xx64Hash>(const arrow::Array&, int64_t, uint64_t);

}  // namespace thalweg::functions
