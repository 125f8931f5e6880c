#include <cstring>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/expr/expression.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/decimal_math.h"
#include "thalweg/types/time_text.h"

namespace thalweg::expr {
namespace {

std::string HexText(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02X}", static_cast<unsigned char>(byte));
  return text;
}

std::string TimeText(const char* word, int64_t micros) {
  std::string text = std::string(word) + " '";
  AppendTimestampText(micros, &text);
  return text + "'";
}

std::string ScalarText(const arrow::Scalar& scalar);

/// "array(1, 2)", "map(a, 1)", "named_struct(a, 1)": the call that makes the value.
std::string NestedText(const arrow::Scalar& scalar) {
  std::string text;
  const auto append = [&text](const std::string& part) {
    text += (text.empty() ? "" : ", ") + part;
  };
  if (scalar.type->id() == arrow::Type::STRUCT) {
    const auto& value = static_cast<const arrow::StructScalar&>(scalar);
    for (int i = 0; i < scalar.type->num_fields(); ++i) {
      append(scalar.type->field(i)->name());
      append(ScalarText(*value.value[i]));
    }
    return "named_struct(" + text + ")";
  }
  const auto& elements = static_cast<const arrow::BaseListScalar&>(scalar).value;
  const bool is_map = scalar.type->id() == arrow::Type::MAP;
  for (int64_t i = 0; i < elements->length(); ++i) {
    auto element = elements->GetScalar(i);
    if (!element.ok()) continue;
    if (is_map) {
      const auto& entry = static_cast<const arrow::StructScalar&>(**element);
      append(ScalarText(*entry.value[0]));
      append(ScalarText(*entry.value[1]));
    } else {
      append(ScalarText(**element));
    }
  }
  return (is_map ? "map(" : "array(") + text + ")";
}

/// Numbers and intervals: the text of a cast to string.
std::string CastText(const arrow::Scalar& scalar) {
  const EvalContext context;
  auto one = arrow::MakeArrayFromScalar(scalar, 1);
  if (!one.ok()) return scalar.ToString();
  auto text = CastDatum(*one, arrow::utf8(), EvalMode::kTry, context);
  if (!text.ok()) return scalar.ToString();
  return static_cast<const arrow::StringArray&>(*text->make_array()).GetString(0);
}

std::string ScalarText(const arrow::Scalar& scalar) {
  if (!scalar.is_valid) return "NULL";
  switch (scalar.type->id()) {
    case arrow::Type::STRING:
      return std::string(static_cast<const arrow::BaseBinaryScalar&>(scalar).view());
    case arrow::Type::BINARY:
      return "X'" + HexText(static_cast<const arrow::BaseBinaryScalar&>(scalar).view()) + "'";
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanScalar&>(scalar).value ? "true" : "false";
    case arrow::Type::DATE32: {
      std::string text = "DATE '";
      AppendDateText(static_cast<const arrow::Date32Scalar&>(scalar).value, &text);
      return text + "'";
    }
    case arrow::Type::TIMESTAMP: {
      const int64_t micros = static_cast<const arrow::TimestampScalar&>(scalar).value;
      return TimeText(IsTimestamp(*scalar.type) ? "TIMESTAMP" : "TIMESTAMP_NTZ", micros);
    }
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Scalar&>(scalar);
      Int128 unscaled;
      std::memcpy(&unscaled, decimal.value.native_endian_bytes(), sizeof(unscaled));
      return BigDecimalText(unscaled,
                            static_cast<const arrow::Decimal128Type&>(*scalar.type).scale());
    }
    case arrow::Type::LIST:
    case arrow::Type::MAP:
    case arrow::Type::STRUCT:
      return NestedText(scalar);
    default:
      return CastText(scalar);
  }
}

}  // namespace

Literal::Literal(std::shared_ptr<arrow::Scalar> value)
    : Expression(ExpressionKind::kLiteral, value->type, !value->is_valid, {}),
      value_(std::move(value)) {}

ExpressionPtr Literal::Make(std::shared_ptr<arrow::Scalar> value) {
  return ExpressionPtr(new Literal(std::move(value)));
}

ExpressionPtr Literal::Null(const TypePtr& type) { return Make(arrow::MakeNullScalar(type)); }

ExpressionPtr Literal::Boolean(bool value) {
  return Make(std::make_shared<arrow::BooleanScalar>(value));
}

ExpressionPtr Literal::Int(int32_t value) {
  return Make(std::make_shared<arrow::Int32Scalar>(value));
}

ExpressionPtr Literal::Long(int64_t value) {
  return Make(std::make_shared<arrow::Int64Scalar>(value));
}

ExpressionPtr Literal::String(std::string value) {
  return Make(std::make_shared<arrow::StringScalar>(std::move(value)));
}

Result<arrow::Datum> Literal::Evaluate(const EvalContext&, const Batch&) const {
  return arrow::Datum(value_);
}

ExpressionPtr Literal::WithChildren(std::vector<ExpressionPtr>) const { return shared_from_this(); }

std::string Literal::ToString() const { return ScalarText(*value_); }

}  // namespace thalweg::expr
