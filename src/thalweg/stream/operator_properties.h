#pragma once

// state/<operator id>/_metadata/properties/<n>: what an operator is besides its name, and must stay
// (semantics 5.8: time mode, output mode, the kinds of state variables). The newest counts.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/file_system.h"
#include "thalweg/state/variable_table.h"
#include "thalweg/types/data_types.h"

namespace thalweg::stream {

/// Compares `properties` (StatefulOperatorInfo::properties_json; empty: nothing is to be checked)
/// with the newest recorded below `metadata_directory`, and records them if they are new, as those
/// of the batches from `batch` on. Variables may come and go; one that comes back must hold what it
/// held, unless it was deleted.
/// Errors: STATE_STORE_INVALID_CONFIG_AFTER_RESTART, STATE_STORE_INVALID_VARIABLE_TYPE_CHANGE,
/// STATE_STORE_{KEY,VALUE}_SCHEMA_NOT_COMPATIBLE, MALFORMED_LOG_FILE.
Status VerifyOperatorProperties(FileSystem* file_system, const std::string& metadata_directory,
                                const std::string& properties, int64_t batch);

struct RecordedVariable {
  /// As Spark's metadata has it: timers are "$procTimers_keyToTimestamp".
  std::string name;
  state::VariableKind kind = state::VariableKind::kValue;
  bool has_ttl = false;
  /// Of a map.
  SchemaPtr key_schema;
  /// Not of timers.
  SchemaPtr value_schema;
};

struct OperatorProperties {
  std::string time_mode;
  std::string output_mode;
  std::vector<RecordedVariable> variables;

  /// As Spark's operatorProperties: timeMode, outputMode, stateVariables.
  std::string ToJson() const;
  /// Null if there is none.
  const RecordedVariable* Find(const std::string& name) const;
};

/// The properties of batch `batch`, or the newest; nothing if none are recorded.
/// Errors: MALFORMED_LOG_FILE.
Result<std::optional<OperatorProperties>> ReadOperatorProperties(
    FileSystem* file_system, const std::string& metadata_directory, std::optional<int64_t> batch);

}  // namespace thalweg::stream
