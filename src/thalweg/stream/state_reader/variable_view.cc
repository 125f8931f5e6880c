#include <map>

#include <arrow/api.h>

#include "thalweg/exec/stateful/transform_with_state.h"
#include "thalweg/stream/state_reader/state_view.h"
#include "thalweg/stream/state_reader/variable_columns.h"

namespace thalweg::stream {
namespace {

using state::VariableKind;
using state::VariableReplay;

constexpr size_t kRowsAtOnce = 8192;

/// What a batch did to the entries of a key: by variable and sub-key, whether they were there.
using Touched = std::map<std::pair<size_t, std::string>, bool>;

/// An entry that is to be shown, one that is gone, or (both without an entry) all of a key.
struct VariableRow {
  const VariableReplay::Key* key = nullptr;
  std::string_view sub_key;
  const VariableReplay::Entry* entry = nullptr;
  const VariableReplay::KeyEntries* all = nullptr;
};

class VariableView : public StateView {
 public:
  VariableView(state::StateLocation location, const OperatorState& state,
               std::vector<VariableColumns> variables, std::vector<std::string> names,
               const StoreSelection& selection)
      : state_(state),
        variables_(std::move(variables)),
        all_(selection.all_variables),
        flat_(selection.flatten),
        replay_(std::move(location), state.keys, exec::kTransformSignature, NamesOf(variables_)) {
    for (size_t i = 0; i < variables_.size(); ++i) {
      value_fields_.push_back(arrow::field(names[i], variables_[i].whole_type()));
    }
  }

  const std::vector<FieldPtr>& key_fields() const override { return state_.schema.key_fields; }
  const std::vector<FieldPtr>& value_fields() const override { return value_fields_; }
  int64_t size() const override { return static_cast<int64_t>(replay_.keys().size()); }
  Status Apply(const state::StateManifest& manifest) override { return replay_.Apply(manifest); }

  std::vector<FieldPtr> row_fields() const override {
    if (all_) return StateView::row_fields();
    std::vector<FieldPtr> fields = {arrow::field("key", arrow::struct_(key_fields()))};
    switch (one().kind()) {
      case VariableKind::kValue:
        fields.push_back(arrow::field("value", one().value_type()));
        break;
      case VariableKind::kList:
        fields.push_back(flat_ ? arrow::field("list_element", one().value_type())
                               : arrow::field("list_value", one().whole_type()));
        break;
      case VariableKind::kMap:
        if (flat_) fields.push_back(arrow::field("user_map_key", one().key_type()));
        fields.push_back(flat_ ? arrow::field("user_map_value", one().value_type())
                               : arrow::field("map_value", one().whole_type()));
        break;
      case VariableKind::kTimer:
        fields.push_back(arrow::field("expiration_timestamp_ms", arrow::int64()));
        break;
    }
    return fields;
  }

  Status ForEach(const EntriesConsumer& consume) const override {
    std::vector<VariableRow> rows;
    for (const auto& [key, all] : replay_.keys()) {
      if (whole_rows()) {
        rows.push_back({&key, {}, nullptr, &all});
      } else {
        for (const auto& [sub_key, entry] : all[0]) rows.push_back({&key, sub_key, &entry, &all});
      }
      if (rows.size() >= kRowsAtOnce) {
        ARROW_RETURN_NOT_OK(Flush(&rows, EntryChange::kUpdate, consume));
      }
    }
    return Flush(&rows, EntryChange::kUpdate, consume);
  }

  Status ApplyBatch(const std::vector<std::string>& files,
                    const EntriesConsumer& consume) override {
    std::map<VariableReplay::Key, Touched> touched;
    const auto on_touch = [&](const VariableReplay::Key& key, size_t variable,
                              std::string_view sub_key, bool existed) {
      touched[key].try_emplace({variable, std::string(sub_key)}, existed);
    };
    for (const std::string& name : files) ARROW_RETURN_NOT_OK(replay_.Apply(name, on_touch));
    Changes changes;
    for (const auto& [key, entries] : touched) {
      const auto found = replay_.keys().find(key);
      const auto* after = found == replay_.keys().end() ? nullptr : &found->second;
      if (all_) {
        CompareKeys(key, entries, after, &changes);
      } else if (one().kind() == VariableKind::kList) {
        CompareLists(key, entries, after, &changes);
      } else {
        CompareEntries(key, entries, after, &changes);
      }
    }
    ARROW_RETURN_NOT_OK(Flush(&changes.gone, EntryChange::kDelete, consume));
    ARROW_RETURN_NOT_OK(Flush(&changes.put, EntryChange::kUpdate, consume));
    return Flush(&changes.appended, EntryChange::kAppend, consume);
  }

 private:
  struct Changes {
    std::vector<VariableRow> gone, put, appended;
  };

  static std::vector<state::VariableName> NamesOf(const std::vector<VariableColumns>& variables) {
    std::vector<state::VariableName> names;
    for (const VariableColumns& variable : variables) names.push_back(variable.file_name());
    return names;
  }

  /// Of a view of one variable.
  const VariableColumns& one() const { return variables_[0]; }
  /// Whether a row has all that a key holds.
  bool whole_rows() const {
    const bool divides = one().kind() == VariableKind::kList || one().kind() == VariableKind::kMap;
    return all_ || (divides && !flat_);
  }

  static bool ExistedAny(const Touched& entries) {
    for (const auto& [name, existed] : entries) {
      if (existed) return true;
    }
    return false;
  }

