#include <algorithm>
#include <limits>

#include "thalweg/types/datetime_pattern.h"
#include "thalweg/types/datetime_pattern_names.h"
#include "thalweg/types/time_text.h"

namespace thalweg {
namespace {

using Element = DatetimePattern::Element;

constexpr int64_t kUnset = std::numeric_limits<int64_t>::min();

/// Fields found in a text so far.
struct ParsedFields {
  int64_t year = kUnset;
  int64_t era = kUnset;  // 0 BC, 1 AD
  int64_t month = kUnset;
  int64_t day = kUnset;
  int64_t day_of_year = kUnset;
  int64_t hour = kUnset;          // 0..23
  int64_t hour_of_half = kUnset;  // 0..11
  int64_t half_of_day = kUnset;   // 0 AM, 1 PM
  int64_t minute = kUnset;
  int64_t second = kUnset;
  int64_t nanos = kUnset;
  std::string zone;  // empty: none
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool StartsWithAnyCase(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    if (Lower(text[i]) != Lower(prefix[i])) return false;
  }
  return true;
}

/// A field found twice must have the same value both times.
bool Put(int64_t* field, int64_t value) {
  if (*field != kUnset && *field != value) return false;
  *field = value;
  return true;
}

class PatternParser {
 public:
  PatternParser(const std::vector<Element>& elements, std::string_view text)
      : elements_(elements), text_(text) {}

  bool Parse() { return ParseRange(0, elements_.size()) && at_ == text_.size(); }
  const ParsedFields& fields() const { return fields_; }

 private:
  std::string_view Rest() const { return text_.substr(at_); }

  bool ParseRange(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const Element& element = elements_[i];
      if (element.kind == Element::Kind::kLiteral) {
        if (!StartsWithAnyCase(Rest(), element.literal)) return false;
        at_ += element.literal.size();
      } else if (element.kind == Element::Kind::kField) {
        if (!ParseField(element)) return false;
      } else if (element.kind == Element::Kind::kOptionalBegin) {
        const ParsedFields fields = fields_;
        const size_t at = at_;
        if (!ParseRange(i + 1, element.end)) {
          fields_ = fields;
          at_ = at;
        }
        i = element.end;
      }
    }
    return true;
  }

  /// Digits as Java's strict number parser takes them.
  bool ParseDigits(const Element& element, int minimum, int maximum, int64_t* value) {
    if (element.fixed_width) maximum = minimum;
    int available = 0;
    while (available < maximum + element.digits_behind &&
           at_ + static_cast<size_t>(available) < text_.size() &&
           IsDigit(text_[at_ + static_cast<size_t>(available)])) {
      ++available;
    }
    int width = std::min(available, maximum);
    if (element.digits_behind > 0) width = std::max(minimum, available - element.digits_behind);
    if (width < minimum || width > available || width > 18) return false;
    *value = 0;
    for (int i = 0; i < width; ++i) *value = *value * 10 + (text_[at_++] - '0');
    last_width_ = width;
    return true;
  }

  bool ParseYear(const Element& element) {
    int64_t year;
    if (element.count == 2) {
      return ParseDigits(element, 2, 2, &year) && Put(&fields_.year, 2000 + year);
    }
    const char sign = at_ < text_.size() ? text_[at_] : '\0';
    const bool may_exceed = element.count >= 4;
    if (sign == '+' && !may_exceed) return false;
    if (sign == '-' || sign == '+') ++at_;
    if (!ParseDigits(element, element.count, 18, &year)) return false;
    if (may_exceed && sign != '-' && (last_width_ > element.count) != (sign == '+')) return false;
    if (sign == '-' && year == 0) return false;
    return Put(&fields_.year, sign == '-' ? -year : year);
  }

  bool ParseNumber(const Element& element, int64_t low, int64_t high, int64_t* value) {
    const bool exact = element.count >= 2;
    const int minimum = exact ? element.count : 1;
    const int maximum = element.letter == 'D' && exact ? 3 : (exact ? element.count : 18);
    return ParseDigits(element, minimum, maximum, value) && *value >= low && *value <= high;
  }

  bool ParseMonth(const Element& element) {
    int64_t month;
    if (element.count <= 2) {
      return ParseNumber(element, 1, 12, &month) && Put(&fields_.month, month);
    }
    for (int i = 0; i < 12; ++i) {
      const std::string_view name =
          element.count == 4 ? kMonthNames[i] : kMonthNames[i].substr(0, 3);
      if (StartsWithAnyCase(Rest(), name)) {
        at_ += name.size();
        return Put(&fields_.month, i + 1);
      }
    }
    return false;
  }

  /// One of two words: 0 or 1.
  bool ParseChoice(std::string_view zero, std::string_view one, int64_t* field) {
    const bool first = StartsWithAnyCase(Rest(), zero);
    if (!first && !StartsWithAnyCase(Rest(), one)) return false;
    at_ += (first ? zero : one).size();
    return Put(field, first ? 0 : 1);
  }

