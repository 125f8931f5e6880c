#pragma once

// <checkpoint>/metadata: {"id":"<uuid>"}, the identity of a query across runs (semantics 3).

#include <string>

#include "thalweg/base/file_system.h"
#include "thalweg/base/status.h"

namespace thalweg::checkpoint {

/// The id in the checkpoint; a fresh one is written first if there is none. A checkpoint whose logs
/// hold entries but whose metadata file is gone is refused (a new id would make exactly-once sinks
/// see a new writer). Errors: MALFORMED_CHECKPOINT_METADATA,
/// STREAMING_CHECKPOINT_MISSING_METADATA_FILE.
Result<std::string> LoadOrCreateQueryId(FileSystem* file_system, const std::string& checkpoint);

}  // namespace thalweg::checkpoint
