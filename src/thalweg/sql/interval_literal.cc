#include "thalweg/sql/interval_literal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/time_text.h"

namespace thalweg::sql {
namespace {

using ScalarPtr = std::shared_ptr<arrow::Scalar>;

Status FormatError(const std::string& kind, const std::string& input, ErrorParameters extra = {}) {
  extra.emplace("input", input);
  return MakeError("INVALID_INTERVAL_FORMAT." + kind, std::move(extra));
}

std::string SingularUnit(std::string_view word) {
  std::string unit = ToLowerAscii(word);
  if (!unit.empty() && unit.back() == 's') unit.pop_back();
  return unit;
}

ScalarPtr DayTimeScalar(int64_t micros, IntervalRange range) {
  return std::make_shared<arrow::DurationScalar>(micros, IntervalTypeOf(range));
}

ScalarPtr YearMonthScalar(int32_t months, IntervalRange range) {
  return std::make_shared<arrow::MonthIntervalScalar>(months, IntervalTypeOf(range));
}

/// The field that a unit in singular belongs to; nothing if it is no unit.
std::optional<IntervalField> FieldOfUnit(const std::string& unit) {
  if (unit == "year") return IntervalField::kYear;
  if (unit == "month") return IntervalField::kMonth;
  if (unit == "week" || unit == "day") return IntervalField::kDay;
  if (unit == "hour") return IntervalField::kHour;
  if (unit == "minute") return IntervalField::kMinute;
  if (unit == "second" || unit == "millisecond" || unit == "microsecond") {
    return IntervalField::kSecond;
  }
  return std::nullopt;
}

/// Why `words` (value, unit, value, unit...) is no interval.
Status ExplainFailure(const std::string& text, const std::vector<std::string>& words) {
  if (words.empty()) return FormatError("INPUT_IS_EMPTY", text);
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string unit = SingularUnit(words[i + 1]);
    if (!FieldOfUnit(unit)) {
      return FormatError("INVALID_UNIT", text, {{"unit", ToLowerAscii(words[i + 1])}});
    }
    const auto rest = words[i].find_first_not_of("+-0123456789");
    if (rest != std::string::npos && words[i][rest] != '.') {
      return FormatError("INVALID_VALUE", text, {{"value", words[i]}});
    }
    if (rest != std::string::npos && unit != "second") {
      return FormatError("INVALID_FRACTION", text, {{"unit", ToLowerAscii(words[i + 1])}});
    }
  }
  if (words.size() % 2 == 1) return FormatError("MISSING_UNIT", text, {{"word", words.back()}});
  return FormatError("ARITHMETIC_EXCEPTION", text);
}

/// One number of "1 02:03:04" and the character that must follow it.
struct FieldPart {
  std::string_view unit;
  int64_t micros;
  int64_t maximum;  // when not the leading field
};

constexpr std::array<FieldPart, 4> kDayTimeFields = {{
    {"DAY", kMicrosPerDay, 0},
    {"HOUR", kMicrosPerHour, 23},
    {"MINUTE", kMicrosPerMinute, 59},
    {"SECOND", kMicrosPerSecond, 59},
}};

int DayTimeIndex(std::string_view unit) {
  for (size_t i = 0; i < kDayTimeFields.size(); ++i) {
    if (kDayTimeFields[i].unit == unit) return static_cast<int>(i);
  }
  return -1;
}

/// Takes an unsigned number from the front of `*text`.
std::optional<int64_t> TakeNumber(std::string_view* text) {
  int64_t value = 0;
  if (text->empty() || (*text)[0] < '0' || (*text)[0] > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc()) return std::nullopt;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  return value;
}

/// Takes ".5" as microseconds; digits after the sixth are dropped.
std::optional<int64_t> TakeFraction(std::string_view* text) {
  if (text->empty() || (*text)[0] != '.') return 0;
  text->remove_prefix(1);
  int64_t micros = 0;
  int digits = 0;
  while (!text->empty() && (*text)[0] >= '0' && (*text)[0] <= '9') {
    if (digits < 6) micros = micros * 10 + ((*text)[0] - '0');
    ++digits;
    text->remove_prefix(1);
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (; digits < 6; ++digits) micros *= 10;
  return micros;
}

/// Takes a sign; -1 or 1.
int TakeSign(std::string_view* text) {
  if (text->empty() || ((*text)[0] != '-' && (*text)[0] != '+')) return 1;
  const int sign = (*text)[0] == '-' ? -1 : 1;
  text->remove_prefix(1);
  return sign;
}

std::string_view TrimBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

enum class DayTimeFailure { kForm, kRange, kOverflow };

/// "d h:m:s.f" from field `from` to field `to`; nothing if it is none, which `failure` explains.
std::optional<int64_t> ParseDayTime(std::string_view text, int from, int to,
                                    DayTimeFailure* failure) {
  *failure = DayTimeFailure::kForm;
  bool in_range = true;
  const int sign = TakeSign(&text);
  int64_t total = 0;
  for (int field = from; field <= to; ++field) {
    if (field > from) {
      const char separator = field == 1 ? ' ' : ':';
      if (text.empty() || text[0] != separator) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto value = TakeNumber(&text);
    if (!value) return std::nullopt;
    in_range &= field == from || *value <= kDayTimeFields[field].maximum;
    int64_t micros = 0;
    if (__builtin_mul_overflow(*value * sign, kDayTimeFields[field].micros, &micros) ||
        __builtin_add_overflow(total, micros, &total)) {
      *failure = DayTimeFailure::kOverflow;
      return std::nullopt;
    }
  }
  if (to == 3) {
    const auto fraction = TakeFraction(&text);
    if (!fraction || __builtin_add_overflow(total, *fraction * sign, &total)) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  *failure = DayTimeFailure::kRange;
  if (!in_range) return std::nullopt;
  return total;
}

std::string DayTimeFormat(int from, int to) {
  constexpr std::array<std::string_view, 4> kForms = {"d", "h", "m", "s.n"};
  std::string out = "[+|-]";
  for (int field = from; field <= to; ++field) {
    if (field > from) out += field == 1 ? " " : ":";
    out += kForms[field];
  }
  return "`" + out + "`";
}

Result<ScalarPtr> YearToMonth(const std::string& input) {
  std::string_view text = TrimBlanks(input);
  const int sign = TakeSign(&text);
  const auto years = TakeNumber(&text);
  const bool dash = years && !text.empty() && text[0] == '-';
  if (dash) text.remove_prefix(1);
  const auto months = dash ? TakeNumber(&text) : std::nullopt;
  if (!months || !text.empty()) {
    return FormatError("UNMATCHED_FORMAT_STRING", input,
                       {{"supportedFormat", "`[+|-]y-m`"}, {"typeName", "interval year to month"}});
  }
  if (*months > 11) return FormatError("INTERVAL_PARSING", input, {{"interval", "year-month"}});
  int32_t value = 0;
  if (*years > 1000000000LL ||
      __builtin_mul_overflow(static_cast<int32_t>(*years) * sign, 12, &value) ||
      __builtin_add_overflow(value, static_cast<int32_t>(*months) * sign, &value)) {
    return FormatError("ARITHMETIC_EXCEPTION", input);
  }
  return YearMonthScalar(value, kYearToMonth);
}

}  // namespace

Result<ScalarPtr> MultiUnitInterval(const std::string& text, const std::string& literal) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  if (!words.empty() && ToLowerAscii(words[0]) == "interval") words.erase(words.begin());
  const auto interval = ParseCalendarIntervalText(text);
  if (!interval) return ExplainFailure(text, words);
  std::optional<IntervalRange> range;
  for (const auto& word : words) {
    const auto field = FieldOfUnit(SingularUnit(word));
    if (!field) continue;
    if (!range) range = IntervalRange{*field, *field};
    range->from = std::min(range->from, *field);
    range->to = std::max(range->to, *field);
  }
  if (!range) return ExplainFailure(text, words);
  if (range->from <= IntervalField::kMonth && range->to > IntervalField::kMonth) {
    return MakeError("_LEGACY_ERROR_TEMP_0029", {{"literal", literal}});
  }
  if (range->to <= IntervalField::kMonth) return YearMonthScalar(interval->months, *range);
  int64_t micros = 0;
  if (__builtin_mul_overflow(static_cast<int64_t>(interval->days), kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, interval->micros, &micros)) {
    return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION");
  }
  return DayTimeScalar(micros, *range);
}

Result<ScalarPtr> UnitToUnitInterval(const std::string& text, const std::string& from,
                                     const std::string& to) {
  if (from == "YEAR" && to == "MONTH") return YearToMonth(text);
  const int first = DayTimeIndex(from);
  const int last = DayTimeIndex(to);
  if (first < 0 || last <= first) {
    return FormatError("UNSUPPORTED_FROM_TO_EXPRESSION", text,
                       {{"from", ToLowerAscii(from)}, {"to", ToLowerAscii(to)}});
  }
  DayTimeFailure failure{};
  const auto micros = ParseDayTime(TrimBlanks(text), first, last, &failure);
  if (!micros && failure == DayTimeFailure::kOverflow) {
    return FormatError("ARITHMETIC_EXCEPTION", text);
  }
  if (!micros && failure == DayTimeFailure::kRange) {
    return MakeError("_LEGACY_ERROR_TEMP_0063",
                     {{"msg", fmt::format("A field of the interval '{}' is out of range: hours go "
                                          "up to 23, minutes and seconds to 59.",
                                          text)}});
  }
  if (!micros) {
    return FormatError(
        "UNMATCHED_FORMAT_STRING_WITH_NOTICE", text,
        {{"supportedFormat", DayTimeFormat(first, last)},
         {"intervalStr", "day-time"},
         {"typeName", fmt::format("interval {} to {}", ToLowerAscii(from), ToLowerAscii(to))}});
  }
  return DayTimeScalar(*micros, {*FieldOfUnit(ToLowerAscii(from)), *FieldOfUnit(ToLowerAscii(to))});
}

Result<int64_t> DelayMicros(const arrow::Scalar& interval) {
  if (interval.type->id() == arrow::Type::INTERVAL_MONTHS) {
    const int64_t months = static_cast<const arrow::MonthIntervalScalar&>(interval).value;
    int64_t micros = 0;
    if (__builtin_mul_overflow(months, 31 * kMicrosPerDay, &micros)) {
      return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION");
    }
    return micros;
  }
  return static_cast<const arrow::DurationScalar&>(interval).value;
}

}  // namespace thalweg::sql
