#include <cstdlib>

#include "thalweg/types/datetime_pattern.h"
#include "thalweg/types/datetime_pattern_names.h"
#include "thalweg/types/time_text.h"

namespace thalweg {
namespace {

using Element = DatetimePattern::Element;

/// What a pattern prints from.
struct PrintedTime {
  CivilDate date;
  int64_t days;
  int64_t seconds_of_day;
  int64_t micros_of_second;
  bool has_era_letter;
  TimeZone* zone;  // null: no zone
  int64_t instant;
};

PrintedTime MakePrintedTime(int64_t local_micros, bool has_era_letter) {
  PrintedTime time{};
  time.days = FloorDivide(local_micros, kMicrosPerDay);
  const int64_t rest = FloorModulo(local_micros, kMicrosPerDay);
  time.date = CivilFromDays(time.days);
  time.seconds_of_day = rest / kMicrosPerSecond;
  time.micros_of_second = rest % kMicrosPerSecond;
  time.has_era_letter = has_era_letter;
  return time;
}

void AppendPadded(int64_t value, int width, std::string* out) {
  const std::string digits = std::to_string(value < 0 ? -value : value);
  if (value < 0) out->push_back('-');
  if (static_cast<int>(digits.size()) < width) {
    out->append(static_cast<size_t>(width) - digits.size(), '0');
  }
  out->append(digits);
}

void AppendYear(const PrintedTime& time, int count, std::string* out) {
  int64_t year = time.date.year;
  if (time.has_era_letter && year <= 0) year = 1 - year;
  if (count == 2) return AppendPadded(std::llabs(year) % 100, 2, out);
  int64_t limit = 1;
  for (int i = 0; i < count; ++i) limit *= 10;
  if (count >= 4 && year >= limit) out->push_back('+');
  AppendPadded(year, count, out);
}

void AppendTwoDigits(int64_t value, std::string* out) { AppendPadded(value, 2, out); }

/// "+01:30" in the forms of X, x and Z.
void AppendOffset(char letter, int count, int64_t offset_seconds, std::string* out) {
  if (letter == 'Z') {
    letter = count == 5 ? 'X' : 'x';
    count = count == 5 ? 5 : 2;
  }
  if (offset_seconds == 0 && letter == 'X') {
    out->push_back('Z');
    return;
  }
  const bool colon = count == 3 || count == 5;
  const int64_t magnitude = std::llabs(offset_seconds);
  const int64_t minutes = magnitude / 60 % 60;
  const int64_t seconds = magnitude % 60;
  out->push_back(offset_seconds < 0 ? '-' : '+');
  AppendTwoDigits(magnitude / 3600, out);
  if (count > 1 || minutes != 0) {
    if (colon) out->push_back(':');
    AppendTwoDigits(minutes, out);
  }
  if (count >= 4 && seconds != 0) {
    if (colon) out->push_back(':');
    AppendTwoDigits(seconds, out);
  }
}

/// "GMT", "GMT+1:30", full: "GMT+01:30".
void AppendLocalizedOffset(bool full, int64_t offset_seconds, std::string* out) {
  out->append("GMT");
  if (offset_seconds == 0) return;
  const int64_t magnitude = std::llabs(offset_seconds);
  out->push_back(offset_seconds < 0 ? '-' : '+');
  AppendPadded(magnitude / 3600, full ? 2 : 1, out);
  if (full || magnitude % 3600 != 0) {
    out->push_back(':');
    AppendTwoDigits(magnitude / 60 % 60, out);
  }
}

bool AppendZoneField(const Element& element, const PrintedTime& time, std::string* out) {
  if (time.zone == nullptr) return false;
  const int64_t offset = time.zone->OffsetAtInstant(time.instant) / kMicrosPerSecond;
  switch (element.letter) {
    case 'V':
      out->append(time.zone->id());
      break;
    case 'z': {
      const std::string abbreviation = time.zone->AbbreviationAt(time.instant);
      if (element.count < 4) {
        out->append(abbreviation);
      } else {
        const std::string_view name = LongZoneName(abbreviation);
        if (name.empty()) {
          AppendLocalizedOffset(true, offset, out);
        } else {
          out->append(name);
        }
      }
      break;
    }
    case 'O':
      AppendLocalizedOffset(element.count == 4, offset, out);
      break;
    default:
      if (element.letter == 'Z' && element.count == 4) {
        AppendLocalizedOffset(true, offset, out);
      } else {
        AppendOffset(element.letter, element.count, offset, out);
      }
  }
  return true;
}

void AppendQuarter(int quarter, int count, std::string* out) {
  static constexpr const char* kLong[] = {"1st quarter", "2nd quarter", "3rd quarter",
                                          "4th quarter"};
  if (count == 2) out->push_back('0');
  if (count == 3) out->push_back('Q');
  if (count == 4) {
    out->append(kLong[quarter - 1]);
  } else {
    out->append(std::to_string(quarter));
  }
}

void AppendNamed(std::string_view name, bool full, std::string* out) {
  out->append(full ? name : name.substr(0, 3));
}

void AppendTimeField(const Element& element, const PrintedTime& time, std::string* out) {
  const int64_t hour = time.seconds_of_day / 3600;
  const int count = element.count;
  switch (element.letter) {
    case 'a':
      out->append(hour < 12 ? "AM" : "PM");
      break;
    case 'H':
      AppendPadded(hour, count, out);
      break;
    case 'k':
      AppendPadded(hour == 0 ? 24 : hour, count, out);
      break;
    case 'K':
      AppendPadded(hour % 12, count, out);
      break;
    case 'h':
      AppendPadded(hour % 12 == 0 ? 12 : hour % 12, count, out);
      break;
    case 'm':
      AppendPadded(time.seconds_of_day / 60 % 60, count, out);
      break;
    case 's':
      AppendPadded(time.seconds_of_day % 60, count, out);
      break;
    case 'S': {
      std::string digits;
      AppendPadded(time.micros_of_second, 6, &digits);
      digits.append("000");
      out->append(digits, 0, static_cast<size_t>(count));
      break;
    }
    default:
      break;
  }
}

/// False when a zone is wanted and there is none.
bool AppendField(const Element& element, const PrintedTime& time, std::string* out) {
  const int count = element.count;
  switch (element.letter) {
    case 'G':
      out->append(count == 4 ? (time.date.year > 0 ? "Anno Domini" : "Before Christ")
                             : (time.date.year > 0 ? "AD" : "BC"));
      return true;
    case 'y':
      AppendYear(time, count, out);
      return true;
    case 'M':
    case 'L':
      if (count <= 2) {
        AppendPadded(time.date.month, count, out);
      } else {
        AppendNamed(kMonthNames[time.date.month - 1], count == 4, out);
      }
      return true;
    case 'Q':
    case 'q':
      AppendQuarter((time.date.month + 2) / 3, count, out);
      return true;
    case 'd':
      AppendPadded(time.date.day, count, out);
      return true;
    case 'D':
      AppendPadded(time.days - DaysFromCivil(time.date.year, 1, 1) + 1, count, out);
      return true;
    case 'E':
      AppendNamed(kDayNames[IsoWeekday(time.days) - 1], count == 4, out);
      return true;
    case 'F':
      AppendPadded((time.date.day - 1) % 7 + 1, 1, out);
      return true;
    case 'V':
    case 'z':
    case 'O':
    case 'X':
    case 'x':
    case 'Z':
      return AppendZoneField(element, time, out);
    default:
      AppendTimeField(element, time, out);
      return true;
  }
}

void AppendElements(const std::vector<Element>& elements, size_t begin, size_t end,
                    const PrintedTime& time, std::string* out, bool* complete) {
  for (size_t i = begin; i < end; ++i) {
    const Element& element = elements[i];
    if (element.kind == Element::Kind::kLiteral) {
      out->append(element.literal);
    } else if (element.kind == Element::Kind::kField) {
      if (!AppendField(element, time, out)) *complete = false;
    } else if (element.kind == Element::Kind::kOptionalBegin) {
      const size_t length = out->size();
      bool section_complete = true;
      AppendElements(elements, i + 1, element.end, time, out, &section_complete);
      if (!section_complete) out->resize(length);
      i = element.end;
    }
  }
}

}  // namespace

void DatetimePattern::FormatTimestamp(int64_t micros, TimeZone* zone, std::string* out) const {
  PrintedTime time = MakePrintedTime(zone->ToLocal(micros), has_era_);
  time.zone = zone;
  time.instant = micros;
  bool complete = true;
  AppendElements(elements_, 0, elements_.size(), time, out, &complete);
}

void DatetimePattern::FormatTimestampNtz(int64_t local_micros, std::string* out) const {
  bool complete = true;
  AppendElements(elements_, 0, elements_.size(), MakePrintedTime(local_micros, has_era_), out,
                 &complete);
}

void DatetimePattern::FormatDate(int32_t days, std::string* out) const {
  FormatTimestampNtz(int64_t{days} * kMicrosPerDay, out);
}

}  // namespace thalweg
