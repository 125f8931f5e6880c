#pragma once

#include <string>

#include "thalweg/base/status.h"

namespace thalweg::session {

/// What a value must be beyond the kind of its setting, for SET and for clients. A value that is
/// not supported is refused rather than ignored. Errors: INVALID_CONF_VALUE.TIME_ZONE,
/// INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS, UNSUPPORTED_FEATURE.
Status CheckSettingValue(const std::string& key, const std::string& value);

}  // namespace thalweg::session
