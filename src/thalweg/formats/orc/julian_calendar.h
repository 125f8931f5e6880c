#pragma once

#include <cstdint>

#include "thalweg/types/time_zone.h"

namespace thalweg::formats::orc {

/// Dates before 15 October 1582 in files that do not say to be proleptic are those of the Julian
/// calendar. The day, since 1970, that has the same year, month and day in the proleptic Gregorian
/// calendar; later days are the same. The 29th of February of years that have none becomes the 1st
/// of March.
int32_t FromJulianDay(int32_t day);

/// The same for the day of an instant, as seen in the zone.
int64_t FromJulianMicros(int64_t micros, TimeZone* zone);

}  // namespace thalweg::formats::orc
