#pragma once

// state/<operator id>/_metadata/schema: what the state of an operator consists of, beside its files
// (docs/formats/state.md).

#include <optional>
#include <string>

#include "thalweg/base/file_system.h"
#include "thalweg/state/state_schema.h"

namespace thalweg::stream {

/// Records `schema` unless a schema is recorded already; one that is not known is not recorded.
/// Errors: MALFORMED_LOG_FILE when what is recorded is damaged.
Status WriteStateSchema(FileSystem* file_system, const std::string& state_directory,
                        int operator_id, const state::StateSchema& schema);

/// The recorded schema; nothing if there is none. Errors: MALFORMED_LOG_FILE.
Result<std::optional<state::StateSchema>> ReadStateSchema(FileSystem* file_system,
                                                          const std::string& state_directory,
                                                          int operator_id);

}  // namespace thalweg::stream
