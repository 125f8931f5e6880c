#include "thalweg/types/cast_nullability.h"

#include <arrow/type.h>

#include "thalweg/types/coercion.h"
#include "thalweg/types/variant_type.h"

namespace thalweg {
namespace {

using arrow::Type;

bool FitsDecimal(const arrow::DataType& from, const arrow::DecimalType& to) {
  const int integer_digits = to.precision() - to.scale();
  if (from.id() == Type::BOOL) return integer_digits >= 1;
  if (!IsNumeric(from)) return false;
  const TypePtr as_decimal = IsDecimal(from) ? nullptr : DecimalForType(from);
  if (as_decimal == nullptr && !IsDecimal(from)) return false;
  const auto& decimal =
      static_cast<const arrow::DecimalType&>(as_decimal == nullptr ? from : *as_decimal);
  const int from_digits = decimal.precision() - decimal.scale();
  if (integer_digits >= from_digits && to.scale() >= decimal.scale()) return !IsFloating(from);
  return IsDecimal(from) && integer_digits > from_digits;
}

}  // namespace

bool CastMayGiveNull(const arrow::DataType& from, const arrow::DataType& to) {
  if (from.id() == Type::NA || SameType(from, to)) return false;
  if (IsVariant(from)) return true;
  if (IsString(from)) return to.id() != Type::BINARY && !IsString(to);
  if (IsString(to)) return false;
  const bool to_date = to.id() == Type::DATE32;
  if (IsTimestamp(from)) return IsInteger(to) && to.id() != Type::INT64;
  if (to_date || to.id() == Type::INTERVAL_MONTH_DAY_NANO) return true;
  if (from.id() == Type::DATE32) return !IsTimestamp(to);
  if (IsFloating(from) && IsTimestamp(to)) return true;
  if (IsDecimal(to)) return !FitsDecimal(from, static_cast<const arrow::DecimalType&>(to));
  return (IsFloating(from) || IsDecimal(from)) && IsInteger(to);
}

}  // namespace thalweg
