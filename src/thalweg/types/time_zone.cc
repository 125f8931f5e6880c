#include "thalweg/types/time_zone.h"

#include <map>
#include <optional>

#include <date/tz.h>
#include <fmt/format.h>

#include "thalweg/types/time_text.h"

namespace thalweg {
namespace {

constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kMaxOffsetSeconds = 18 * 3600;
/// Zone files list changes up to 2037; later years behave like an earlier one of the same shape.
constexpr int64_t kLastListedYear = 2037;
constexpr int64_t kFirstModelYear = 2010;

/// Java's ZoneId.SHORT_IDS.
const std::map<std::string, std::string, std::less<>>& ShortIds() {
  static const std::map<std::string, std::string, std::less<>> kIds = {
      {"ACT", "Australia/Darwin"},
      {"AET", "Australia/Sydney"},
      {"AGT", "America/Argentina/Buenos_Aires"},
      {"ART", "Africa/Cairo"},
      {"AST", "America/Anchorage"},
      {"BET", "America/Sao_Paulo"},
      {"BST", "Asia/Dhaka"},
      {"CAT", "Africa/Harare"},
      {"CNT", "America/St_Johns"},
      {"CST", "America/Chicago"},
      {"CTT", "Asia/Shanghai"},
      {"EAT", "Africa/Addis_Ababa"},
      {"ECT", "Europe/Paris"},
      {"IET", "America/Indiana/Indianapolis"},
      {"IST", "Asia/Kolkata"},
      {"JST", "Asia/Tokyo"},
      {"MIT", "Pacific/Apia"},
      {"NET", "Asia/Yerevan"},
      {"NST", "Pacific/Auckland"},
      {"PLT", "Asia/Karachi"},
      {"PNT", "America/Phoenix"},
      {"PRT", "America/Puerto_Rico"},
      {"PST", "America/Los_Angeles"},
      {"SST", "Pacific/Guadalcanal"},
      {"VST", "Asia/Ho_Chi_Minh"},
      {"EST", "-05:00"},
      {"MST", "-07:00"},
      {"HST", "-10:00"}};
  return kIds;
}

/// "+2", "+02", "+0230", "+2:30", "+02:30:15" in seconds.
std::optional<int64_t> ParseOffset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int64_t sign = text[0] == '-' ? -1 : 1;
  int64_t parts[3] = {0, 0, 0};
  const std::string_view digits = text.substr(1);
  if (digits.find(':') == std::string_view::npos) {
    if (digits.size() > 6 || (digits.size() > 2 && digits.size() % 2 != 0)) return std::nullopt;
    for (size_t i = 0; i < digits.size(); ++i) {
      if (digits[i] < '0' || digits[i] > '9') return std::nullopt;
      int64_t& part = parts[digits.size() <= 2 ? 0 : i / 2];
      part = part * 10 + (digits[i] - '0');
    }
  } else {
    int index = 0;
    int count = 0;
    for (const char letter : digits) {
      if (letter == ':') {
        if (count == 0 || ++index > 2) return std::nullopt;
        count = 0;
      } else if (letter < '0' || letter > '9' || ++count > 2) {
        return std::nullopt;
      } else {
        parts[index] = parts[index] * 10 + (letter - '0');
      }
    }
    if (count == 0) return std::nullopt;
  }
  const int64_t seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
  if (parts[1] > 59 || parts[2] > 59 || seconds > kMaxOffsetSeconds) return std::nullopt;
  return sign * seconds;
}

std::optional<int64_t> ParseFixedId(const std::string& id) {
  if (id == "Z" || id == "UTC" || id == "GMT" || id == "UT") return 0;
  for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (id.starts_with(prefix)) return ParseOffset(std::string_view(id).substr(prefix.size()));
  }
  return ParseOffset(id);
}

/// The same moment of the year in a listed year of the same length and first weekday.
int64_t ToListedYears(int64_t seconds) {
  const CivilDate date = CivilFromDays(FloorDivide(seconds, kSecondsPerDay));
  if (date.year <= kLastListedYear) return seconds;
  const int64_t first_day = DaysFromCivil(date.year, 1, 1);
  for (int64_t year = kLastListedYear; year >= kFirstModelYear; --year) {
    const int64_t model_day = DaysFromCivil(year, 1, 1);
    if (IsLeapYear(year) == IsLeapYear(date.year) && FloorModulo(model_day - first_day, 7) == 0) {
      return seconds - (first_day - model_day) * kSecondsPerDay;
    }
  }
  return seconds;
}

const date::time_zone* ZoneOf(const void* zone) {
  return static_cast<const date::time_zone*>(zone);
}

