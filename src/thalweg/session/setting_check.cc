#include "thalweg/session/setting_check.h"

#include <string_view>

#include "thalweg/types/identifier_text.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::session {

Status CheckSettingValue(const std::string& key, const std::string& value) {
  if (key == "spark.sql.session.timeZone" && !IsValidTimeZone(value)) {
    return MakeError("INVALID_CONF_VALUE.TIME_ZONE", {{"confName", key}, {"confValue", value}});
  }
  const std::string lower = ToLowerAscii(value);
  if (key == "spark.sql.mapKeyDedupPolicy" && lower != "exception" && lower != "last_win") {
    return MakeError(
        "INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS",
        {{"confName", key}, {"confValue", value}, {"confOptions", "EXCEPTION, LAST_WIN"}});
  }
  if (key == "spark.sql.sources.partitionOverwriteMode" && lower != "static" &&
      lower != "dynamic") {
    return MakeError("INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS",
                     {{"confName", key}, {"confValue", value}, {"confOptions", "STATIC, DYNAMIC"}});
  }
  if (key == "spark.sql.pyspark.udf.profiler" && lower != "perf" && lower != "memory") {
    return MakeError("INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS",
                     {{"confName", key}, {"confValue", value}, {"confOptions", "perf, memory"}});
  }
  struct FixedSetting {
    std::string_view key;
    std::string_view only;
  };
  static constexpr FixedSetting kFixed[] = {{"spark.sql.caseSensitive", "false"},
                                            {"spark.sql.legacy.timeParserPolicy", "corrected"},
                                            {"spark.sql.timeType.enabled", "false"}};
  for (const FixedSetting& fixed : kFixed) {
    if (key == fixed.key && lower != fixed.only) {
      return MakeError("UNSUPPORTED_FEATURE",
                       {{"feature", "The value '" + value + "' of the setting " + key}});
    }
  }
  return Status::OK();
}

}  // namespace thalweg::session
