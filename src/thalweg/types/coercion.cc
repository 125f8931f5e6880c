#include "thalweg/types/coercion.h"

#include <algorithm>

#include <arrow/type.h>
#include <arrow/util/checked_cast.h>

#include "thalweg/types/cast_nullability.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/legacy_coercion.h"
#include "thalweg/types/user_defined_type.h"
#include "thalweg/types/variant_type.h"

namespace thalweg {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;
using WidenFunction = TypePtr (*)(const TypePtr&, const TypePtr&, EvalMode);

constexpr int kMinAdjustedScale = 6;

struct DecimalShape {
  int precision;
  int scale;
  int integer_digits() const { return precision - scale; }
};

DecimalShape ShapeOf(const arrow::DataType& type) {
  const auto& decimal = checked_cast<const arrow::Decimal128Type&>(type);
  return {decimal.precision(), decimal.scale()};
}

bool IsWiderDecimal(const DecimalShape& wide, const DecimalShape& narrow) {
  return wide.integer_digits() >= narrow.integer_digits() && wide.scale >= narrow.scale;
}

TypePtr BoundedDecimal(int precision, int scale) {
  return DecimalOf(std::min(precision, kMaxDecimalPrecision),
                   std::min(scale, kMaxDecimalPrecision));
}

TypePtr WiderDecimal(const DecimalShape& left, const DecimalShape& right) {
  const int scale = std::max(left.scale, right.scale);
  const int range = std::max(left.integer_digits(), right.integer_digits());
  return BoundedDecimal(range + scale, scale);
}

bool IsDatetime(const arrow::DataType& type) {
  return type.id() == Type::DATE32 || type.id() == Type::TIMESTAMP;
}

bool IsAtomic(const arrow::DataType& type) {
  return !IsNested(type) && type.id() != Type::NA && type.id() != Type::INTERVAL_MONTH_DAY_NANO &&
         !IsVariant(type);
}

bool IsAnsiInterval(const arrow::DataType& type) {
  return type.id() == Type::DURATION || type.id() == Type::INTERVAL_MONTHS;
}

int NumericRank(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::INT8:
      return 0;
    case Type::INT16:
      return 1;
    case Type::INT32:
      return 2;
    case Type::INT64:
      return 3;
    case Type::FLOAT:
      return 4;
    default:
      return 5;
  }
}

bool IsUserDefined(const arrow::DataType& type) { return FindUserDefined(type) != nullptr; }

/// The common type where one is a user-defined type, which is like itself alone.
TypePtr CommonUserDefinedType(const TypePtr& left, const TypePtr& right) {
  if (left->id() == Type::NA && !IsUserDefined(*left)) return right;
  if (right->id() == Type::NA && !IsUserDefined(*right)) return left;
  return SameType(*left, *right) ? left : nullptr;
}

/// Whether a part of two nested types that becomes `common` may be NULL.
bool MayHoldNull(const FieldPtr& left, const FieldPtr& right, const arrow::DataType& common) {
  return left->nullable() || right->nullable() || CastMayGiveNull(*left->type(), common) ||
         CastMayGiveNull(*right->type(), common);
}

TypePtr WidenMap(const arrow::MapType& left, const arrow::MapType& right, WidenFunction widen,
                 EvalMode mode) {
  TypePtr key = widen(left.key_type(), right.key_type(), mode);
  TypePtr value = widen(left.item_type(), right.item_type(), mode);
  if (key == nullptr || value == nullptr || CastMayGiveNull(*left.key_type(), *key) ||
      CastMayGiveNull(*right.key_type(), *key)) {
    return nullptr;
  }
  const bool holds_null = MayHoldNull(left.item_field(), right.item_field(), *value);
  return MapOf(key, value, holds_null);
}

TypePtr WidenNested(const TypePtr& left, const TypePtr& right, WidenFunction widen, EvalMode mode) {
  if (left->id() != right->id()) return nullptr;
  if (left->id() == Type::LIST) {
    TypePtr element = widen(left->field(0)->type(), right->field(0)->type(), mode);
    if (element == nullptr) return nullptr;
    return ArrayOf(element, MayHoldNull(left->field(0), right->field(0), *element));
  }
  if (left->id() == Type::MAP) {
    return WidenMap(checked_cast<const arrow::MapType&>(*left),
                    checked_cast<const arrow::MapType&>(*right), widen, mode);
  }
  if (left->id() != Type::STRUCT || left->num_fields() != right->num_fields()) return nullptr;
  arrow::FieldVector fields;
  for (int i = 0; i < left->num_fields(); ++i) {
    const auto& a = left->field(i);
    const auto& b = right->field(i);
    if (ToLowerAscii(a->name()) != ToLowerAscii(b->name())) return nullptr;
    TypePtr type = widen(a->type(), b->type(), mode);
    if (type == nullptr) return nullptr;
    const bool nullable = MayHoldNull(a, b, *type);
    fields.push_back(arrow::field(a->name(), std::move(type), nullable));
  }
  return arrow::struct_(std::move(fields));
}

