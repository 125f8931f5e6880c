#pragma once

// The fault campaign: a seed decides on a query, its input and a list of faults. The query runs
// over a file system in memory, fails, starts again from what is durable, fails again, until a run
// is left alone; then its output must be that of the same query without faults.

#include <cstdint>
#include <string>
#include <vector>

#include "coverage.h"

namespace thalweg::tests {

struct CampaignOptions {
  /// Takes this query; empty: that of the seed, they take turns.
  std::string shape;
  /// Keeps the state in this store, "memory" or "rocksdb"; empty: drawn.
  std::string store;
  /// Without faults each query only runs a second time.
  bool faults = true;
  /// Prints what the query gives without faults, and what happens.
  bool verbose = false;
};

struct SeedOutcome {
  /// Name of the query.
  std::string shape;
  /// That the query gave without faults.
  int64_t rows = 0;
  /// What was run and which faults came, as text.
  std::string description;
  /// Empty: all as it must be.
  std::vector<std::string> problems;
  int faults_fired = 0;
  /// Those of RunSeed().
  std::vector<FiredFault> faults;
};

SeedOutcome RunSeed(uint64_t seed, const CampaignOptions& options);

/// As RunSeed, but instead of faults: a run is paused before some operation, another one starts on
/// the same checkpoint (no lock keeps it away) and takes over; then the first goes on. It must end
/// with CONCURRENT_STREAM_LOG_UPDATE or find nothing to do, and the output be right.
SeedOutcome RunTwoOwnersSeed(uint64_t seed, const CampaignOptions& options);

/// Sets a checkpoint back to an earlier commit that is kept, by removing the entries of both logs
/// after it: the batches that follow are as they were.
SeedOutcome RunRewindSeed(uint64_t seed, const CampaignOptions& options);

/// As RunSeed, but between two runs one file of the checkpoint or of the sink's manifest is
/// damaged: then the query ends in an error with a condition that names the file, or the output is
/// right.
SeedOutcome RunDamageSeed(uint64_t seed, const CampaignOptions& options);

}  // namespace thalweg::tests
