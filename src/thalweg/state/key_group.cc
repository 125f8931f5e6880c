#include "thalweg/state/key_group.h"

#include <bit>
#include <cstring>

#include <arrow/api.h>

#include "thalweg/state/fixed_width.h"

namespace thalweg::state {
namespace {

uint32_t MixIn(uint32_t hash, uint32_t value) {
  value = std::rotl(value * 0xcc9e2d51u, 15) * 0x1b873593u;
  return std::rotl(hash ^ value, 13) * 5 + 0xe6546b64u;
}

uint32_t Finish(uint32_t hash, uint32_t length) {
  hash ^= length;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
  return hash ^ (hash >> 16);
}

uint32_t HashInt(uint32_t value, uint32_t seed) { return Finish(MixIn(seed, value), 4); }

uint32_t HashLong(uint64_t value, uint32_t seed) {
  const uint32_t low = MixIn(seed, static_cast<uint32_t>(value));
  return Finish(MixIn(low, static_cast<uint32_t>(value >> 32)), 8);
}

/// Whole words, then each byte left over as a sign-extended word of its own.
uint32_t HashText(const uint8_t* bytes, uint32_t size, uint32_t seed) {
  uint32_t hash = seed;
  uint32_t i = 0;
  for (; i + 4 <= size; i += 4) {
    uint32_t word;
    std::memcpy(&word, bytes + i, 4);
    hash = MixIn(hash, word);
  }
  for (; i < size; ++i) hash = MixIn(hash, static_cast<int8_t>(bytes[i]));
  return Finish(hash, size);
}

/// Up to 18 digits as a long; else the shortest big-endian two's complement bytes.
uint32_t HashDecimal(const uint8_t* little_endian, int precision, uint32_t seed) {
  if (precision <= 18) {
    uint64_t low;
    std::memcpy(&low, little_endian, 8);
    return HashLong(low, seed);
  }
  uint8_t bytes[16];
  for (int i = 0; i < 16; ++i) bytes[i] = little_endian[15 - i];
  int start = 0;
  while (start < 15 && ((bytes[start] == 0x00 && bytes[start + 1] < 0x80) ||
                        (bytes[start] == 0xff && bytes[start + 1] >= 0x80))) {
    ++start;
  }
  return HashText(bytes + start, 16 - start, seed);
}

/// Calls hash(i) for the rows that are not NULL; others keep their seed.
template <typename HashRow>
void ForPresent(const arrow::Array& column, int64_t num_rows, uint32_t* hashes, HashRow hash) {
  if (column.null_count() == 0) {
    for (int64_t i = 0; i < num_rows; ++i) hashes[i] = hash(i, hashes[i]);
    return;
  }
  for (int64_t i = 0; i < num_rows; ++i) {
    if (column.IsValid(i)) hashes[i] = hash(i, hashes[i]);
  }
}

template <typename Value>
const Value* RawValues(const arrow::Array& column) {
  return column.data()->GetValues<Value>(1);
}

template <typename Value>
void HashAsInt(const arrow::Array& column, int64_t num_rows, uint32_t* hashes) {
  const Value* values = RawValues<Value>(column);
  ForPresent(column, num_rows, hashes, [&](int64_t i, uint32_t seed) {
    return HashInt(static_cast<uint32_t>(static_cast<int32_t>(values[i])), seed);
  });
}

void HashAsLong(const arrow::Array& column, int64_t num_rows, uint32_t* hashes) {
  const uint64_t* values = RawValues<uint64_t>(column);
  ForPresent(column, num_rows, hashes,
             [&](int64_t i, uint32_t seed) { return HashLong(values[i], seed); });
}

void HashFloats(const arrow::Array& column, int64_t num_rows, uint32_t* hashes) {
  if (column.type_id() == arrow::Type::FLOAT) {
    const float* values = RawValues<float>(column);
    ForPresent(column, num_rows, hashes, [&](int64_t i, uint32_t seed) {
      return HashInt(std::bit_cast<uint32_t>(CanonicalFloat(values[i])), seed);
    });
    return;
  }
  const double* values = RawValues<double>(column);
  ForPresent(column, num_rows, hashes, [&](int64_t i, uint32_t seed) {
    return HashLong(std::bit_cast<uint64_t>(CanonicalFloat(values[i])), seed);
  });
}

Status HashColumn(const arrow::Array& column, int64_t num_rows, uint32_t* hashes);

/// Folds the elements of each list into the hash of its row, one element at a time.
Status HashLists(const arrow::Array& column, int64_t num_rows, uint32_t* hashes) {
  const auto& list = static_cast<const arrow::ListArray&>(column);
  for (int64_t i = 0; i < num_rows; ++i) {
    if (list.IsNull(i)) continue;
    for (int64_t item = list.value_offset(i); item < list.value_offset(i + 1); ++item) {
      ARROW_RETURN_NOT_OK(HashColumn(*list.values()->Slice(item, 1), 1, hashes + i));
    }
  }
  return Status::OK();
}

Status HashStructs(const arrow::Array& column, int64_t num_rows, uint32_t* hashes) {
  const auto& fields = static_cast<const arrow::StructArray&>(column);
  std::vector<uint32_t> seeds;
  if (column.null_count() > 0) seeds.assign(hashes, hashes + num_rows);
  for (int i = 0; i < fields.num_fields(); ++i) {
    ARROW_RETURN_NOT_OK(HashColumn(*fields.field(i), num_rows, hashes));
  }
  for (int64_t i = 0; i < static_cast<int64_t>(seeds.size()); ++i) {
    if (column.IsNull(i)) hashes[i] = seeds[i];
  }
  return Status::OK();
}

Status HashWide(const arrow::Array& column, int64_t num_rows, uint32_t* hashes) {
  if (column.type_id() == arrow::Type::DECIMAL128) {
    const auto& decimals = static_cast<const arrow::Decimal128Array&>(column);
    const int precision = static_cast<const arrow::DecimalType&>(*column.type()).precision();
    ForPresent(column, num_rows, hashes, [&](int64_t i, uint32_t seed) {
      return HashDecimal(decimals.GetValue(i), precision, seed);
    });
    return Status::OK();
  }
  const auto& intervals = static_cast<const arrow::MonthDayNanoIntervalArray&>(column);
  ForPresent(column, num_rows, hashes, [&](int64_t i, uint32_t seed) {
    const auto value = intervals.GetValue(i);
    return HashLong(value.nanoseconds / 1000, HashInt(value.days, HashInt(value.months, seed)));
  });
  return Status::OK();
}

Status HashColumn(const arrow::Array& column, int64_t num_rows, uint32_t* hashes) {
  switch (column.type_id()) {
    case arrow::Type::NA:
      return Status::OK();
    case arrow::Type::BOOL: {
      const auto& flags = static_cast<const arrow::BooleanArray&>(column);
      ForPresent(column, num_rows, hashes,
                 [&](int64_t i, uint32_t seed) { return HashInt(flags.Value(i), seed); });
      return Status::OK();
    }
    case arrow::Type::INT8:
      HashAsInt<int8_t>(column, num_rows, hashes);
      return Status::OK();
    case arrow::Type::INT16:
      HashAsInt<int16_t>(column, num_rows, hashes);
      return Status::OK();
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::INTERVAL_MONTHS:
      HashAsInt<int32_t>(column, num_rows, hashes);
      return Status::OK();
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
      HashAsLong(column, num_rows, hashes);
      return Status::OK();
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
      HashFloats(column, num_rows, hashes);
      return Status::OK();
    case arrow::Type::DECIMAL128:
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return HashWide(column, num_rows, hashes);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const auto& texts = static_cast<const arrow::BinaryArray&>(column);
      ForPresent(column, num_rows, hashes, [&](int64_t i, uint32_t seed) {
        const std::string_view text = texts.GetView(i);
        return HashText(reinterpret_cast<const uint8_t*>(text.data()),
                        static_cast<uint32_t>(text.size()), seed);
      });
      return Status::OK();
    }
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      return HashLists(column, num_rows, hashes);
    case arrow::Type::STRUCT:
      return HashStructs(column, num_rows, hashes);
    default:
      return Status::NotImplemented("hash of type ", column.type()->ToString());
  }
}

}  // namespace

Status HashRows(const std::vector<ArrayPtr>& columns, int64_t num_rows,
                std::vector<uint32_t>* hashes) {
  hashes->assign(num_rows, kKeyGroupSeed);
  for (const ArrayPtr& column : columns) {
    ARROW_RETURN_NOT_OK(HashColumn(*column, num_rows, hashes->data()));
  }
  return Status::OK();
}

Status ComputeKeyGroups(const std::vector<ArrayPtr>& columns, int64_t num_rows, int num_key_groups,
                        std::vector<int32_t>* groups) {
  std::vector<uint32_t> hashes;
  ARROW_RETURN_NOT_OK(HashRows(columns, num_rows, &hashes));
  groups->resize(num_rows);
  for (int64_t i = 0; i < num_rows; ++i) {
    const int32_t rest = static_cast<int32_t>(hashes[i]) % num_key_groups;
    (*groups)[i] = rest < 0 ? rest + num_key_groups : rest;
  }
  return Status::OK();
}

}  // namespace thalweg::state
