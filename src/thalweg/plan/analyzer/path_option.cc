#include "thalweg/plan/analyzer/path_option.h"

#include <algorithm>

#include "thalweg/types/identifier_text.h"

namespace thalweg::plan {
namespace {

constexpr char kLegacy[] = "spark.sql.legacy.pathOptionBehavior.enabled";

bool HasPath(PathCall call, const std::map<std::string, std::string>& options) {
  return std::any_of(options.begin(), options.end(), [call](const auto& option) {
    const std::string key = ToLowerAscii(option.first);
    return key == "path" || (call == PathCall::kLoad && key == "paths");
  });
}

}  // namespace

Status CheckPathOption(PathCall call, const std::map<std::string, std::string>& options,
                       const Settings& settings) {
  if (!HasPath(call, options) || settings.GetBoolean(kLegacy)) return Status::OK();
  switch (call) {
    case PathCall::kLoad:
      return MakeError("_LEGACY_ERROR_TEMP_1306", {{"config", kLegacy}});
    case PathCall::kSave:
      return MakeError("_LEGACY_ERROR_TEMP_1307", {{"config", kLegacy}});
    case PathCall::kLoadStream:
      return MakeError("_LEGACY_ERROR_TEMP_1188", {{"method", "load"}, {"config", kLegacy}});
    case PathCall::kStartStream:
      break;
  }
  return MakeError("_LEGACY_ERROR_TEMP_1188", {{"method", "start"}, {"config", kLegacy}});
}

}  // namespace thalweg::plan
