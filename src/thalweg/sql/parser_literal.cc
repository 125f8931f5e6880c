// Constants: NULL, TRUE, numbers, strings, typed literals, intervals.

#include <algorithm>

#include <arrow/buffer.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/sql/interval_literal.h"
#include "thalweg/sql/lexer.h"
#include "thalweg/sql/number_literal.h"
#include "thalweg/sql/parser_state.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::sql {
namespace {

using ScalarPtr = std::shared_ptr<arrow::Scalar>;

/// The bytes of hexadecimal text; an odd count has a zero in front. Null if it is none.
ScalarPtr BinaryFromHex(const std::string& hex) {
  std::string bytes;
  int high = hex.size() % 2 == 1 ? 0 : -1;
  for (const char c : hex) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return nullptr;
    if (high < 0) {
      high = digit;
    } else {
      bytes += static_cast<char>(high * 16 + digit);
      high = -1;
    }
  }
  return std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString(std::move(bytes)));
}

ScalarPtr DateScalar(const std::string& value, TimeZone* zone, std::optional<int64_t> now) {
  if (IsSpecialTimestampWord(value)) {
    const auto instant = now ? ParseSpecialTimestamp(value, zone, *now) : std::nullopt;
    if (!instant) return nullptr;
    return std::make_shared<arrow::Date32Scalar>(
        static_cast<int32_t>(FloorDivide(zone->ToLocal(*instant), kMicrosPerDay)));
  }
  const auto days = ParseDateText(value);
  return days ? std::make_shared<arrow::Date32Scalar>(*days) : nullptr;
}

ScalarPtr TimestampScalar(const std::string& value, TimeZone* zone, std::optional<int64_t> now) {
  std::optional<int64_t> instant;
  if (IsSpecialTimestampWord(value)) {
    if (now) instant = ParseSpecialTimestamp(value, zone, *now);
  } else {
    instant = ParseTimestampText(value, zone, now.value_or(0));
  }
  if (!instant) return nullptr;
  return std::make_shared<arrow::TimestampScalar>(*instant, TimestampType());
}

ScalarPtr TimestampNtzScalar(const std::string& value, TimeZone* zone, std::optional<int64_t> now) {
  std::optional<int64_t> local;
  if (IsSpecialTimestampWord(value)) {
    const auto instant = now ? ParseSpecialTimestamp(value, zone, *now) : std::nullopt;
    if (instant) local = zone->ToLocal(*instant);
  } else {
    local = ParseTimestampNtzText(value);
  }
  if (!local) return nullptr;
  return std::make_shared<arrow::TimestampScalar>(*local, TimestampNtzType());
}

}  // namespace

spec::ExpressionPtr Parser::FinishLiteral(ScalarPtr value, int first) const {
  spec::Expression literal;
  literal.type = value->type;
  literal.literal = std::move(value);
  return Finish(std::move(literal), first);
}

Result<spec::ExpressionPtr> Parser::ParseNumber(bool negative, int first) {
  const Token& token = Peek();
  ++at_;
  auto value = NumberLiteral(token.text, token.number, negative);
  if (!value.ok()) return At(value.status(), first);
  return FinishLiteral(std::move(*value), first);
}

Result<spec::ExpressionPtr> Parser::ParseStringLiteral() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto value, ParseString());
  return FinishLiteral(std::make_shared<arrow::StringScalar>(std::move(value)), first);
}

Result<spec::ExpressionPtr> Parser::ParseWordLiteral() {
  const int first = index();
  if (AtInterval()) return ParseInterval();
  if (AtString(1) && !AtAnyWord({"CASE", "NOT", "EXISTS"})) return ParseTypedLiteral();
  if (AtSymbol("(", 1)) return spec::ExpressionPtr();
  if (AcceptWord("NULL")) return FinishLiteral(std::make_shared<arrow::NullScalar>(), first);
  if (AcceptWord("TRUE")) return FinishLiteral(std::make_shared<arrow::BooleanScalar>(true), first);
  if (AcceptWord("FALSE")) {
    return FinishLiteral(std::make_shared<arrow::BooleanScalar>(false), first);
  }
  return spec::ExpressionPtr();
}

