#pragma once

// Rebuilds the entries of one operator from its files, outside a running query, and tells what each
// file changed. Only reads.

#include <functional>
#include <string>
#include <vector>

#include "thalweg/state/state_store.h"

namespace thalweg::state {

enum class StateChange {
  kPut,      // the file puts the entries
  kDelete,   // they go
  kReplace,  // entries that the next kPut gives new values; only told of those that never expire
};

/// Gets entries that a file changes, some at a time; valid during the call.
using StateChangeConsumer =
    std::function<Status(StateChange change, uint8_t* const* groups, int64_t count)>;

/// Errors: STATE_STORE_{KEY,VALUE}_SCHEMA_NOT_COMPATIBLE.
Status CheckSignatures(const StateFileHeader& header, const std::string& keys,
                       const std::string& values);

/// One thread.
class StateReplay {
 public:
  /// `keys` and `values` must be those of the query that wrote the files. `location` says where
  /// they lie; the number of key groups is not looked at.
  StateReplay(StateLocation location, std::shared_ptr<const RowKeyCodec> keys,
              std::shared_ptr<const ValueCodec> values);

  /// Applies one file. What goes is told before what comes, as the file means it.
  /// Errors: CANNOT_LOAD_STATE_STORE.*, STATE_STORE_{KEY,VALUE}_SCHEMA_NOT_COMPATIBLE.
  Status Apply(const std::string& name, const StateChangeConsumer& on_change = nullptr);
  /// Applies all files of a manifest, snapshots first.
  Status Apply(const StateManifest& manifest);

  const StateTable& table() const { return table_; }

 private:
  Status Expire(int64_t through, const StateChangeConsumer& on_change);
  Status Delete(const StateRecord& record, const StateChangeConsumer& on_change);
  Status TellReplaced(const StateChangeConsumer& on_change);
  Status FlushPuts(const StateChangeConsumer& on_change);

  StateLocation location_;
  StateTable table_;
  // Puts on the way into the table; keys and values are copied.
  KeyBatch keys_;
  std::vector<StateRecord> records_;
  std::vector<std::string> values_;
};

}  // namespace thalweg::state