/// The common type that loses nothing (Spark's findTightestCommonType).
TypePtr TightestCommonType(const TypePtr& left, const TypePtr& right, EvalMode mode) {
  if (IsUserDefined(*left) || IsUserDefined(*right)) return CommonUserDefinedType(left, right);
  if (left->id() == right->id() && IsAnsiInterval(*left)) {
    return IntervalTypeOf(UnionOfRanges(IntervalRangeOf(*left), IntervalRangeOf(*right)));
  }
  if (left->Equals(right) && SameType(*left, *right)) return left;
  if (left->id() == Type::NA) return right;
  if (right->id() == Type::NA) return left;
  const bool left_decimal = IsDecimal(*left);
  const bool right_decimal = IsDecimal(*right);
  if (IsInteger(*left) && right_decimal) {
    return IsWiderDecimal(ShapeOf(*right), ShapeOf(*DecimalForType(*left))) ? right : nullptr;
  }
  if (left_decimal && IsInteger(*right)) {
    return IsWiderDecimal(ShapeOf(*left), ShapeOf(*DecimalForType(*right))) ? left : nullptr;
  }
  if (IsNumeric(*left) && IsNumeric(*right) && !left_decimal && !right_decimal) {
    const TypePtr& wider = NumericRank(*left) > NumericRank(*right) ? left : right;
    const bool loses_digits = wider->id() == Type::FLOAT && mode != EvalMode::kLegacy;
    return loses_digits ? arrow::float64() : wider;
  }
  if (IsDatetime(*left) && IsDatetime(*right)) {
    if (IsTimestamp(*left) || IsTimestamp(*right)) return TimestampType();
    return TimestampNtzType();
  }
  return WidenNested(left, right, TightestCommonType, mode);
}

TypePtr WidenDecimalPair(const TypePtr& left, const TypePtr& right) {
  const bool left_decimal = IsDecimal(*left);
  const bool right_decimal = IsDecimal(*right);
  if (!left_decimal && !right_decimal) return nullptr;
  if (left_decimal && right_decimal) return WiderDecimal(ShapeOf(*left), ShapeOf(*right));
  const TypePtr& other = left_decimal ? right : left;
  const TypePtr& decimal = left_decimal ? left : right;
  if (IsInteger(*other)) return WiderDecimal(ShapeOf(*DecimalForType(*other)), ShapeOf(*decimal));
  return IsFloating(*other) ? arrow::float64() : nullptr;
}

TypePtr PromoteString(const TypePtr& left, const TypePtr& right) {
  if (!IsString(*left) && !IsString(*right)) return nullptr;
  const TypePtr& other = IsString(*left) ? right : left;
  if (IsInteger(*other)) return arrow::int64();
  if (IsFloating(*other) || IsDecimal(*other)) return arrow::float64();
  if (IsAnsiInterval(*other)) return nullptr;
  return IsAtomic(*other) || IsVariant(*other) ? other : nullptr;
}

/// Whether `can` holds for every pair of parts of two nested types of one shape.
template <typename Predicate>
bool PartsSatisfy(const arrow::DataType& from, const arrow::DataType& to, Predicate can) {
  if (from.id() != to.id() || !IsNested(from)) return false;
  if (from.id() == Type::MAP) {
    const auto& a = checked_cast<const arrow::MapType&>(from);
    const auto& b = checked_cast<const arrow::MapType&>(to);
    return can(*a.key_type(), *b.key_type()) && can(*a.item_type(), *b.item_type()) &&
           (!a.item_field()->nullable() || b.item_field()->nullable());
  }
  if (from.num_fields() != to.num_fields()) return false;
  for (int i = 0; i < from.num_fields(); ++i) {
    if (!can(*from.field(i)->type(), *to.field(i)->type())) return false;
    if (from.field(i)->nullable() && !to.field(i)->nullable()) return false;
  }
  return true;
}

bool IsSafeNumericCast(const arrow::DataType& from, const arrow::DataType& to) {
  if (to.id() == Type::BOOL) return true;
  if (IsFloating(to)) return true;
  if (IsDecimal(to)) {
    if (IsFloating(from)) return false;
    const DecimalShape shape = IsDecimal(from) ? ShapeOf(from) : ShapeOf(*DecimalForType(from));
    return ShapeOf(to).integer_digits() >= shape.integer_digits() &&
           (ShapeOf(to).scale >= shape.scale ||
            ShapeOf(to).integer_digits() > shape.integer_digits());
  }
  if (IsInteger(from) && IsInteger(to)) return NumericRank(from) <= NumericRank(to);
  if (IsAnsiInterval(to)) return false;
  return IsTimestamp(to) && !IsFloating(from);
}