  bool ParseFraction(const Element& element) {
    int64_t value = 0;
    int width = 0;
    while (width < element.count && at_ < text_.size() && IsDigit(text_[at_])) {
      value = value * 10 + (text_[at_++] - '0');
      ++width;
    }
    if (width == 0) return false;
    for (int i = width; i < 9; ++i) value *= 10;
    return Put(&fields_.nanos, value);
  }

  bool ParseTwoDigits(int64_t* value) {
    if (at_ + 2 > text_.size() || !IsDigit(text_[at_]) || !IsDigit(text_[at_ + 1])) return false;
    *value = (text_[at_] - '0') * 10 + (text_[at_ + 1] - '0');
    at_ += 2;
    return true;
  }

  bool SetOffset(bool negative, int64_t hours, int64_t minutes, int64_t seconds) {
    if (hours > 18 || minutes > 59 || seconds > 59) return false;
    const int64_t offset = hours * 3600 + minutes * 60 + seconds;
    if (offset > 18 * 3600) return false;
    return SetZone(FormatOffset(negative ? -offset : offset));
  }

  bool SetZone(std::string zone) {
    if (!fields_.zone.empty() && fields_.zone != zone) return false;
    fields_.zone = std::move(zone);
    return true;
  }

  bool ParseOffset(char letter, int count) {
    if (letter == 'Z') {
      letter = count == 5 ? 'X' : 'x';
      count = count == 5 ? 5 : 2;
    }
    if (letter == 'X' && StartsWithAnyCase(Rest(), "Z")) {
      ++at_;
      return SetZone("Z");
    }
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return false;
    const bool negative = text_[at_++] == '-';
    const bool colon = count == 3 || count == 5;
    int64_t hours = 0;
    int64_t minutes = 0;
    int64_t seconds = 0;
    if (!ParseTwoDigits(&hours)) return false;
    const size_t after_hours = at_;
    if (!ParseOffsetPart(colon, &minutes)) {
      at_ = after_hours;
      if (count != 1) return false;
    } else if (count >= 4) {
      const size_t after_minutes = at_;
      if (!ParseOffsetPart(colon, &seconds)) at_ = after_minutes;
    }
    return SetOffset(negative, hours, minutes, seconds);
  }

  bool ParseOffsetPart(bool colon, int64_t* value) {
    if (colon) {
      if (at_ >= text_.size() || text_[at_] != ':') return false;
      ++at_;
    }
    return ParseTwoDigits(value);
  }

  bool ParseLocalizedOffset(bool full) {
    if (!StartsWithAnyCase(Rest(), "GMT")) return false;
    at_ += 3;
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return SetZone("Z");
    if (full) return ParseOffset('x', 3);
    const bool negative = text_[at_++] == '-';
    int64_t hours = 0;
    int64_t minutes = 0;
    const size_t begin = at_;
    while (at_ < text_.size() && IsDigit(text_[at_]) && at_ - begin < 2) {
      hours = hours * 10 + (text_[at_++] - '0');
    }
    if (at_ == begin) return false;
    const size_t after_hours = at_;
    if (!ParseOffsetPart(true, &minutes)) {
      at_ = after_hours;
      minutes = 0;
    }
    return SetOffset(negative, hours, minutes, 0);
  }

  bool ParseZoneId(bool long_names) {
    if (long_names) {
      for (const auto& [short_name, long_name] : kLongZoneNames) {
        if (StartsWithAnyCase(Rest(), long_name)) {
          at_ += long_name.size();
          return SetZone(std::string(short_name));
        }
      }
    }
    size_t length = 0;
    const std::string_view rest = Rest();
    while (length < rest.size() &&
           (IsDigit(rest[length]) || (Lower(rest[length]) >= 'a' && Lower(rest[length]) <= 'z') ||
            std::string_view("/_+-:").find(rest[length]) != std::string_view::npos)) {
      ++length;
    }
    for (; length > 0; --length) {
      std::string id(rest.substr(0, length));
      if (IsValidTimeZone(id)) {
        at_ += length;
        return SetZone(std::move(id));
      }
    }
    return false;
  }

  bool ParseHour(const Element& element) {
    int64_t hour;
    switch (element.letter) {
      case 'H':
        return ParseNumber(element, 0, 23, &hour) && Put(&fields_.hour, hour);
      case 'k':
        return ParseNumber(element, 1, 24, &hour) && Put(&fields_.hour, hour % 24);
      case 'K':
        return ParseNumber(element, 0, 11, &hour) && Put(&fields_.hour_of_half, hour);
      default:
        return ParseNumber(element, 1, 12, &hour) && Put(&fields_.hour_of_half, hour % 12);
    }
  }

