#pragma once

#include <map>
#include <string>

#include "thalweg/base/settings.h"
#include "thalweg/base/status.h"

namespace thalweg::plan {

/// Calls that take a path, which readers and writers may have as an option, too.
enum class PathCall { kLoad, kLoadStream, kSave, kStartStream };

/// Whether `options`, keys in any case, name a path besides the call's own: it is not known then
/// which one is meant. With spark.sql.legacy.pathOptionBehavior.enabled it is the call's.
/// Errors: _LEGACY_ERROR_TEMP_1306 for batch reads, _1307 for batch writes, _1188 for streams.
Status CheckPathOption(PathCall call, const std::map<std::string, std::string>& options,
                       const Settings& settings);

}  // namespace thalweg::plan
