#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/expr/cast/cast_call.h"
#include "thalweg/types/cast_nullability.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::expr {
namespace {

/// Equal types, the ranges of intervals included.
bool HasExactType(const arrow::DataType& type, const arrow::DataType& wanted) {
  if (!type.Equals(wanted)) return false;
  if (type.id() != arrow::Type::DURATION && type.id() != arrow::Type::INTERVAL_MONTHS) return true;
  return IntervalRangeOf(type) == IntervalRangeOf(wanted);
}

/// True for a literal like 'now' or 'today' that is cast to a date or timestamp.
bool IsSpecialTimeCast(const Expression& child, const arrow::DataType& to) {
  if (child.kind() != ExpressionKind::kLiteral || !IsString(*child.type())) return false;
  if (to.id() != arrow::Type::DATE32 && to.id() != arrow::Type::TIMESTAMP) return false;
  const auto& scalar = static_cast<const Literal&>(child).value();
  return scalar->is_valid && IsSpecialTimestampWord(StringView(arrow::Datum(scalar)).Value(0));
}

/// Whether a cast may fail without ANSI mode, where most give NULL instead.
bool FailsInLegacyMode(const arrow::DataType& from, const arrow::DataType& to) {
  return IsVariant(from) || IsInterval(from) || IsInterval(to) || IsNested(from) ||
         (from.id() == arrow::Type::DATE32 && to.id() == arrow::Type::TIMESTAMP);
}

Result<arrow::Datum> EvaluateSpecialTime(const Literal& literal, const TypePtr& to,
                                         const EvalContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(context.session_time_zone));
  const auto instant = ParseSpecialTimestamp(StringView(arrow::Datum(literal.value())).Value(0),
                                             &zone, context.current_timestamp_micros);
  const arrow::Datum value(
      std::make_shared<arrow::TimestampScalar>(instant.value_or(0), TimestampType()));
  return CastDatum(value, to, EvalMode::kAnsi, context);
}

}  // namespace

Cast::Cast(ExpressionPtr child, TypePtr to, EvalMode mode, bool implicit)
    : Expression(ExpressionKind::kCast, to,
                 child->nullable() ||
                     (mode == EvalMode::kTry && !IsSafeCast(*child->type(), *to)) ||
                     CastMayGiveNull(*child->type(), *to),
                 {child}),
      mode_(mode),
      implicit_(implicit) {}

ExpressionPtr Cast::Make(ExpressionPtr child, TypePtr to, EvalMode mode, bool implicit) {
  if (HasExactType(*child->type(), *to)) return child;
  return ExpressionPtr(new Cast(std::move(child), std::move(to), mode, implicit));
}

Result<arrow::Datum> Cast::Evaluate(const EvalContext& context, const Batch& batch) const {
  if (batch.num_rows == 0) return NullResult(type(), 0, false);
  const Expression& child = *children()[0];
  if (IsSpecialTimeCast(child, *type())) {
    return EvaluateSpecialTime(static_cast<const Literal&>(child), type(), context);
  }
  ARROW_ASSIGN_OR_RAISE(auto value, child.Evaluate(context, batch));
  Result<arrow::Datum> converted = CastDatum(value, type(), mode_, context);
  return converted.ok() ? std::move(converted) : Placed(converted.status());
}

ExpressionPtr Cast::WithChildren(std::vector<ExpressionPtr> children) const {
  return KeepPlace(Make(std::move(children[0]), type(), mode_, implicit_));
}

bool Cast::SelfCanFail() const {
  const arrow::DataType& from = *children()[0]->type();
  if (mode_ == EvalMode::kTry || IsSafeCast(from, *type())) return false;
  return mode_ == EvalMode::kAnsi || FailsInLegacyMode(from, *type());
}

bool Cast::IsFoldable() const {
  return !IsSpecialTimeCast(*children()[0], *type()) && Expression::IsFoldable();
}

std::string Cast::ToString() const {
  return fmt::format("{}({} as {})", mode_ == EvalMode::kTry ? "try_cast" : "cast",
                     children()[0]->ToString(), SimpleTypeName(*type()));
}

std::string Cast::ToPrettyString() const {
  if (implicit_) return children()[0]->ToPrettyString();
  return fmt::format("{}({} AS {})", mode_ == EvalMode::kTry ? "TRY_CAST" : "CAST",
                     children()[0]->ToPrettyString(), SqlTypeName(*type()));
}

Result<arrow::Datum> CastDatum(const arrow::Datum& value, const TypePtr& to, EvalMode mode,
                               const EvalContext& context) {
  const TypePtr from = value.type();
  if (HasExactType(*from, *to)) return value;
  const cast::CastCall call{value, from, to, mode, context};
  if (from->id() == arrow::Type::NA) return NullResult(to, call.num_rows(), value.is_scalar());
  if (IsVariant(*from) || IsVariant(*to)) return cast::CastVariant(call);
  if (IsString(*to)) return cast::CastToString(call);
  if (IsString(*from)) return cast::CastFromString(call);
  if (IsNested(*from)) return cast::CastNested(call);
  if (to->id() == arrow::Type::BINARY) return cast::CastToBinary(call);
  const auto is_time = [](const arrow::DataType& type) {
    return type.id() == arrow::Type::DATE32 || type.id() == arrow::Type::TIMESTAMP;
  };
  if (IsInterval(*from) || IsInterval(*to)) return cast::CastInterval(call);
  if (is_time(*from) || is_time(*to)) return cast::CastTime(call);
  if (IsDecimal(*from) || IsDecimal(*to)) return cast::CastDecimal(call);
  return cast::CastNumberToNumber(call);
}

}  // namespace thalweg::expr