  bool ParseField(const Element& element) {
    int64_t value;
    const bool full = element.count == 4;
    switch (element.letter) {
      case 'G':
        return full ? ParseChoice("Before Christ", "Anno Domini", &fields_.era)
                    : ParseChoice("BC", "AD", &fields_.era);
      case 'y':
        return ParseYear(element);
      case 'M':
      case 'L':
        return ParseMonth(element);
      case 'd':
        return ParseNumber(element, 1, 31, &value) && Put(&fields_.day, value);
      case 'D':
        return ParseNumber(element, 1, 366, &value) && Put(&fields_.day_of_year, value);
      case 'a':
        return ParseChoice("AM", "PM", &fields_.half_of_day);
      case 'm':
        return ParseNumber(element, 0, 59, &value) && Put(&fields_.minute, value);
      case 's':
        return ParseNumber(element, 0, 59, &value) && Put(&fields_.second, value);
      case 'S':
        return ParseFraction(element);
      case 'V':
        return ParseZoneId(false);
      case 'z':
        return ParseZoneId(full);
      case 'O':
        return ParseLocalizedOffset(full);
      case 'X':
      case 'x':
        return ParseOffset(element.letter, element.count);
      case 'E':
      case 'F':
      case 'Q':
      case 'q':
        return false;  // print only
      case 'Z':
        return full ? ParseLocalizedOffset(true) : ParseOffset('Z', element.count);
      default:
        return ParseHour(element);
    }
  }

  const std::vector<Element>& elements_;
  std::string_view text_;
  size_t at_ = 0;
  int last_width_ = 0;
  ParsedFields fields_;
};

int64_t OrDefault(int64_t value, int64_t default_value) {
  return value == kUnset ? default_value : value;
}

std::optional<int64_t> ResolveDays(const ParsedFields& fields, bool year_of_era) {
  int64_t year = OrDefault(fields.year, 1970);
  if (year_of_era && fields.year != kUnset) {
    if (year < 1) return std::nullopt;
    if (fields.era == 0) year = 1 - year;
  }
  if (fields.day_of_year != kUnset) {
    if (fields.day_of_year > (IsLeapYear(year) ? 366 : 365)) return std::nullopt;
    const int64_t days = DaysFromCivil(year, 1, 1) + fields.day_of_year - 1;
    const CivilDate date = CivilFromDays(days);
    if (OrDefault(fields.month, date.month) != date.month) return std::nullopt;
    if (OrDefault(fields.day, date.day) != date.day) return std::nullopt;
    return days;
  }
  const int64_t month = OrDefault(fields.month, 1);
  const int64_t day = OrDefault(fields.day, 1);
  if (!IsValidCivilDate(year, month, day)) return std::nullopt;
  return DaysFromCivil(year, static_cast<int>(month), static_cast<int>(day));
}

std::optional<int64_t> ResolveMicrosOfDay(const ParsedFields& fields) {
  int64_t hour = fields.hour;
  const int64_t half = OrDefault(fields.half_of_day, 0);
  if (hour == kUnset) {
    hour = OrDefault(fields.hour_of_half, 0) + half * 12;
  } else if ((fields.half_of_day != kUnset && hour / 12 != half) ||
             (fields.hour_of_half != kUnset && hour % 12 != fields.hour_of_half)) {
    return std::nullopt;
  }
  return hour * kMicrosPerHour + OrDefault(fields.minute, 0) * kMicrosPerMinute +
         OrDefault(fields.second, 0) * kMicrosPerSecond + OrDefault(fields.nanos, 0) / 1000;
}

std::optional<int64_t> ResolveLocalMicros(const ParsedFields& fields, bool year_of_era) {
  const auto days = ResolveDays(fields, year_of_era);
  const auto micros = ResolveMicrosOfDay(fields);
  int64_t result;
  if (!days || !micros || __builtin_mul_overflow(*days, kMicrosPerDay, &result) ||
      __builtin_add_overflow(result, *micros, &result)) {
    return std::nullopt;
  }
  return result;
}

}  // namespace

std::optional<int64_t> DatetimePattern::ParseTimestamp(std::string_view text,
                                                       TimeZone* zone) const {
  PatternParser parser(elements_, text);
  if (!parser.Parse()) return std::nullopt;
  const auto local = ResolveLocalMicros(parser.fields(), has_era_);
  if (!local) return std::nullopt;
  if (parser.fields().zone.empty()) return zone->ToUtc(*local);
  auto own_zone = TimeZone::Make(parser.fields().zone);
  if (!own_zone.ok()) return std::nullopt;
  return own_zone->ToUtc(*local);
}

std::optional<int64_t> DatetimePattern::ParseTimestampNtz(std::string_view text,
                                                          bool allow_zone) const {
  PatternParser parser(elements_, text);
  if (!parser.Parse()) return std::nullopt;
  if (!allow_zone && !parser.fields().zone.empty()) return std::nullopt;
  return ResolveLocalMicros(parser.fields(), has_era_);
}

std::optional<int32_t> DatetimePattern::ParseDate(std::string_view text) const {
  PatternParser parser(elements_, text);
  if (!parser.Parse()) return std::nullopt;
  const auto days = ResolveDays(parser.fields(), has_era_);
  if (!days || !ResolveMicrosOfDay(parser.fields())) return std::nullopt;
  if (*days < std::numeric_limits<int32_t>::min() || *days > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int32_t>(*days);
}

}  // namespace thalweg
