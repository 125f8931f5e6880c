#include "thalweg/types/local_time_zone.h"

#include <cstdlib>
#include <exception>

#include <date/tz.h>

#include "thalweg/types/time_zone.h"

namespace thalweg {

std::string LocalTimeZoneId() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  if (const char* text = std::getenv("TZ"); text != nullptr && *text != '\0') {
    std::string id = *text == ':' ? text + 1 : text;
    if (IsValidTimeZone(id)) return id;
  }
  try {
    std::string id = date::current_zone()->name();
    if (IsValidTimeZone(id)) return id;
  } catch (const std::exception&) {
    // A system that does not say.
  }
  return "UTC";
}

}  // namespace thalweg
