#include "thalweg/types/time_text.h"

#include <array>

#include <fmt/format.h>

#include "thalweg/types/identifier_text.h"

namespace thalweg {
namespace {

void AppendPadded(int64_t value, int width, std::string* out) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  for (int i = count; i < width; ++i) out->push_back('0');
  while (count > 0) out->push_back(digits[--count]);
}

bool IsCastBlank(char letter) {
  return static_cast<unsigned char>(letter) <= ' ' || letter == 0x7f;
}

}  // namespace

int DaysInMonth(int64_t year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month - 1];
}

bool IsValidCivilDate(int64_t year, int64_t month, int64_t day) {
  return month >= 1 && month <= 12 && day >= 1 && day <= DaysInMonth(year, static_cast<int>(month));
}

int64_t DaysFromCivil(int64_t year, int month, int day) {
  // Years start in March, so that the leap day is the last one; eras are 400 years.
  year -= month <= 2;
  const int64_t era = FloorDivide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate CivilFromDays(int64_t days) {
  days += 719468;
  const int64_t era = FloorDivide(days, 146097);
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

int IsoWeekday(int64_t days) { return static_cast<int>(FloorModulo(days + 3, 7)) + 1; }

int64_t AddMonthsToDays(int64_t days, int64_t months) {
  const CivilDate date = CivilFromDays(days);
  const int64_t total = date.year * 12 + (date.month - 1) + months;
  const int64_t year = FloorDivide(total, 12);
  const int month = static_cast<int>(FloorModulo(total, 12)) + 1;
  return DaysFromCivil(year, month, std::min(date.day, DaysInMonth(year, month)));
}

void AppendDateText(int64_t days, std::string* out) {
  const CivilDate date = CivilFromDays(days);
  if (date.year < 0) out->push_back('-');
  if (date.year > 9999) out->push_back('+');
  AppendPadded(date.year < 0 ? -date.year : date.year, 4, out);
  out->push_back('-');
  AppendPadded(date.month, 2, out);
  out->push_back('-');
  AppendPadded(date.day, 2, out);
}

void AppendTimestampText(int64_t local_micros, std::string* out) {
  const int64_t days = FloorDivide(local_micros, kMicrosPerDay);
  int64_t rest = FloorModulo(local_micros, kMicrosPerDay);
  AppendDateText(days, out);
  out->push_back(' ');
  AppendPadded(rest / kMicrosPerHour, 2, out);
  rest %= kMicrosPerHour;
  out->push_back(':');
  AppendPadded(rest / kMicrosPerMinute, 2, out);
  rest %= kMicrosPerMinute;
  out->push_back(':');
  AppendPadded(rest / kMicrosPerSecond, 2, out);
  rest %= kMicrosPerSecond;
  if (rest == 0) return;
  out->push_back('.');
  AppendPadded(rest, 6, out);
  while (out->back() == '0') out->pop_back();
}

std::string_view TrimForCast(std::string_view text) {
  while (!text.empty() && IsCastBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsCastBlank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<int32_t> ParseDateText(std::string_view text) {
  text = TrimForCast(text);
  if (text.empty()) return std::nullopt;
  int64_t sign = 1;
  size_t at = 0;
  if (text[0] == '-' || text[0] == '+') {
    sign = text[0] == '-' ? -1 : 1;
    at = 1;
  }
  int64_t segments[3] = {1, 1, 1};
  int index = 0;
  int64_t value = 0;
  int digits = 0;
  const auto valid_digits = [&] {
    return index == 0 ? digits >= 4 && digits <= 7 : digits > 0 && digits <= 2;
  };
  for (; at < text.size() && text[at] != ' ' && text[at] != 'T'; ++at) {
    const char letter = text[at];
    if (letter == '-' && index < 2) {
      if (!valid_digits()) return std::nullopt;
      segments[index++] = value;
      value = 0;
      digits = 0;
    } else if (letter < '0' || letter > '9' || digits > 8) {
      return std::nullopt;
    } else {
      value = value * 10 + (letter - '0');
      ++digits;
    }
  }
  if (!valid_digits() || (index < 2 && at < text.size())) return std::nullopt;
  segments[index] = value;
  if (!IsValidCivilDate(sign * segments[0], segments[1], segments[2])) return std::nullopt;
  const int64_t days = DaysFromCivil(sign * segments[0], static_cast<int>(segments[1]),
                                     static_cast<int>(segments[2]));
  if (days < INT32_MIN || days > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(days);
}

namespace {

/// The parts of a timestamp text: year, month, day, hour, minute, second, micros.
struct TimestampParts {
  std::array<int64_t, 7> values = {1, 1, 1, 0, 0, 0, 0};
  std::string_view zone;
  bool has_zone = false;
  bool only_time = false;
};

/// A scanner of Spark's timestamp grammar, one segment after the other.
class TimestampScanner {
 public:
  explicit TimestampScanner(std::string_view text) : text_(TrimForCast(text)) {}

  std::optional<TimestampParts> Scan() {
    if (text_.empty()) return std::nullopt;
    if (text_[0] == '-' || text_[0] == '+') {
      year_sign_ = text_[0] == '-' ? -1 : 1;
      has_sign_ = true;
      at_ = 1;
    }
    for (; at_ < text_.size(); ++at_) {
      const char letter = text_[at_];
      if (letter >= '0' && letter <= '9') {
        if (!AddDigit(letter)) return std::nullopt;
      } else if (!Separate(letter)) {
        return std::nullopt;
      } else if (parts_.has_zone) {
        break;
      }
    }
    if (!parts_.has_zone && !FinishSegment()) return std::nullopt;
    for (; fraction_digits_ < 6; ++fraction_digits_) parts_.values[6] *= 10;
    parts_.values[0] *= year_sign_;
    return parts_;
  }

 private:
  bool AddDigit(char letter) {
    if (segment_ == 6) {
      ++fraction_digits_;
      if (digits_ < 6) value_ = value_ * 10 + (letter - '0');
    } else {
      if (digits_ > 7) return false;
      value_ = value_ * 10 + (letter - '0');
    }
    ++digits_;
    return true;
  }

  bool FinishSegment() {
    bool valid = digits_ > 0 && digits_ <= 2;
    if (segment_ == 0) valid = digits_ >= 4 && digits_ <= 6;
    if (segment_ == 6) valid = true;
    if (!valid) return false;
    parts_.values[segment_] = value_;
    value_ = 0;
    digits_ = 0;
    return true;
  }

  bool Separate(char letter) {
    if (at_ == 0 && letter == 'T') {
      parts_.only_time = true;
      segment_ = 3;
      return true;
    }
    if (segment_ == 0 && letter == ':' && !has_sign_) {
      parts_.only_time = true;
      segment_ = 3;
      if (!FinishSegment()) return false;
      segment_ = 4;
      return true;
    }
    bool expected = false;
    if (segment_ < 2) {
      expected = letter == '-';
    } else if (segment_ == 2) {
      expected = letter == ' ' || letter == 'T';
    } else if (segment_ < 5) {
      expected = letter == ':';
    } else {
      return SeparateFraction(letter);
    }
    if (!expected || !FinishSegment()) return false;
    ++segment_;
    return true;
  }

  bool SeparateFraction(char letter) {
    if (!FinishSegment()) return false;
    if (letter == '.' && segment_ == 5) {
      segment_ = 6;
      return true;
    }
    parts_.has_zone = true;
    parts_.zone = TrimForCast(text_.substr(at_));
    return true;
  }

  std::string_view text_;
  TimestampParts parts_;
  size_t at_ = 0;
  int segment_ = 0;
  int64_t value_ = 0;
  int digits_ = 0;
  int fraction_digits_ = 0;
  int64_t year_sign_ = 1;
  bool has_sign_ = false;
};

std::optional<int64_t> TimeOfDay(const TimestampParts& parts) {
  const auto& values = parts.values;
  if (values[3] > 23 || values[4] > 59 || values[5] > 59) return std::nullopt;
  return values[3] * kMicrosPerHour + values[4] * kMicrosPerMinute + values[5] * kMicrosPerSecond +
         values[6];
}

std::optional<int64_t> MicrosOfDay(int64_t days, int64_t time_of_day) {
  int64_t micros;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, time_of_day, &micros)) {
    return std::nullopt;
  }
  return micros;
}

std::optional<int64_t> LocalMicros(const TimestampParts& parts) {
  const auto& values = parts.values;
  const auto time = TimeOfDay(parts);
  if (!time || !IsValidCivilDate(values[0], values[1], values[2])) return std::nullopt;
  return MicrosOfDay(
      DaysFromCivil(values[0], static_cast<int>(values[1]), static_cast<int>(values[2])), *time);
}

}  // namespace

std::optional<int64_t> ParseTimestampText(std::string_view text, TimeZone* zone,
                                          int64_t now_micros) {
  const auto parts = TimestampScanner(text).Scan();
  if (!parts) return std::nullopt;
  std::optional<TimeZone> own_zone;
  if (parts->has_zone) {
    auto made = TimeZone::Make(std::string(parts->zone));
    if (!made.ok()) return std::nullopt;
    own_zone = std::move(made).ValueUnsafe();
    zone = &*own_zone;
  }
  std::optional<int64_t> local;
  if (parts->only_time) {
    const auto time = TimeOfDay(*parts);
    if (time) local = MicrosOfDay(FloorDivide(zone->ToLocal(now_micros), kMicrosPerDay), *time);
  } else {
    local = LocalMicros(*parts);
  }
  if (!local) return std::nullopt;
  const int64_t utc = zone->ToUtc(*local);
  // Offsets are below a day: a sign that changes far from zero is an overflow.
  const bool far = *local > 2 * kMicrosPerDay || *local < -2 * kMicrosPerDay;
  if (far && (utc > 0) != (*local > 0)) return std::nullopt;
  return utc;
}

std::optional<int64_t> ParseTimestampNtzText(std::string_view text, bool allow_zone) {
  const auto parts = TimestampScanner(text).Scan();
  if (!parts || parts->only_time || (parts->has_zone && !allow_zone)) return std::nullopt;
  if (parts->has_zone && !IsValidTimeZone(std::string(parts->zone))) return std::nullopt;
  return LocalMicros(*parts);
}

bool HasZoneSuffix(std::string_view text) {
  const auto parts = TimestampScanner(text).Scan();
  return parts && parts->has_zone;
}

bool IsSpecialTimestampWord(std::string_view text) {
  const std::string word = ToLowerAscii(TrimForCast(text));
  return word == "epoch" || word == "now" || word == "today" || word == "tomorrow" ||
         word == "yesterday";
}

std::optional<int64_t> ParseSpecialTimestamp(std::string_view text, TimeZone* zone,
                                             int64_t now_micros) {
  const std::string word = ToLowerAscii(TrimForCast(text));
  if (word == "epoch") return 0;
  if (word == "now") return now_micros;
  const int64_t today = FloorDivide(zone->ToLocal(now_micros), kMicrosPerDay);
  if (word == "today") return zone->ToUtc(today * kMicrosPerDay);
  if (word == "tomorrow") return zone->ToUtc((today + 1) * kMicrosPerDay);
  if (word == "yesterday") return zone->ToUtc((today - 1) * kMicrosPerDay);
  return std::nullopt;
}

}  // namespace thalweg
