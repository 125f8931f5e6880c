#include <arrow/api.h>

#include "thalweg/state/state_replay.h"
#include "thalweg/stream/state_reader/state_view.h"

namespace thalweg::stream {
namespace {

using state::StateChange;

Result<ArrayPtr> PartitionsOf(uint8_t* const* groups, int64_t count) {
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(count));
  for (int64_t i = 0; i < count; ++i) {
    builder.UnsafeAppend(state::HeaderOf(groups[i])->key_group);
  }
  return builder.Finish();
}

class TableView : public StateView {
 public:
  TableView(state::StateLocation location, const OperatorState& state)
      : state_(state), replay_(std::move(location), state.keys, state.values) {}

  const std::vector<FieldPtr>& key_fields() const override { return state_.schema.key_fields; }
  const std::vector<FieldPtr>& value_fields() const override { return state_.schema.value_fields; }
  int64_t size() const override { return replay_.table().size(); }
  Status Apply(const state::StateManifest& manifest) override { return replay_.Apply(manifest); }

  Status ApplyBatch(const std::vector<std::string>& files,
                    const EntriesConsumer& consume) override {
    const auto on_change = [&](StateChange change, uint8_t* const* groups,
                               int64_t count) -> Status {
      if (change == StateChange::kReplace) return Status::OK();
      ARROW_ASSIGN_OR_RAISE(auto entries, Show(groups, count, change == StateChange::kDelete));
      return consume(std::move(entries));
    };
    for (const std::string& name : files) ARROW_RETURN_NOT_OK(replay_.Apply(name, on_change));
    return Status::OK();
  }

  Status ForEach(const EntriesConsumer& consume) const override {
    return replay_.table().ForEach([&](uint8_t* const* groups, int64_t count) -> Status {
      ARROW_ASSIGN_OR_RAISE(auto entries, Show(groups, count, /*deleted=*/false));
      return consume(std::move(entries));
    });
  }

 private:
  Result<StateEntries> Show(uint8_t* const* groups, int64_t count, bool deleted) const {
    StateEntries entries;
    entries.count = count;
    entries.change = deleted ? EntryChange::kDelete : EntryChange::kUpdate;
    std::vector<std::string_view> keys(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) keys[i] = replay_.table().key(groups[i]);
    ARROW_ASSIGN_OR_RAISE(entries.keys, state_.keys->Decode(keys));
    if (!deleted) {
      ARROW_ASSIGN_OR_RAISE(entries.values, state_.values->StateColumns(groups, count));
    }
    ARROW_ASSIGN_OR_RAISE(entries.partitions, PartitionsOf(groups, count));
    return entries;
  }

  const OperatorState state_;
  state::StateReplay replay_;
};

}  // namespace

std::unique_ptr<StateView> MakeTableView(state::StateLocation location,
                                         const OperatorState& state) {
  return std::make_unique<TableView>(std::move(location), state);
}

}  // namespace thalweg::stream