Result<spec::ExpressionPtr> Parser::ParseTypedLiteral() {
  const int first = index();
  const std::string type = Peek().upper;
  ++at_;
  const std::string value = UnescapeString(Peek().text);
  ++at_;
  auto zone = TimeZone::Make(options_.session_time_zone);
  if (!zone.ok()) return At(zone.status(), first);
  ScalarPtr scalar;
  if (type == "DATE") {
    scalar = DateScalar(value, &*zone, options_.now_micros);
  } else if (type == "TIMESTAMP" || type == "TIMESTAMP_LTZ") {
    scalar = TimestampScalar(value, &*zone, options_.now_micros);
  } else if (type == "TIMESTAMP_NTZ") {
    scalar = TimestampNtzScalar(value, &*zone, options_.now_micros);
  } else if (type == "INTERVAL") {
    auto interval = MultiUnitInterval(value, TextFrom(first));
    if (IsCondition(interval.status(), "_LEGACY_ERROR_TEMP_0029")) {
      return At(interval.status(), first);
    }
    if (interval.ok()) scalar = std::move(*interval);
  } else if (type == "X") {
    scalar = BinaryFromHex(value);
  } else if (type == "TIME") {
    if (TimestampNtzScalar("1970-01-01 " + value, &*zone, options_.now_micros) != nullptr) {
      return MakeError("UNSUPPORTED_TIME_TYPE", {});
    }
  } else {
    return MakeError("UNSUPPORTED_TYPED_LITERAL",
                     {{"unsupportedType", "\"" + type + "\""},
                      {"supportedTypes",
                       "\"DATE\", \"TIMESTAMP_NTZ\", \"TIMESTAMP_LTZ\", \"TIMESTAMP\", "
                       "\"INTERVAL\", \"X\""}},
                     PositionFrom(first));
  }
  if (scalar) return FinishLiteral(std::move(scalar), first);
  return MakeError("INVALID_TYPED_LITERAL",
                   {{"valueType", "\"" + type + "\""}, {"value", "'" + value + "'"}},
                   PositionFrom(first));
}

bool Parser::AtInterval() const {
  if (!AtWord("INTERVAL")) return false;
  const int ahead = AtSymbol("-", 1) || AtSymbol("+", 1) ? 2 : 1;
  const Token& value = Peek(ahead);
  if (value.kind == TokenKind::kNumber) return Peek(ahead + 1).kind == TokenKind::kWord;
  int unit = ahead;
  while (AtString(unit)) ++unit;
  if (unit == ahead) return false;
  return AtAnyWord({"NANOSECOND",   "NANOSECONDS", "MICROSECOND", "MICROSECONDS", "MILLISECOND",
                    "MILLISECONDS", "SECOND",      "SECONDS",     "MINUTE",       "MINUTES",
                    "HOUR",         "HOURS",       "DAY",         "DAYS",         "WEEK",
                    "WEEKS",        "MONTH",       "MONTHS",      "YEAR",         "YEARS"},
                   unit);
}

Result<spec::ExpressionPtr> Parser::ParseInterval() {
  const int first = index();
  ++at_;
  auto value = ParseIntervalValue(first);
  if (!value.ok()) return At(value.status(), first);
  return FinishLiteral(std::move(*value), first);
}

Result<ScalarPtr> Parser::ParseIntervalValue(int first) {
  std::string text;
  while (true) {
    const bool minus = AtSymbol("-");
    const bool sign = minus || AtSymbol("+");
    const int ahead = sign ? 1 : 0;
    const bool is_string = AtString(ahead);
    if (!is_string && Peek(ahead).kind != TokenKind::kNumber) break;
    if (!text.empty() && Peek(ahead + 1).kind != TokenKind::kWord) break;
    at_ += ahead;
    std::string value;
    if (is_string) {
      ARROW_ASSIGN_OR_RAISE(value, ParseString());
    } else {
      value = std::string(tokens_[at_++].text);
    }
    const bool has_letter = std::any_of(value.begin(), value.end(), [](unsigned char c) {
      return (c | 32) >= 'a' && (c | 32) <= 'z';
    });
    if (is_string && has_letter && !AtWord("TO", 1)) {
      return MakeError("_LEGACY_ERROR_TEMP_0026", {{"value", value}});
    }
    if (minus) value = value.starts_with('-') ? value.substr(1) : "-" + value;
    if (text.empty() && AtWord("TO", 1)) {
      if (!is_string) return SyntaxError(": the value of an interval with TO is a string");
      return ParseUnitToUnit(value, first);
    }
    if (!AtAnyWord({"NANOSECOND",   "NANOSECONDS", "MICROSECOND", "MICROSECONDS", "MILLISECOND",
                    "MILLISECONDS", "SECOND",      "SECONDS",     "MINUTE",       "MINUTES",
                    "HOUR",         "HOURS",       "DAY",         "DAYS",         "WEEK",
                    "WEEKS",        "MONTH",       "MONTHS",      "YEAR",         "YEARS"})) {
      return SyntaxError();
    }
    text += fmt::format(" {} {}", value, Peek().text);
    ++at_;
  }
  return MultiUnitInterval(text, TextFrom(first));
}

Result<ScalarPtr> Parser::ParseUnitToUnit(const std::string& value, int first) {
  const std::string from = Peek().upper;
  const std::string to = Peek(2).upper;
  at_ += 2;
  for (const auto& unit : {from, to}) {
    if (unit != "YEAR" && unit != "MONTH" && unit != "DAY" && unit != "HOUR" && unit != "MINUTE" &&
        unit != "SECOND") {
      return SyntaxError();
    }
  }
  ++at_;
  return UnitToUnitInterval(value, from, to);
}

}  // namespace thalweg::sql
