#pragma once

#include <string>

namespace thalweg {

/// The id of the zone that the process runs in: TZ of its environment, else what the system says,
/// else "UTC". What Java calls the default zone; the zone of a session is another thing. Always one
/// that TimeZone::Make takes.
std::string LocalTimeZoneId();

}  // namespace thalweg
