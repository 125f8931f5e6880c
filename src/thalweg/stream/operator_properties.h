#pragma once

// state/<operator id>/_metadata/properties/<n>: what an operator is besides its name, and must stay
// (semantics 5.8: time mode, output mode, the kinds of state variables). The newest counts.

#include <string>

#include "thalweg/base/file_system.h"

namespace thalweg::stream {

/// Compares `properties` (StatefulOperatorInfo::properties_json; empty: nothing is to be checked)
/// with the newest recorded below `metadata_directory`, and records them if they are new. Variables
/// may come and go; one that comes back must hold what it held, unless it was deleted.
/// Errors: STATE_STORE_INVALID_CONFIG_AFTER_RESTART, STATE_STORE_INVALID_VARIABLE_TYPE_CHANGE,
/// STATE_STORE_{KEY,VALUE}_SCHEMA_NOT_COMPATIBLE, MALFORMED_LOG_FILE.
Status VerifyOperatorProperties(FileSystem* file_system, const std::string& metadata_directory,
                                const std::string& properties);

/// The newest properties; empty if there are none.
Result<std::string> ReadOperatorProperties(FileSystem* file_system,
                                           const std::string& metadata_directory);

}  // namespace thalweg::stream
