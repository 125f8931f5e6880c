#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"INTERNAL_ERROR", "XX000", "<message>"},
    {"UNSUPPORTED_FEATURE", "0A000", "<feature> is not supported by this engine."},
    {"UNSUPPORTED_CALL", "0A000", "The call of <call> is not supported: <reason>."},
    {"CANNOT_PARSE_INTERVAL", "22006",
     "<intervalString> is not an interval. Write a number and a unit for each part, as in "
     "'10 minutes'."},
    {"_LEGACY_ERROR_TEMP_3262", "",
     "The interval <interval> has months or years, whose length is not fixed."},
    {"CANNOT_MODIFY_STATIC_CONFIG", "46110", "The setting <key> is fixed while the process runs."},
    {"INVALID_CONF_VALUE.TYPE_MISMATCH", "22022",
     "The value '<confValue>' does not fit the setting '<confName>', which is of type <confType>."},
    {"INVALID_CONF_VALUE.REQUIREMENT", "22022",
     "The value '<confValue>' does not fit the setting '<confName>': <confRequirement>."},
    {"INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS", "22022",
     "The value '<confValue>' of the setting '<confName>' is none of <confOptions>."},
    {"INVALID_CONF_VALUE.TIME_ZONE", "22022",
     "The value '<confValue>' of the setting '<confName>' is not a time zone."},
};

}  // namespace

std::span<const ErrorCondition> GeneralErrorConditions() { return kConditions; }

}  // namespace thalweg
