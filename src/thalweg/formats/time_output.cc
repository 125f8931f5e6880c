#include "thalweg/formats/time_output.h"

#include <cstdlib>

#include "thalweg/types/datetime_pattern.h"
#include "thalweg/types/time_text.h"

namespace thalweg::formats {
namespace {

void AppendTwoDigits(int64_t value, std::string* out) {
  out->push_back(static_cast<char>('0' + value / 10));
  out->push_back(static_cast<char>('0' + value % 10));
}

void AppendLocal(int64_t local_micros, std::string* out) {
  AppendDateText(FloorDivide(local_micros, kMicrosPerDay), out);
  const int64_t rest = FloorModulo(local_micros, kMicrosPerDay);
  out->push_back('T');
  AppendTwoDigits(rest / kMicrosPerHour, out);
  out->push_back(':');
  AppendTwoDigits(rest / kMicrosPerMinute % 60, out);
  out->push_back(':');
  AppendTwoDigits(rest / kMicrosPerSecond % 60, out);
  out->push_back('.');
  const int64_t millis = rest / 1000 % 1000;
  out->push_back(static_cast<char>('0' + millis / 100));
  AppendTwoDigits(millis % 100, out);
}

}  // namespace

void AppendDate(int32_t days, const DatetimePattern* pattern, std::string* out) {
  if (pattern != nullptr) {
    pattern->FormatDate(days, out);
  } else {
    AppendDateText(days, out);
  }
}

void AppendTimestamp(int64_t micros, const DatetimePattern* pattern, TimeZone* zone,
                     std::string* out) {
  if (pattern != nullptr) {
    pattern->FormatTimestamp(micros, zone, out);
    return;
  }
  const int64_t offset = zone->OffsetAtInstant(micros);
  AppendLocal(WrappingAdd(micros, offset), out);
  const int64_t minutes = std::llabs(offset) / kMicrosPerMinute;
  if (offset == 0) {
    out->push_back('Z');
    return;
  }
  out->push_back(offset < 0 ? '-' : '+');
  AppendTwoDigits(minutes / 60, out);
  out->push_back(':');
  AppendTwoDigits(minutes % 60, out);
}

void AppendTimestampNtz(int64_t local_micros, const DatetimePattern* pattern, std::string* out) {
  if (pattern != nullptr) {
    pattern->FormatTimestampNtz(local_micros, out);
  } else {
    AppendLocal(local_micros, out);
  }
}

}  // namespace thalweg::formats
