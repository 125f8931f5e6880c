#include <cmath>

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/expr/cast/cast_call.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/number_text.h"

namespace thalweg::expr::cast {
namespace {

constexpr const char* kAnsiConfig = "\"spark.sql.ansi.enabled\"";

std::string Quoted(const arrow::DataType& type) { return "\"" + SqlTypeName(type) + "\""; }

std::string FloatingSql(double value, std::string text, const char* type, const char* suffix) {
  if (std::isfinite(value)) return text + suffix;
  return fmt::format("{}('{}')", type, text);
}

}  // namespace

Status InvalidValue(const std::string& value, const arrow::DataType& from,
                    const arrow::DataType& to) {
  return MakeError("CAST_INVALID_INPUT", {{"expression", value},
                                          {"sourceType", Quoted(from)},
                                          {"targetType", Quoted(to)},
                                          {"ansiConfig", kAnsiConfig}});
}

Status InvalidInput(std::string_view text, const arrow::DataType& to) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') escaped += '\\';
    escaped += letter;
  }
  return InvalidValue("'" + escaped + "'", *arrow::utf8(), to);
}

Status Overflow(const std::string& value, const arrow::DataType& from, const arrow::DataType& to) {
  return MakeError("CAST_OVERFLOW", {{"value", value},
                                     {"sourceType", Quoted(from)},
                                     {"targetType", Quoted(to)},
                                     {"ansiConfig", kAnsiConfig}});
}

Status OutOfDecimalRange(const std::string& value, const arrow::DataType& to) {
  const auto& decimal = static_cast<const arrow::Decimal128Type&>(to);
  return MakeError("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                   {{"value", value},
                    {"precision", std::to_string(decimal.precision())},
                    {"scale", std::to_string(decimal.scale())},
                    {"config", kAnsiConfig}});
}

Status NoSuchCast(const CastCall& call) {
  return MakeError("INTERNAL_ERROR",
                   {{"message", fmt::format("no cast from {} to {}", call.from->ToString(),
                                            call.to->ToString())}});
}

std::string SqlValue(int8_t value) { return fmt::format("{}Y", static_cast<int>(value)); }
std::string SqlValue(int16_t value) { return fmt::format("{}S", value); }
std::string SqlValue(int32_t value) { return fmt::format("{}", value); }
std::string SqlValue(int64_t value) { return fmt::format("{}L", value); }

std::string SqlValue(float value) {
  std::string text;
  AppendFloatText(value, &text);
  return FloatingSql(value, text, "float", "F");
}

std::string SqlValue(double value) {
  std::string text;
  AppendDoubleText(value, &text);
  return FloatingSql(value, text, "double", "D");
}

}  // namespace thalweg::expr::cast
