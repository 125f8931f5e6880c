#pragma once

// Options of the batch source `statestore` (semantics 9.6).

#include <cstdint>
#include <optional>
#include <string>

#include "thalweg/io/provider.h"
#include "thalweg/stream/state_reader/state_view.h"

namespace thalweg::stream {

struct StateSourceOptions {
  struct Changes {
    int64_t first = 0;
    std::optional<int64_t> last;  // nothing: the newest committed batch
  };
  std::string path;
  /// Nothing: the newest committed batch.
  std::optional<int64_t> batch;
  int operator_id = 0;
  StoreSelection selection;
  /// Only this partition (snapshotPartitionId).
  std::optional<int32_t> partition;
  std::optional<int64_t> snapshot_batch;
  /// Set: a change feed.
  std::optional<Changes> changes;

  /// For error texts.
  std::string ToString() const;
};

/// Errors: STDS_REQUIRED_OPTION_UNSPECIFIED, STDS_INVALID_OPTION_VALUE.*, STDS_CONFLICT_OPTIONS.
Result<StateSourceOptions> ParseStateSourceOptions(const io::ReadArguments& arguments);

/// The one path that is to be read. Errors: STDS_REQUIRED_OPTION_UNSPECIFIED.
Result<std::string> StatePath(const io::ReadArguments& arguments);

/// A number of a batch. Errors: STDS_INVALID_OPTION_VALUE.{IS_NEGATIVE,WITH_MESSAGE}.
Result<std::optional<int64_t>> ParseStateNumber(const io::Options& options, const char* name);

}  // namespace thalweg::stream
