#pragma once

// English names that datetime patterns print and parse. Internal to datetime_pattern.

#include <string_view>
#include <utility>

namespace thalweg {

inline constexpr std::string_view kMonthNames[] = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
inline constexpr std::string_view kDayNames[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                 "Friday", "Saturday", "Sunday"};

/// Long names of common zones by abbreviation (letter z four times).
inline constexpr std::pair<std::string_view, std::string_view> kLongZoneNames[] = {
    {"UTC", "Coordinated Universal Time"},    {"GMT", "Greenwich Mean Time"},
    {"PST", "Pacific Standard Time"},         {"PDT", "Pacific Daylight Time"},
    {"MST", "Mountain Standard Time"},        {"MDT", "Mountain Daylight Time"},
    {"CST", "Central Standard Time"},         {"CDT", "Central Daylight Time"},
    {"EST", "Eastern Standard Time"},         {"EDT", "Eastern Daylight Time"},
    {"BST", "British Summer Time"},           {"WET", "Western European Standard Time"},
    {"WEST", "Western European Summer Time"}, {"CET", "Central European Standard Time"},
    {"CEST", "Central European Summer Time"}, {"EET", "Eastern European Standard Time"},
    {"EEST", "Eastern European Summer Time"}, {"JST", "Japan Standard Time"},
    {"IST", "India Standard Time"},
};

/// Empty when the abbreviation is not known.
constexpr std::string_view LongZoneName(std::string_view abbreviation) {
  for (const auto& [short_name, long_name] : kLongZoneNames) {
    if (short_name == abbreviation) return long_name;
  }
  return {};
}

}  // namespace thalweg
