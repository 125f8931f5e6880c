#pragma once

// state/<operator id>/_metadata/metadata: which stateful operators a checkpoint belongs to
// (semantics 2.4 and 3.6, version 1).

#include <map>
#include <string>
#include <vector>

#include "thalweg/base/file_system.h"
#include "thalweg/exec/planner/query_plan.h"

namespace thalweg::stream {

/// An operator as its metadata names it.
struct RecordedOperator {
  struct Store {
    std::string name;
    int num_partitions = 0;
    /// As StatefulOperatorInfo has it.
    int num_prefix_columns = 0;
  };
  std::string name;
  std::vector<Store> stores;
};

/// The operators recorded below `state_directory`, by id. Errors: MALFORMED_LOG_FILE.
Result<std::map<int, RecordedOperator>> ReadOperatorMetadata(FileSystem* file_system,
                                                             const std::string& state_directory);

/// Compares the operators of the plan with those recorded below `state_directory` and records the
/// ones that are not yet, with what their state consists of. `batch` comes next; `has_commits`: one
/// is committed, so the record must be complete. Errors:
/// STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA,
/// STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY, MALFORMED_LOG_FILE.
Status VerifyOperatorMetadata(FileSystem* file_system, const std::string& state_directory,
                              const std::vector<exec::StatefulOperatorInfo>& operators,
                              int num_partitions, int64_t batch, bool has_commits);

/// Where the records of an operator lie.
std::string OperatorMetadataDirectory(const std::string& state_directory, int operator_id);

}  // namespace thalweg::stream
