#pragma once

// What one store of a stateful operator shows to readers (semantics 9.6): entries with the columns
// that Spark's state has, whatever form they have in the files.

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/exec/stateful/aggregate_calls.h"
#include "thalweg/state/row_codec.h"
#include "thalweg/state/row_key.h"
#include "thalweg/state/state_store.h"
#include "thalweg/stream/operator_properties.h"

namespace thalweg::stream {

/// How the entries of one operator are read. Immutable once filled.
struct OperatorState {
  int id = 0;
  std::string name;  // "stateStoreSave", ...
  int num_partitions = 0;
  state::StateSchema schema;
  std::shared_ptr<const state::RowKeyCodec> keys;
  /// Not for joins.
  std::shared_ptr<const state::ValueCodec> values;
  /// Of sessions: what each holds.
  std::shared_ptr<const exec::AggregateCalls> calls;
  /// Of a join: left, right.
  std::array<std::shared_ptr<const state::RowCodec>, 2> rows;
  /// Of transformWithState.
  std::optional<OperatorProperties> properties;

  bool has_variables() const { return properties.has_value(); }
};

/// Which store of an operator is meant; of a join also both stores of a side together, of
/// transformWithState one of its variables.
struct StoreSelection {
  std::string join_side = "none";
  std::string store = "default";
  std::optional<std::string> variable;
  /// The timers instead of a variable.
  bool timers = false;
  /// Lists and maps element by element.
  bool flatten = true;
  /// All variables of a key in one row, with `variable` and `timers` unset; nothing to operators
  /// without variables. Not an option of Spark (allStateVariables).
  bool all_variables = false;
};

enum class EntryChange {
  kUpdate,
  kAppend,  // an element that a list has more than before
  kDelete,
};

/// Entries on their way out. Key and value columns are those of the view.
struct StateEntries {
  int64_t count = 0;
  std::vector<ArrayPtr> keys;
  /// Empty for entries that are gone.
  std::vector<ArrayPtr> values;
  /// Instead of keys and values: what StateView::row_fields() names.
  std::vector<ArrayPtr> columns;
  ArrayPtr partitions;
  EntryChange change = EntryChange::kUpdate;
};

using EntriesConsumer = std::function<Status(StateEntries)>;

/// The state of an operator after some files. One thread.
class StateView {
 public:
  virtual ~StateView() = default;
  virtual const std::vector<FieldPtr>& key_fields() const = 0;
  virtual const std::vector<FieldPtr>& value_fields() const = 0;
  /// The columns of an entry: structs `key` and `value` of the fields above, unless a variable of
  /// transformWithState has others.
  virtual std::vector<FieldPtr> row_fields() const;
  /// Number of entries.
  virtual int64_t size() const = 0;
  virtual Status Apply(const state::StateManifest& manifest) = 0;
  /// Applies the files of one batch and tells what they changed: puts and deletions. An entry that
  /// came and went within the batch is not among them.
  virtual Status ApplyBatch(const std::vector<std::string>& files,
                            const EntriesConsumer& consume) = 0;
  /// All entries, some at a time, in no order.
  virtual Status ForEach(const EntriesConsumer& consume) const = 0;
};

/// Errors: STDS_FAILED_TO_READ_STATE_SCHEMA (with `options` in its text) when the operator has no
/// such store, STDS_INVALID_OPTION_VALUE.WITH_MESSAGE for the name of a store where there is one
/// only and for a variable that there is not, STDS_REQUIRED_OPTION_UNSPECIFIED without one.
Result<std::unique_ptr<StateView>> MakeStateView(state::StateLocation location,
                                                 const OperatorState& state,
                                                 const StoreSelection& selection,
                                                 const std::string& options);

// The kinds of views that MakeStateView chooses from.

/// An entry is an entry of the state table.
std::unique_ptr<StateView> MakeTableView(state::StateLocation location, const OperatorState& state);
/// An entry is a session, its key the grouping columns and its start.
std::unique_ptr<StateView> MakeSessionView(state::StateLocation location,
                                           const OperatorState& state);
/// An entry is the state of a key.
Result<std::unique_ptr<StateView>> MakeGroupStateView(state::StateLocation location,
                                                      const OperatorState& state);
/// An entry is what the selected variables of a key hold, or an element of it.
/// Errors: STDS_FAILED_TO_READ_STATE_SCHEMA (with `options` in its text) when it is not recorded
/// what a variable holds.
Result<std::unique_ptr<StateView>> MakeVariableView(state::StateLocation location,
                                                    const OperatorState& state,
                                                    std::vector<RecordedVariable> variables,
                                                    const StoreSelection& selection,
                                                    const std::string& options);
/// What is shown of a side of a join.
enum class JoinStore {
  kRows,         // its rows
  kCounts,       // the number of rows of each key
  kIndexedRows,  // its rows by their place among those of the key, with whether one has matched;
                 // NULL where nothing depends on that
};
std::unique_ptr<StateView> MakeJoinView(state::StateLocation location, const OperatorState& state,
                                        int side, JoinStore store);

}  // namespace thalweg::stream