/// Whether parts of `to` that are never NULL, the keys of maps among them, could become NULL where
/// values that are no such parts do.
bool LosesToNull(const arrow::DataType& from, const arrow::DataType& to) {
  if (from.id() != to.id() || from.num_fields() != to.num_fields()) return false;
  if (from.id() == Type::MAP) {
    const auto& a = checked_cast<const arrow::MapType&>(from);
    const auto& b = checked_cast<const arrow::MapType&>(to);
    return CastMayGiveNull(*a.key_type(), *b.key_type()) ||
           (!b.item_field()->nullable() && CastMayGiveNull(*a.item_type(), *b.item_type()));
  }
  for (int i = 0; i < from.num_fields(); ++i) {
    const bool kept = !to.field(i)->nullable();
    if (kept && CastMayGiveNull(*from.field(i)->type(), *to.field(i)->type())) return true;
  }
  return false;
}

/// Whether `type` is text or an array of texts.
bool HasText(const TypePtr& type) {
  if (type->id() == Type::LIST) return HasText(type->field(0)->type());
  return IsString(*type);
}

}  // namespace

TypePtr WiderTypeForTwo(const TypePtr& left, const TypePtr& right, EvalMode mode) {
  if (IsUserDefined(*left) || IsUserDefined(*right)) return CommonUserDefinedType(left, right);
  if (TypePtr type = TightestCommonType(left, right, mode)) return type;
  if (TypePtr type = WidenDecimalPair(left, right)) return type;
  TypePtr promoted = mode == EvalMode::kLegacy ? legacy_coercion::PromoteToString(left, right)
                                               : PromoteString(left, right);
  if (promoted != nullptr) return promoted;
  return WidenNested(left, right, WiderTypeForTwo, mode);
}

TypePtr TightestType(const TypePtr& left, const TypePtr& right, EvalMode mode) {
  return TightestCommonType(left, right, mode);
}

TypePtr ComparisonType(const TypePtr& left, const TypePtr& right, bool equality, EvalMode mode) {
  if (mode != EvalMode::kLegacy || IsUserDefined(*left) || IsUserDefined(*right)) {
    return WiderTypeForTwo(left, right, mode);
  }
  if (TypePtr type = legacy_coercion::ComparisonType(left, right, equality)) return type;
  if (TypePtr type = TightestCommonType(left, right, mode)) return type;
  return WidenDecimalPair(left, right);
}

TypePtr WiderType(const std::vector<TypePtr>& types, EvalMode mode) {
  std::vector<TypePtr> ordered = types;
  if (mode == EvalMode::kLegacy) {
    // With texts first the answer does not depend on the order (findWiderCommonType).
    std::stable_partition(ordered.begin(), ordered.end(), HasText);
  }
  TypePtr result = arrow::null();
  for (const TypePtr& type : ordered) {
    result = WiderTypeForTwo(result, type, mode);
    if (result == nullptr) return nullptr;
  }
  return result;
}

TypePtr ImplicitCastType(const TypePtr& from, const TypePtr& to, EvalMode mode) {
  if (SameType(*from, *to)) return from;
  if (mode == EvalMode::kLegacy) return legacy_coercion::ImplicitCastType(from, to);
  if (IsUserDefined(*from) || IsUserDefined(*to)) return CanStoreAssign(*from, *to) ? to : nullptr;
  if (IsString(*from)) return IsAtomic(*to) ? to : nullptr;
  if (IsVariant(*from) && IsString(*to)) return to;
  if (from->id() == Type::LIST && to->id() == Type::LIST) {
    TypePtr element = ImplicitCastType(from->field(0)->type(), to->field(0)->type(), mode);
    return element == nullptr ? nullptr : ArrayOf(element);
  }
  return CanStoreAssign(*from, *to) ? to : nullptr;
}

