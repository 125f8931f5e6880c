#pragma once

// What values of settings must be beyond their kind.

#include <string>

#include "thalweg/base/status.h"

namespace thalweg {

/// Errors: INVALID_CONF_VALUE.REQUIREMENT for a value that fits the kind of the setting but that
/// nothing could run with; INVALID_CONF_VALUE.TYPE_MISMATCH for a number beyond those that the
/// setting may have at all. Other settings may have any value.
Status CheckSettingRequirement(const std::string& key, const std::string& value);

}  // namespace thalweg
