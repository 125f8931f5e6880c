#pragma once

// The state in a checkpoint, for those who look into it without the query (semantics 9.6). Only
// reads; a query may go on writing meanwhile.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "thalweg/checkpoint/commit_log.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/stream/operator_metadata.h"
#include "thalweg/stream/state_reader/state_view.h"

namespace thalweg::stream {

/// One thread.
class StateCheckpoint {
 public:
  StateCheckpoint(FileSystem* file_system, std::string path,
                  std::shared_ptr<const functions::FunctionRegistry> functions);

  const std::string& path() const { return path_; }

  /// By id; empty if the query keeps no state.
  Result<std::map<int, RecordedOperator>> Operators() const;

  struct BatchRange {
    int64_t first = -1;
    int64_t last = -1;
  };
  /// The batches whose state can be read; nothing if none is committed.
  Result<std::optional<BatchRange>> Batches();

  /// The operator as of `batch`, or the newest. Errors: STDS_FAILED_TO_READ_STATE_SCHEMA if there
  /// is no such operator, or one whose state this engine cannot describe; `options` is for its
  /// text.
  Result<OperatorState> Open(int operator_id, const std::string& options,
                             std::optional<int64_t> batch = std::nullopt) const;
  /// What besides its name makes the operator (of transformWithState) what it is; nothing for
  /// others. Errors: MALFORMED_LOG_FILE.
  Result<std::optional<OperatorProperties>> Properties(int operator_id,
                                                       std::optional<int64_t> batch) const;

  /// The files that are the operator's state after `batch`.
  /// Errors: STDS_COMMITTED_BATCH_UNAVAILABLE.
  Result<state::StateManifest> FilesAfter(int64_t batch, int operator_id);
  /// Of these, the files that `batch` itself wrote.
  Result<std::vector<std::string>> FilesOf(int64_t batch, int operator_id);
  /// Bytes of the files.
  Result<int64_t> SizeOf(const state::StateManifest& manifest, int operator_id) const;

  /// A view of nothing yet over the operator's files. Errors: as MakeStateView.
  Result<std::unique_ptr<StateView>> MakeView(const OperatorState& state,
                                              const StoreSelection& selection,
                                              const std::string& options) const;

 private:
  std::string OperatorDirectory(int operator_id) const;

  FileSystem* file_system_;
  std::string path_;
  std::shared_ptr<const functions::FunctionRegistry> functions_;
  checkpoint::CommitLog commit_log_;
};

}  // namespace thalweg::stream
