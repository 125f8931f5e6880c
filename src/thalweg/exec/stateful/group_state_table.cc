#include "thalweg/exec/stateful/group_state_table.h"

#include <utility>

namespace thalweg::exec {

GroupStateTable::GroupStateTable(state::VariableTable* table, bool keeps_unset_timeouts)
    : table_(table),
      value_(table->Variable(kGroupStateVariable, state::VariableKind::kValue)),
      timeout_(table->Variable(kTimeoutVariable, state::VariableKind::kTimer)),
      keeps_unset_timeouts_(keeps_unset_timeouts) {}

const std::string* GroupStateTable::Value(const state::KeyState& state) const {
  const state::VariableEntry* stored = table_->Find(state, value_, "");
  return stored != nullptr ? &stored->bytes : nullptr;
}

void GroupStateTable::PutInitial(state::KeyState* state, std::string bytes) const {
  table_->Put(state, value_, "", std::move(bytes));
}

std::optional<int64_t> GroupStateTable::Timeout(const state::KeyState& state) const {
  const state::VariableEntries* timers = table_->Entries(state, timeout_);
  if (timers == nullptr) return std::nullopt;
  return state::NumberOf(timers->begin()->first);
}

void GroupStateTable::Write(state::KeyState* state, GroupStateChange change,
                            StateMetrics* metrics) const {
  const std::optional<int64_t> old_timeout = Timeout(*state);
  const std::optional<int64_t>& timeout = change.timeout_millis;
  const bool updated = change.value.has_value();
  const bool ends = change.removed && !timeout;
  const bool other_timeout = keeps_unset_timeouts_ ? timeout.has_value() : timeout != old_timeout;
  if (!updated && !change.removed && !other_timeout) return;
  if (old_timeout && old_timeout != timeout) {
    table_->Remove(state, timeout_, state::OrderedBytes(*old_timeout));
  }
  if (change.removed) table_->Clear(state, value_);
  if (ends) {
    ++metrics->num_rows_removed;
    return;
  }
  if (updated) table_->Put(state, value_, "", *std::move(change.value));
  if (timeout && old_timeout != timeout) {
    table_->Put(state, timeout_, state::OrderedBytes(*timeout), "");
  }
  ++metrics->num_rows_updated;
}

Result<std::vector<state::VariableTable::Timer>> GroupStateTable::TimedOutBefore(
    int64_t millis) const {
  return table_->TimersThrough(timeout_, millis - 1);
}

}  // namespace thalweg::exec
