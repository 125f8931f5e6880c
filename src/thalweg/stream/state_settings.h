#pragma once

// The settings that say where state is kept (semantics 9.3, 9.5).

#include <map>
#include <memory>
#include <string>

#include "thalweg/base/settings.h"
#include "thalweg/base/status.h"
#include "thalweg/state/state_backend.h"

namespace thalweg::stream {

/// What the state of a query run is kept in: the provider that `pinned` names, set up by the
/// session's settings. `rocksdb_memory` as in StateBackendOptions.
/// Errors: STATE_STORE_INVALID_PROVIDER, INVALID_CONF_VALUE.REQUIREMENT and those of
/// StateBackend::Make.
Result<std::shared_ptr<state::StateBackend>> MakeStateBackend(
    const std::map<std::string, std::string>& pinned, const Settings& settings,
    std::shared_ptr<state::RocksDbMemory> rocksdb_memory);

/// Whether the codec that `pinned` names for state is one that Spark knows, by its name or its
/// class. Errors: CODEC_NOT_AVAILABLE.WITH_CONF_SUGGESTION.
Status CheckStateCodec(const std::map<std::string, std::string>& pinned);

/// Settings below spark.sql.streaming.stateStore.rocksdb.
/// Errors: INVALID_CONF_VALUE.REQUIREMENT.
Result<state::RocksDbSettings> ReadRocksDbSettings(const Settings& settings);

}  // namespace thalweg::stream
