#pragma once

// The states of functions over groups (semantics 5.6): a value and a timeout per key, as variables
// of a table.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/state/variable_table.h"

namespace thalweg::exec {

/// The variables of the table: the value, and a timer that is the timeout.
inline constexpr char kGroupStateVariable[] = "groupState";
inline constexpr char kTimeoutVariable[] = "timeoutTimestamp";

/// What a call did to the state of its key.
struct GroupStateChange {
  bool removed = false;
  /// The new value, encoded; unset: it was not updated.
  std::optional<std::string> value = {};
  /// The timeout that was set; unset: none was.
  std::optional<int64_t> timeout_millis = {};
};

/// One thread.
class GroupStateTable {
 public:
  /// `table` outlives the object. `keeps_unset_timeouts`: a call that neither sets a timeout nor
  /// touches the state leaves the timeout in place (Spark's applyInPandasWithState); else it is
  /// cleared.
  GroupStateTable(state::VariableTable* table, bool keeps_unset_timeouts);

  /// The value's bytes; null: there is none.
  const std::string* Value(const state::KeyState& state) const;
  void PutInitial(state::KeyState* state, std::string bytes) const;
  /// Writes what has changed, and counts it.
  void Write(state::KeyState* state, GroupStateChange change, StateMetrics* metrics) const;
  /// Keys whose timeout is before `millis`, by time.
  Result<std::vector<state::VariableTable::Timer>> TimedOutBefore(int64_t millis) const;

 private:
  std::optional<int64_t> Timeout(const state::KeyState& state) const;

  state::VariableTable* table_;
  const int value_;
  const int timeout_;
  const bool keeps_unset_timeouts_;
};

}  // namespace thalweg::exec
