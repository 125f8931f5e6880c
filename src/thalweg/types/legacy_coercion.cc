#include "thalweg/types/legacy_coercion.h"

#include <arrow/type.h>

#include "thalweg/types/cast_nullability.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/user_defined_type.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::legacy_coercion {
namespace {

using arrow::Type;

bool IsDatetime(const arrow::DataType& type) {
  return type.id() == Type::DATE32 || type.id() == Type::TIMESTAMP;
}

bool IsAnsiInterval(const arrow::DataType& type) {
  return type.id() == Type::DURATION || type.id() == Type::INTERVAL_MONTHS;
}

/// Spark's AtomicType: neither nested nor void or a calendar interval. Variants are.
bool IsAtomic(const arrow::DataType& type) {
  if (IsVariant(type)) return true;
  return !IsNested(type) && type.id() != Type::NA && type.id() != Type::INTERVAL_MONTH_DAY_NANO;
}

TypePtr ImplicitNestedType(const TypePtr& from, const TypePtr& to) {
  if (from->id() != to->id()) return nullptr;
  const auto part = [](const TypePtr& a, const TypePtr& b) {
    return thalweg::ImplicitCastType(a, b, EvalMode::kLegacy);
  };
  if (from->id() == Type::LIST) {
    const bool may_hold_null = to->field(0)->nullable();
    const TypePtr element = part(from->field(0)->type(), to->field(0)->type());
    if (element == nullptr) return nullptr;
    if (!may_hold_null && (from->field(0)->nullable() ||
                           CastMayGiveNull(*from->field(0)->type(), *to->field(0)->type()))) {
      return nullptr;
    }
    return ArrayOf(element, may_hold_null);
  }
  if (from->id() != Type::MAP) return nullptr;
  const auto& a = static_cast<const arrow::MapType&>(*from);
  const auto& b = static_cast<const arrow::MapType&>(*to);
  const TypePtr key = part(a.key_type(), b.key_type());
  const TypePtr item = part(a.item_type(), b.item_type());
  const bool item_may_be_null =
      a.item_field()->nullable() || CastMayGiveNull(*a.item_type(), *b.item_type());
  if (key == nullptr || item == nullptr || CastMayGiveNull(*a.key_type(), *b.key_type()) ||
      (item_may_be_null && !b.item_field()->nullable())) {
    return nullptr;
  }
  return MapOf(key, item, b.item_field()->nullable());
}

}  // namespace

TypePtr PromoteToString(const TypePtr& left, const TypePtr& right) {
  if (!IsString(*left) && !IsString(*right)) return nullptr;
  const TypePtr& other = IsString(*left) ? right : left;
  if (!IsAtomic(*other) || other->id() == Type::BINARY || other->id() == Type::BOOL) return nullptr;
  return IsString(*left) ? left : right;
}

TypePtr ComparisonType(const TypePtr& left, const TypePtr& right, bool equality) {
  if (IsString(*left) != IsString(*right)) {
    const TypePtr& other = IsString(*left) ? right : left;
    if (other->id() == Type::NA) return IsString(*left) ? left : right;
    if (IsDecimal(*other) && static_cast<const arrow::DecimalType&>(*other).scale() > 0) {
      return arrow::float64();
    }
    return IsAtomic(*other) && !IsAnsiInterval(*other) ? other : nullptr;
  }
  if (!equality) return nullptr;
  if (left->id() == Type::BOOL && IsNumeric(*right)) return right;
  if (right->id() == Type::BOOL && IsNumeric(*left)) return left;
  return nullptr;
}

TypePtr ImplicitCastType(const TypePtr& from, const TypePtr& to) {
  if (FindUserDefined(*from) != nullptr || FindUserDefined(*to) != nullptr) return nullptr;
  if (from->id() == Type::NA) return to;
  if (IsNumeric(*from) && IsNumeric(*to)) return to;
  if (IsDatetime(*from) && IsDatetime(*to)) return to;
  if (IsString(*from)) {
    const bool cast = IsNumeric(*to) || IsDatetime(*to) || to->id() == Type::BINARY;
    return cast ? to : nullptr;
  }
  if (IsString(*to)) return IsAtomic(*from) ? to : nullptr;
  return ImplicitNestedType(from, to);
}

bool AlsoCasts(const arrow::DataType& from, const arrow::DataType& to) {
  if (to.id() == Type::BINARY) return IsInteger(from);
  if (to.id() == Type::BOOL) return from.id() == Type::DATE32 || IsTimestamp(from);
  if (IsTimestamp(to)) return from.id() == Type::BOOL;
  return from.id() == Type::DATE32 && IsNumeric(to);
}

}  // namespace thalweg::legacy_coercion