date::sys_info InfoAtInstant(const void* zone, int64_t utc_seconds) {
  return ZoneOf(zone)->get_info(
      date::sys_seconds(std::chrono::seconds(ToListedYears(utc_seconds))));
}

}  // namespace

TimeZone TimeZone::Utc() {
  TimeZone zone;
  zone.id_ = "UTC";
  return zone;
}

Result<TimeZone> TimeZone::Make(const std::string& id) {
  TimeZone zone;
  zone.id_ = id;
  const auto alias = ShortIds().find(id);
  const std::string& name = alias == ShortIds().end() ? id : alias->second;
  if (const auto offset = ParseFixedId(name)) {
    zone.offset_seconds_ = *offset;
    return zone;
  }
  try {
    const date::time_zone* found = date::locate_zone(name);
    // Loads the zone's rules now, so that a broken file is an error here and not in a kernel.
    (void)found->get_info(date::sys_seconds(std::chrono::seconds(0)));
    zone.zone_ = found;
    return zone;
  } catch (const std::exception&) {
    return MakeError("INVALID_TIMEZONE", {{"timeZone", id}});
  }
}

void TimeZone::LoadPeriodOfInstant(int64_t utc_seconds) {
  const date::sys_info info = InfoAtInstant(zone_, utc_seconds);
  const int64_t shift = utc_seconds - ToListedYears(utc_seconds);
  offset_seconds_ = info.offset.count();
  if (shift == 0) {
    period_begin_ = info.begin.time_since_epoch().count();
    period_end_ = std::min(info.end.time_since_epoch().count(),
                           DaysFromCivil(kLastListedYear + 1, 1, 1) * kSecondsPerDay);
  } else {
    // A year beyond the list: the period may end with the model year.
    period_begin_ = utc_seconds;
    period_end_ = utc_seconds + 1;
  }
}

int64_t TimeZone::OffsetAtInstant(int64_t utc_micros) {
  if (zone_ == nullptr) return offset_seconds_ * kMicrosPerSecond;
  const int64_t seconds = FloorDivide(utc_micros, kMicrosPerSecond);
  if (seconds < period_begin_ || seconds >= period_end_) LoadPeriodOfInstant(seconds);
  return offset_seconds_ * kMicrosPerSecond;
}

int64_t TimeZone::ToLocal(int64_t utc_micros) {
  return WrappingAdd(utc_micros, OffsetAtInstant(utc_micros));
}

int64_t TimeZone::OffsetOfLocalSeconds(int64_t local_seconds) {
  // A day away from the ends of the cached period no clock change can interfere.
  if (local_seconds - kSecondsPerDay >= period_begin_ + offset_seconds_ &&
      local_seconds + kSecondsPerDay < period_end_ + offset_seconds_) {
    return offset_seconds_;
  }
  const int64_t listed = ToListedYears(local_seconds);
  const date::local_info info =
      ZoneOf(zone_)->get_info(date::local_seconds(std::chrono::seconds(listed)));
  // In a gap or an overlap `first` is the offset before the change, which is Java's choice.
  const int64_t offset = info.first.offset.count();
  if (info.result == date::local_info::unique) LoadPeriodOfInstant(local_seconds - offset);
  return offset;
}

int64_t TimeZone::ToUtc(int64_t local_micros) {
  if (zone_ == nullptr) return WrappingAdd(local_micros, -offset_seconds_ * kMicrosPerSecond);
  const int64_t offset = OffsetOfLocalSeconds(FloorDivide(local_micros, kMicrosPerSecond));
  return WrappingAdd(local_micros, -offset * kMicrosPerSecond);
}

std::string TimeZone::AbbreviationAt(int64_t utc_micros) {
  if (zone_ == nullptr) {
    return offset_seconds_ == 0 && id_ != "Z" ? "UTC" : FormatOffset(offset_seconds_);
  }
  return InfoAtInstant(zone_, FloorDivide(utc_micros, kMicrosPerSecond)).abbrev;
}

bool TimeZone::IsDaylightTimeAt(int64_t utc_micros) {
  if (zone_ == nullptr) return false;
  return InfoAtInstant(zone_, FloorDivide(utc_micros, kMicrosPerSecond)).save.count() != 0;
}

bool IsValidTimeZone(const std::string& id) { return TimeZone::Make(id).ok(); }

std::string FormatOffset(int64_t offset_seconds) {
  if (offset_seconds == 0) return "Z";
  const int64_t magnitude = offset_seconds < 0 ? -offset_seconds : offset_seconds;
  std::string text = fmt::format("{}{:02}:{:02}", offset_seconds < 0 ? '-' : '+', magnitude / 3600,
                                 magnitude / 60 % 60);
  if (magnitude % 60 != 0) text += fmt::format(":{:02}", magnitude % 60);
  return text;
}

}  // namespace thalweg