  static void CompareKeys(const VariableReplay::Key& key, const Touched& entries,
                          const VariableReplay::KeyEntries* after, Changes* changes) {
    if (after != nullptr) {
      changes->put.push_back({&key, {}, nullptr, after});
    } else if (ExistedAny(entries)) {
      changes->gone.push_back({&key});
    }
  }

  static void CompareEntries(const VariableReplay::Key& key, const Touched& entries,
                             const VariableReplay::KeyEntries* after, Changes* changes) {
    for (const auto& [name, existed] : entries) {
      const VariableReplay::Entry* entry = nullptr;
      if (after != nullptr) {
        const auto found = (*after)[0].find(name.second);
        if (found != (*after)[0].end()) entry = &found->second;
      }
      if (entry != nullptr) {
        changes->put.push_back({&key, name.second, entry, after});
      } else if (existed) {
        changes->gone.push_back({&key, name.second});
      }
    }
  }

  /// A list that has more elements than before was appended to; one that has others was put anew.
  static void CompareLists(const VariableReplay::Key& key, const Touched& entries,
                           const VariableReplay::KeyEntries* after, Changes* changes) {
    const bool rewritten = ExistedAny(entries);
    if (after == nullptr) {
      if (rewritten) changes->gone.push_back({&key});
      return;
    }
    bool first = rewritten;
    for (const auto& [sub_key, entry] : (*after)[0]) {
      if (!rewritten && !entries.contains({0, sub_key})) continue;
      (first ? changes->put : changes->appended).push_back({&key, sub_key, &entry, after});
      first = false;
    }
  }

  Status Flush(std::vector<VariableRow>* rows, EntryChange change,
               const EntriesConsumer& consume) const {
    if (rows->empty()) return Status::OK();
    StateEntries entries;
    entries.count = static_cast<int64_t>(rows->size());
    entries.change = change;
    std::vector<std::string_view> keys;
    arrow::Int32Builder partitions;
    for (const VariableRow& row : *rows) {
      keys.push_back(row.key->bytes);
      ARROW_RETURN_NOT_OK(partitions.Append(row.key->key_group));
    }
    ARROW_ASSIGN_OR_RAISE(entries.keys, state_.keys->Decode(keys));
    ARROW_ASSIGN_OR_RAISE(entries.partitions, partitions.Finish());
    if (all_) {
      if (change != EntryChange::kDelete) {
        ARROW_ASSIGN_OR_RAISE(entries.values, WholeKeys(*rows));
      }
    } else {
      ARROW_ASSIGN_OR_RAISE(entries.columns, Columns(*rows, change));
      entries.columns.insert(entries.columns.begin(),
                             std::make_shared<arrow::StructArray>(arrow::struct_(key_fields()),
                                                                  entries.count, entries.keys));
    }
    rows->clear();
    return consume(std::move(entries));
  }

  Result<std::vector<ArrayPtr>> WholeKeys(const std::vector<VariableRow>& rows) const {
    std::vector<ArrayPtr> columns;
    for (size_t i = 0; i < variables_.size(); ++i) {
      std::vector<const VariableReplay::Entries*> entries;
      for (const VariableRow& row : rows) entries.push_back(&(*row.all)[i]);
      ARROW_ASSIGN_OR_RAISE(auto column, variables_[i].Whole(entries));
      columns.push_back(std::move(column));
    }
    return columns;
  }

  /// What stands beside the key of a variable's entries; a change feed is always flat.
  Result<std::vector<ArrayPtr>> Columns(const std::vector<VariableRow>& rows,
                                        EntryChange change) const {
    if (rows.front().entry == nullptr && change != EntryChange::kDelete) {
      return WholeKeys(rows);
    }
    std::vector<std::string_view> sub_keys;
    std::vector<const VariableReplay::Entry*> entries;
    for (const VariableRow& row : rows) {
      sub_keys.push_back(row.sub_key);
      entries.push_back(row.entry);
    }
    std::vector<ArrayPtr> columns;
    if (one().kind() == VariableKind::kTimer) {
      ARROW_ASSIGN_OR_RAISE(auto times, VariableColumns::Times(sub_keys));
      return std::vector<ArrayPtr>{std::move(times)};
    }
    if (one().kind() == VariableKind::kMap) {
      ARROW_ASSIGN_OR_RAISE(auto keys, one().Keys(sub_keys));
      columns.push_back(std::move(keys));
    }
    ARROW_ASSIGN_OR_RAISE(auto values,
                          change != EntryChange::kDelete
                              ? one().Values(entries)
                              : arrow::MakeArrayOfNull(one().value_type(), entries.size()));
    columns.push_back(std::move(values));
    return columns;
  }

  const OperatorState state_;
  const std::vector<VariableColumns> variables_;
  const bool all_;
  const bool flat_;
  std::vector<FieldPtr> value_fields_;
  VariableReplay replay_;
};

}  // namespace

Result<std::unique_ptr<StateView>> MakeVariableView(state::StateLocation location,
                                                    const OperatorState& state,
                                                    std::vector<RecordedVariable> variables,
                                                    const StoreSelection& selection,
                                                    const std::string& options) {
  std::vector<VariableColumns> columns;
  std::vector<std::string> names;
  for (RecordedVariable& variable : variables) {
    names.push_back(variable.name);
    auto made = VariableColumns::Make(std::move(variable));
    if (!made.ok()) {
      return MakeError("STDS_FAILED_TO_READ_STATE_SCHEMA", {{"sourceOptions", options}});
    }
    columns.push_back(made.MoveValueUnsafe());
  }
  return std::make_unique<VariableView>(std::move(location), state, std::move(columns),
                                        std::move(names), selection);
}

}  // namespace thalweg::stream
