#include "thalweg/exec/sort_key.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include <arrow/api.h>

namespace thalweg::exec {
namespace {

/// The top bit flipped and big-endian: unsigned bytes in the order of signed numbers.
template <typename Signed, typename Unsigned>
void AppendInteger(Signed value, std::string* out) {
  Unsigned bits = static_cast<Unsigned>(value) ^ (Unsigned{1} << (sizeof(Unsigned) * 8 - 1));
  char bytes[sizeof(Unsigned)];
  for (int i = sizeof(Unsigned) - 1; i >= 0; --i) {
    bytes[i] = static_cast<char>(bits);
    if constexpr (sizeof(Unsigned) > 1) bits >>= 8;
  }
  out->append(bytes, sizeof(Unsigned));
}

/// Negative numbers have all other bits flipped, so that they order like integers.
template <typename Float, typename Signed, typename Unsigned>
void AppendFloat(Float value, std::string* out) {
  if (value == 0) value = 0;
  if (std::isnan(value)) value = std::numeric_limits<Float>::quiet_NaN();
  auto bits = std::bit_cast<Signed>(value);
  if (bits < 0) bits ^= std::numeric_limits<Signed>::max();
  AppendInteger<Signed, Unsigned>(bits, out);
}

/// 00 becomes 00 FF and 00 00 ends it: a prefix orders before what it begins.
void AppendText(std::string_view text, std::string* out) {
  for (const char byte : text) {
    out->push_back(byte);
    if (byte == 0) out->push_back('\xff');
  }
  out->append(2, '\0');
}

void AppendValue(const arrow::Array& array, int64_t row, std::string* out);

/// Inside nested values NULL is the smallest.
void AppendNested(const arrow::Array& array, int64_t row, std::string* out) {
  out->push_back(array.IsNull(row) ? 0 : 1);
  if (array.IsValid(row)) AppendValue(array, row, out);
}

void AppendDecimal(const arrow::Array& array, int64_t row, std::string* out) {
  const uint8_t* value = static_cast<const arrow::Decimal128Array&>(array).GetValue(row);
  int64_t high;
  uint64_t low;
  std::memcpy(&low, value, 8);
  std::memcpy(&high, value + 8, 8);
  AppendInteger<int64_t, uint64_t>(high, out);
  AppendInteger<int64_t, uint64_t>(static_cast<int64_t>(low ^ (uint64_t{1} << 63)), out);
}

void AppendList(const arrow::Array& array, int64_t row, std::string* out) {
  const auto& list = static_cast<const arrow::ListArray&>(array);
  for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
    out->push_back(1);
    AppendNested(*list.values(), i, out);
  }
  out->push_back(0);
}

void AppendValue(const arrow::Array& array, int64_t row, std::string* out) {
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      out->push_back(static_cast<const arrow::BooleanArray&>(array).Value(row));
      break;
    case arrow::Type::INT8:
      AppendInteger<int8_t, uint8_t>(array.data()->GetValues<int8_t>(1)[row], out);
      break;
    case arrow::Type::INT16:
      AppendInteger<int16_t, uint16_t>(array.data()->GetValues<int16_t>(1)[row], out);
      break;
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::INTERVAL_MONTHS:
      AppendInteger<int32_t, uint32_t>(array.data()->GetValues<int32_t>(1)[row], out);
      break;
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
      AppendInteger<int64_t, uint64_t>(array.data()->GetValues<int64_t>(1)[row], out);
      break;
    case arrow::Type::FLOAT:
      AppendFloat<float, int32_t, uint32_t>(array.data()->GetValues<float>(1)[row], out);
      break;
    case arrow::Type::DOUBLE:
      AppendFloat<double, int64_t, uint64_t>(array.data()->GetValues<double>(1)[row], out);
      break;
    case arrow::Type::DECIMAL128:
      AppendDecimal(array, row, out);
      break;
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      AppendText(static_cast<const arrow::BinaryArray&>(array).GetView(row), out);
      break;
    case arrow::Type::LIST:
      AppendList(array, row, out);
      break;
    case arrow::Type::STRUCT: {
      const auto& fields = static_cast<const arrow::StructArray&>(array);
      for (int i = 0; i < fields.num_fields(); ++i) AppendNested(*fields.field(i), row, out);
      break;
    }
    default:
      break;
  }
}

bool CanSort(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::MAP:
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return false;
    default:
      return std::all_of(type.fields().begin(), type.fields().end(),
                         [](const auto& field) { return CanSort(*field->type()); });
  }
}

/// How many bytes all keys begin with in common.
size_t CommonBytes(const std::vector<std::string>& keys) {
  if (keys.empty()) return 0;
  size_t common = keys[0].size();
  for (const std::string& key : keys) {
    const size_t most = std::min(common, key.size());
    const auto end = key.begin() + static_cast<int64_t>(most);
    common =
        static_cast<size_t>(std::mismatch(key.begin(), end, keys[0].begin()).first - key.begin());
    if (common == 0) break;
  }
  return common;
}

/// The 8 bytes behind the first `skipped` as a number that orders like them.
uint64_t Prefix(const std::string& key, size_t skipped) {
  unsigned char bytes[8] = {};
  std::memcpy(bytes, key.data() + skipped, std::min<size_t>(key.size() - skipped, 8));
  uint64_t prefix = 0;
  for (const unsigned char byte : bytes) prefix = prefix << 8 | byte;
  return prefix;
}

}  // namespace

Status AppendSortKeys(const arrow::Array& column, SortDirection direction,
                      std::vector<std::string>* keys) {
  if (!CanSort(*column.type())) {
    return Status::NotImplemented("sorting by type ", column.type()->ToString());
  }
  for (int64_t row = 0; row < static_cast<int64_t>(keys->size()); ++row) {
    std::string& key = (*keys)[row];
    if (column.IsNull(row)) {
      key.push_back(direction.nulls_first ? 0 : 2);
      continue;
    }
    key.push_back(1);
    const size_t begin = key.size();
    AppendValue(column, row, &key);
    if (!direction.descending) continue;
    for (size_t i = begin; i < key.size(); ++i) key[i] = static_cast<char>(~key[i]);
  }
  return Status::OK();
}

std::vector<int32_t> SortedOrder(const std::vector<std::string>& keys) {
  struct Entry {
    uint64_t prefix;
    int32_t row;
  };
  // Small numbers, for one, begin with zeros, which tell nothing.
  const size_t common = CommonBytes(keys);
  std::vector<Entry> entries(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    entries[i] = {Prefix(keys[i], common), static_cast<int32_t>(i)};
  }
  const bool told = std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
    return key.size() == keys[0].size() && key.size() - common <= sizeof(uint64_t);
  });
  std::sort(entries.begin(), entries.end(), [&](const Entry& left, const Entry& right) {
    if (left.prefix != right.prefix) return left.prefix < right.prefix;
    if (told) return left.row < right.row;
    const int order = keys[left.row].compare(keys[right.row]);
    return order != 0 ? order < 0 : left.row < right.row;
  });
  std::vector<int32_t> order(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) order[i] = entries[i].row;
  return order;
}

}  // namespace thalweg::exec