bool CanCast(const arrow::DataType& from, const arrow::DataType& to, EvalMode mode) {
  if (SameType(from, to)) return true;
  if (IsUserDefined(to)) return from.id() == Type::NA && !IsUserDefined(from);
  if (IsUserDefined(from)) return IsString(to);
  if (from.id() == Type::NA) return true;
  if (IsVariant(from)) return HasVariantForm(to, /*allow_structs_and_maps=*/true);
  if (IsVariant(to)) return HasVariantForm(from, /*allow_structs_and_maps=*/false);
  if (IsString(to) || (IsAnsiInterval(from) && from.id() == to.id())) return true;
  if (IsString(from)) return IsAtomic(to) || to.id() == Type::INTERVAL_MONTH_DAY_NANO;
  if (mode == EvalMode::kLegacy && legacy_coercion::AlsoCasts(from, to)) return true;
  if (IsNested(from) || IsNested(to)) {
    if (mode != EvalMode::kAnsi && LosesToNull(from, to)) return false;
    return PartsSatisfy(from, to, [mode](const arrow::DataType& a, const arrow::DataType& b) {
      return CanCast(a, b, mode);
    });
  }
  if (IsAnsiInterval(from)) return IsInteger(to) || IsDecimal(to);
  if (IsAnsiInterval(to)) return IsInteger(from) || IsDecimal(from);
  if (IsNumeric(from)) return IsNumeric(to) || to.id() == Type::BOOL || IsTimestamp(to);
  if (from.id() == Type::BOOL) return IsNumeric(to);
  if (IsTimestamp(from) && IsNumeric(to)) return true;
  return IsDatetime(from) && IsDatetime(to);
}

bool IsSafeCast(const arrow::DataType& from, const arrow::DataType& to) {
  if (SameType(from, to) || from.id() == Type::NA) return true;
  if (IsVariant(from)) return false;
  if (IsVariant(to) || IsString(to)) return true;
  if (IsAnsiInterval(from) && from.id() == to.id()) return true;
  if (IsString(from)) return to.id() == Type::BINARY;
  if (IsNested(from)) return PartsSatisfy(from, to, IsSafeCast);
  if (IsNumeric(from)) return IsSafeNumericCast(from, to);
  if (from.id() == Type::BOOL) {
    return IsInteger(to) || IsFloating(to) || (IsDecimal(to) && ShapeOf(to).integer_digits() > 0);
  }
  if (IsTimestamp(from) && (IsFloating(to) || to.id() == Type::INT64)) return true;
  if (from.id() == Type::TIMESTAMP) return IsDatetime(to);
  return false;
}

bool CanStoreAssign(const arrow::DataType& from, const arrow::DataType& to) {
  if (SameType(from, to)) return true;
  if (IsUserDefined(to)) return from.id() == Type::NA && !IsUserDefined(from);
  if (IsUserDefined(from)) return false;
  if (from.id() == Type::NA) return true;
  if (IsNumeric(from) && IsNumeric(to)) return true;
  if (IsAnsiInterval(from) && from.id() == to.id()) return true;
  if (IsString(to)) return !IsNested(from) && !IsVariant(from);
  if (IsDatetime(from) && IsDatetime(to)) return true;
  return PartsSatisfy(from, to, CanStoreAssign);
}

TypePtr DecimalForType(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::INT8:
      return DecimalOf(3, 0);
    case Type::INT16:
      return DecimalOf(5, 0);
    case Type::INT32:
      return DecimalOf(10, 0);
    case Type::INT64:
      return DecimalOf(20, 0);
    case Type::FLOAT:
      return DecimalOf(14, 7);
    case Type::DOUBLE:
      return DecimalOf(30, 15);
    case Type::DECIMAL128:
      return DecimalOf(ShapeOf(type).precision, ShapeOf(type).scale);
    default:
      return nullptr;
  }
}

TypePtr AdjustedDecimal(int precision, int scale) {
  if (precision <= kMaxDecimalPrecision) return DecimalOf(precision, scale);
  const int integer_digits = precision - scale;
  const int least_scale = std::min(scale, kMinAdjustedScale);
  return DecimalOf(kMaxDecimalPrecision,
                   std::max(kMaxDecimalPrecision - integer_digits, least_scale));
}

TypePtr DecimalResultType(char op, const arrow::DataType& left, const arrow::DataType& right) {
  const DecimalShape a = ShapeOf(left);
  const DecimalShape b = ShapeOf(right);
  const int scale = std::max(a.scale, b.scale);
  switch (op) {
    case '*':
      return AdjustedDecimal(a.precision + b.precision + 1, a.scale + b.scale);
    case '/': {
      const int quotient_scale = std::max(kMinAdjustedScale, a.scale + b.precision + 1);
      return AdjustedDecimal(a.integer_digits() + b.scale + quotient_scale, quotient_scale);
    }
    case '%':
      return AdjustedDecimal(std::min(a.integer_digits(), b.integer_digits()) + scale, scale);
    case 'd':
      return BoundedDecimal(std::max(1, a.integer_digits() + b.scale), 0);
    default:
      return AdjustedDecimal(std::max(a.integer_digits(), b.integer_digits()) + scale + 1, scale);
  }
}

}  // namespace thalweg
