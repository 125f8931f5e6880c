// Intervals as text.

#include <fmt/format.h>

#include "thalweg/types/identifier_text.h"
#include "thalweg/types/time_text.h"

namespace thalweg {
namespace {

using Wide = __int128;

enum Unit { kYear, kMonth, kDay, kHour, kMinute, kSecond, kNoUnit };

constexpr int64_t kUnitMicros[] = {
    0, 0, kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute, kMicrosPerSecond};

std::string SecondsText(uint64_t micros) {
  std::string text = fmt::format("{}", micros / kMicrosPerSecond);
  if (micros % kMicrosPerSecond != 0) {
    text += fmt::format(".{:06}", micros % kMicrosPerSecond);
    while (text.back() == '0') text.pop_back();
  }
  return text;
}

uint64_t Magnitude(int64_t value) {
  return value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
}

Unit UnitOf(std::string_view word) {
  std::string lower = ToLowerAscii(word);
  if (lower.size() > 1 && lower.back() == 's') lower.pop_back();
  if (lower == "year") return kYear;
  if (lower == "month") return kMonth;
  if (lower == "day") return kDay;
  if (lower == "hour") return kHour;
  if (lower == "minute") return kMinute;
  if (lower == "second") return kSecond;
  return kNoUnit;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  bool Take(char letter) {
    if (Peek() != letter || AtEnd()) return false;
    ++at_;
    return true;
  }
  void SkipBlanks() {
    while (!AtEnd() && static_cast<unsigned char>(text_[at_]) <= ' ') ++at_;
  }
  /// +1 or -1; a missing sign is +1.
  int TakeSign() {
    if (Take('-')) return -1;
    Take('+');
    return 1;
  }
  std::string_view TakeDigits() {
    const size_t start = at_;
    while (Peek() >= '0' && Peek() <= '9') ++at_;
    return text_.substr(start, at_ - start);
  }
  std::string_view TakeWord() {
    const size_t start = at_;
    while (std::isalpha(static_cast<unsigned char>(Peek()))) ++at_;
    return text_.substr(start, at_ - start);
  }
  std::string_view TakeUntil(char letter) {
    const size_t start = at_;
    while (!AtEnd() && text_[at_] != letter) ++at_;
    return text_.substr(start, at_ - start);
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

std::optional<int64_t> ToNumber(std::string_view digits) {
  if (digits.empty() || digits.size() > 18) return std::nullopt;
  int64_t value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

/// Digits after the point as micros; more than nine digits are refused, beyond micros cut.
std::optional<int64_t> FractionMicros(std::string_view digits) {
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  int64_t micros = 0;
  for (size_t i = 0; i < 6; ++i) micros = micros * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return micros;
}

struct LiteralParts {
  int sign = 1;
  std::string_view body;
  Unit from = kNoUnit;
  Unit to = kNoUnit;
};

/// Takes apart "INTERVAL [sign] 'body' UNIT [TO UNIT]"; a text without INTERVAL is all body.
std::optional<LiteralParts> SplitLiteral(std::string_view text, Unit from, Unit to) {
  text = TrimForCast(text);
  LiteralParts parts{1, text, from, to};
  Scanner scanner(text);
  if (ToLowerAscii(scanner.TakeWord()) != "interval") return parts;
  scanner.SkipBlanks();
  parts.sign = scanner.TakeSign();
  if (!scanner.Take('\'')) return std::nullopt;
  parts.body = scanner.TakeUntil('\'');
  if (!scanner.Take('\'')) return std::nullopt;
  scanner.SkipBlanks();
  parts.from = parts.to = UnitOf(scanner.TakeWord());
  scanner.SkipBlanks();
  if (!scanner.AtEnd()) {
    if (ToLowerAscii(scanner.TakeWord()) != "to") return std::nullopt;
    scanner.SkipBlanks();
    parts.to = UnitOf(scanner.TakeWord());
    if (!scanner.AtEnd() || parts.to <= parts.from) return std::nullopt;
  }
  if (parts.from == kNoUnit || parts.to == kNoUnit) return std::nullopt;
  return parts;
}

}  // namespace

std::string DayTimeIntervalText(int64_t micros, IntervalRange range) {
  uint64_t rest = Magnitude(micros);
  std::string text = micros < 0 ? "INTERVAL '-" : "INTERVAL '";
  for (int field = static_cast<int>(range.from); field <= static_cast<int>(range.to); ++field) {
    const bool first = field == static_cast<int>(range.from);
    if (!first) text += field == kHour ? " " : ":";
    if (field == kSecond) {
      text += (rest < 10 * kMicrosPerSecond ? "0" : "") + SecondsText(rest);
      continue;
    }
    const uint64_t size = static_cast<uint64_t>(kUnitMicros[field]);
    text += field == kDay ? fmt::format("{}", rest / size) : fmt::format("{:02}", rest / size);
    rest %= size;
  }
  return text + "' " + ToUpperAscii(IntervalRangeText(range));
}

std::string YearMonthIntervalText(int32_t months, IntervalRange range) {
  const uint64_t magnitude = Magnitude(months);
  std::string body;
  if (range.from == IntervalField::kMonth) {
    body = fmt::format("{}", magnitude);
  } else if (range.to == IntervalField::kYear) {
    body = fmt::format("{}", magnitude / 12);
  } else {
    body = fmt::format("{}-{}", magnitude / 12, magnitude % 12);
  }
  return fmt::format("INTERVAL '{}{}' {}", months < 0 ? "-" : "", body,
                     ToUpperAscii(IntervalRangeText(range)));
}

std::string CalendarIntervalText(int32_t months, int32_t days, int64_t micros) {
  std::string text;
  const auto append = [&text](int64_t value, const char* unit) {
    if (value != 0) text += fmt::format("{}{} {}", text.empty() ? "" : " ", value, unit);
  };
  append(months / 12, "years");
  append(months % 12, "months");
  append(days, "days");
  append(micros / kMicrosPerHour, "hours");
  append(micros % kMicrosPerHour / kMicrosPerMinute, "minutes");
  const int64_t rest = micros % kMicrosPerMinute;
  if (rest != 0) {
    text += fmt::format("{}{}{} seconds", text.empty() ? "" : " ", rest < 0 ? "-" : "",
                        SecondsText(Magnitude(rest)));
  }
  return text.empty() ? "0 seconds" : text;
}

std::optional<int64_t> ParseDayTimeIntervalText(std::string_view text, IntervalRange range) {
  const auto parts = SplitLiteral(text, static_cast<Unit>(range.from), static_cast<Unit>(range.to));
  if (!parts || parts->from < kDay) return std::nullopt;
  Scanner scanner(parts->body);
  const int sign = parts->sign * scanner.TakeSign();
  static constexpr int64_t kLimits[] = {0, 0, 0, 23, 59, 59};
  Wide total = 0;
  for (int unit = parts->from; unit <= parts->to; ++unit) {
    if (unit != parts->from && !scanner.Take(unit == kHour ? ' ' : ':')) return std::nullopt;
    const std::string_view digits = scanner.TakeDigits();
    const auto value = ToNumber(digits);
    if (!value) return std::nullopt;
    if (unit != parts->from && (digits.size() > 2 || *value > kLimits[unit])) return std::nullopt;
    total += static_cast<Wide>(*value) * kUnitMicros[unit];
    if (unit == kSecond && scanner.Take('.')) {
      const auto fraction = FractionMicros(scanner.TakeDigits());
      if (!fraction) return std::nullopt;
      total += *fraction;
    }
  }
  total *= sign;
  if (!scanner.AtEnd() || total > INT64_MAX || total < INT64_MIN) return std::nullopt;
  return static_cast<int64_t>(total);
}

std::optional<int32_t> ParseYearMonthIntervalText(std::string_view text, IntervalRange range) {
  const auto parts = SplitLiteral(text, static_cast<Unit>(range.from), static_cast<Unit>(range.to));
  if (!parts || parts->to > kMonth) return std::nullopt;
  Scanner scanner(parts->body);
  const int sign = parts->sign * scanner.TakeSign();
  const auto first = ToNumber(scanner.TakeDigits());
  if (!first || *first > INT32_MAX) return std::nullopt;
  int64_t months = parts->from == kYear ? *first * 12 : *first;
  if (parts->from == kYear && parts->to == kMonth) {
    if (!scanner.Take('-')) return std::nullopt;
    const auto rest = ToNumber(scanner.TakeDigits());
    if (!rest || *rest > 11) return std::nullopt;
    months += *rest;
  }
  months *= sign;
  if (!scanner.AtEnd() || months > INT32_MAX || months < INT32_MIN) return std::nullopt;
  return static_cast<int32_t>(months);
}

std::optional<CalendarInterval> ParseCalendarIntervalText(std::string_view text) {
  Scanner scanner(TrimForCast(text));
  Wide months = 0;
  Wide days = 0;
  Wide micros = 0;
  bool any = false;
  if (std::isalpha(static_cast<unsigned char>(scanner.Peek()))) {
    if (ToLowerAscii(scanner.TakeWord()) != "interval") return std::nullopt;
    scanner.SkipBlanks();
  }
  while (!scanner.AtEnd()) {
    const int sign = scanner.TakeSign();
    scanner.SkipBlanks();
    const std::string_view digits = scanner.TakeDigits();
    std::optional<int64_t> fraction;
    if (scanner.Take('.')) {
      fraction = FractionMicros(scanner.TakeDigits());
      if (!fraction) return std::nullopt;
    }
    const auto number = digits.empty() && fraction ? std::optional<int64_t>(0) : ToNumber(digits);
    scanner.SkipBlanks();
    const std::string_view word = scanner.TakeWord();
    if (!number || word.empty()) return std::nullopt;
    const Wide value = static_cast<Wide>(*number) * sign;
    std::string unit = ToLowerAscii(word);
    if (unit.size() > 1 && unit.back() == 's') unit.pop_back();
    const Unit known = UnitOf(word);
    if (fraction && known != kSecond) return std::nullopt;
    if (known == kYear || known == kMonth) {
      months += value * (known == kYear ? 12 : 1);
    } else if (known == kDay || unit == "week") {
      days += value * (unit == "week" ? 7 : 1);
    } else if (known != kNoUnit) {
      micros += value * kUnitMicros[known] + sign * fraction.value_or(0);
    } else if (unit == "millisecond") {
      micros += value * 1000;
    } else if (unit == "microsecond") {
      micros += value;
    } else {
      return std::nullopt;
    }
    any = true;
    scanner.SkipBlanks();
  }
  if (!any || months > INT32_MAX || months < INT32_MIN || days > INT32_MAX || days < INT32_MIN ||
      micros > INT64_MAX || micros < INT64_MIN) {
    return std::nullopt;
  }
  return CalendarInterval{static_cast<int32_t>(months), static_cast<int32_t>(days),
                          static_cast<int64_t>(micros)};
}

}  // namespace thalweg
