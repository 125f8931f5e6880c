#include "thalweg/expr/value_order.h"

#include <cstring>

#include <arrow/api.h>
#include <arrow/util/checked_cast.h>

#include "thalweg/types/decimal_math.h"

namespace thalweg::expr {
namespace {

using arrow::internal::checked_cast;

template <typename ArrayType>
int ComparePlain(const arrow::Array& left, int64_t i, const arrow::Array& right, int64_t j) {
  const auto a = checked_cast<const ArrayType&>(left).Value(i);
  const auto b = checked_cast<const ArrayType&>(right).Value(j);
  return a < b ? -1 : (b < a ? 1 : 0);
}

template <typename ArrayType>
int CompareNumbers(const arrow::Array& left, int64_t i, const arrow::Array& right, int64_t j) {
  return CompareFloating(checked_cast<const ArrayType&>(left).Value(i),
                         checked_cast<const ArrayType&>(right).Value(j));
}

Int128 DecimalAt(const arrow::Array& array, int64_t row) {
  Int128 value;
  std::memcpy(&value, checked_cast<const arrow::FixedSizeBinaryArray&>(array).GetValue(row),
              sizeof(value));
  return value;
}

int CompareLists(const arrow::ListArray& left, int64_t i, const arrow::ListArray& right,
                 int64_t j) {
  const int64_t left_length = left.value_length(i);
  const int64_t right_length = right.value_length(j);
  for (int64_t at = 0; at < left_length && at < right_length; ++at) {
    const int order = CompareValues(*left.values(), left.value_offset(i) + at, *right.values(),
                                    right.value_offset(j) + at);
    if (order != 0) return order;
  }
  return left_length < right_length ? -1 : (left_length > right_length ? 1 : 0);
}

int CompareStructs(const arrow::StructArray& left, int64_t i, const arrow::StructArray& right,
                   int64_t j) {
  for (int field = 0; field < left.num_fields(); ++field) {
    // field() applies the offset of the struct array.
    const int order = CompareValues(*left.field(field), i, *right.field(field), j);
    if (order != 0) return order;
  }
  return 0;
}

int CompareCalendarIntervals(const arrow::Array& left, int64_t i, const arrow::Array& right,
                             int64_t j) {
  const auto a = checked_cast<const arrow::MonthDayNanoIntervalArray&>(left).GetValue(i);
  const auto b = checked_cast<const arrow::MonthDayNanoIntervalArray&>(right).GetValue(j);
  if (a.months != b.months) return a.months < b.months ? -1 : 1;
  if (a.days != b.days) return a.days < b.days ? -1 : 1;
  return a.nanoseconds < b.nanoseconds ? -1 : (a.nanoseconds > b.nanoseconds ? 1 : 0);
}

}  // namespace

int CompareValues(const arrow::Array& left, int64_t i, const arrow::Array& right, int64_t j) {
  const bool left_null = left.IsNull(i);
  const bool right_null = right.IsNull(j);
  if (left_null || right_null) return left_null == right_null ? 0 : (left_null ? -1 : 1);
  switch (left.type_id()) {
    case arrow::Type::BOOL:
      return ComparePlain<arrow::BooleanArray>(left, i, right, j);
    case arrow::Type::INT8:
      return ComparePlain<arrow::Int8Array>(left, i, right, j);
    case arrow::Type::INT16:
      return ComparePlain<arrow::Int16Array>(left, i, right, j);
    case arrow::Type::INT32:
      return ComparePlain<arrow::Int32Array>(left, i, right, j);
    case arrow::Type::INT64:
      return ComparePlain<arrow::Int64Array>(left, i, right, j);
    case arrow::Type::FLOAT:
      return CompareNumbers<arrow::FloatArray>(left, i, right, j);
    case arrow::Type::DOUBLE:
      return CompareNumbers<arrow::DoubleArray>(left, i, right, j);
    case arrow::Type::DATE32:
      return ComparePlain<arrow::Date32Array>(left, i, right, j);
    case arrow::Type::TIMESTAMP:
      return ComparePlain<arrow::TimestampArray>(left, i, right, j);
    case arrow::Type::DURATION:
      return ComparePlain<arrow::DurationArray>(left, i, right, j);
    case arrow::Type::INTERVAL_MONTHS:
      return ComparePlain<arrow::MonthIntervalArray>(left, i, right, j);
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return CompareCalendarIntervals(left, i, right, j);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const int order = checked_cast<const arrow::BinaryArray&>(left).GetView(i).compare(
          checked_cast<const arrow::BinaryArray&>(right).GetView(j));
      return order < 0 ? -1 : (order > 0 ? 1 : 0);
    }
    case arrow::Type::DECIMAL128:
      return CompareDecimals(
          DecimalAt(left, i), checked_cast<const arrow::Decimal128Type&>(*left.type()).scale(),
          DecimalAt(right, j), checked_cast<const arrow::Decimal128Type&>(*right.type()).scale());
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      return CompareLists(checked_cast<const arrow::ListArray&>(left), i,
                          checked_cast<const arrow::ListArray&>(right), j);
    case arrow::Type::STRUCT:
      return CompareStructs(checked_cast<const arrow::StructArray&>(left), i,
                            checked_cast<const arrow::StructArray&>(right), j);
    default:
      return 0;
  }
}

}  // namespace thalweg::expr
