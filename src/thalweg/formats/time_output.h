#pragma once

// Dates and timestamps as the text formats write them.

#include <cstdint>
#include <string>

#include "thalweg/types/time_zone.h"

namespace thalweg {
class DatetimePattern;
}

namespace thalweg::formats {

/// By pattern, or "2024-01-02" when it is null.
void AppendDate(int32_t days, const DatetimePattern* pattern, std::string* out);
/// By pattern, or yyyy-MM-dd'T'HH:mm:ss.SSSXXX in `zone` when it is null.
void AppendTimestamp(int64_t micros, const DatetimePattern* pattern, TimeZone* zone,
                     std::string* out);
/// By pattern, or yyyy-MM-dd'T'HH:mm:ss.SSS when it is null.
void AppendTimestampNtz(int64_t local_micros, const DatetimePattern* pattern, std::string* out);

}  // namespace thalweg::formats
