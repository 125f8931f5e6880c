#include <map>

#include <arrow/api.h>

#include "thalweg/exec/callback/row_image.h"
#include "thalweg/exec/stateful/groups_with_state.h"
#include "thalweg/exec/take.h"
#include "thalweg/state/variable_replay.h"
#include "thalweg/stream/state_reader/state_view.h"

namespace thalweg::stream {
namespace {

using state::VariableReplay;

constexpr size_t kRowsAtOnce = 8192;
constexpr int64_t kNoTimeout = -1;
/// The variables by their place among those that are read.
constexpr size_t kValue = 0;
constexpr size_t kTimeout = 1;

/// A key that is to be shown; without entries: one that is gone.
struct GroupRow {
  const VariableReplay::Key* key = nullptr;
  const VariableReplay::KeyEntries* entries = nullptr;
};

class GroupStateView : public StateView {
 public:
  GroupStateView(state::StateLocation location, const OperatorState& state,
                 std::shared_ptr<const exec::RowImage> image)
      : state_(state),
        has_timeout_(state.schema.value_fields.size() > 1),
        image_(std::move(image)),
        replay_(std::move(location), state.keys, exec::GroupStateSignature(*image_, has_timeout_),
                {{state::VariableKind::kValue, exec::kGroupStateVariable},
                 {state::VariableKind::kTimer, exec::kTimeoutVariable}}) {}

  const std::vector<FieldPtr>& key_fields() const override { return state_.schema.key_fields; }
  const std::vector<FieldPtr>& value_fields() const override { return state_.schema.value_fields; }
  int64_t size() const override { return static_cast<int64_t>(replay_.keys().size()); }
  Status Apply(const state::StateManifest& manifest) override { return replay_.Apply(manifest); }

  Status ForEach(const EntriesConsumer& consume) const override {
    std::vector<GroupRow> rows;
    for (const auto& [key, entries] : replay_.keys()) {
      rows.push_back({&key, &entries});
      if (rows.size() >= kRowsAtOnce) {
        ARROW_RETURN_NOT_OK(Flush(&rows, EntryChange::kUpdate, consume));
      }
    }
    return Flush(&rows, EntryChange::kUpdate, consume);
  }

  Status ApplyBatch(const std::vector<std::string>& files,
                    const EntriesConsumer& consume) override {
    std::map<VariableReplay::Key, bool> touched;  // whether the key had a state
    const auto on_touch = [&](const VariableReplay::Key& key, size_t, std::string_view, bool) {
      if (!touched.contains(key)) touched.emplace(key, replay_.keys().contains(key));
    };
    for (const std::string& name : files) ARROW_RETURN_NOT_OK(replay_.Apply(name, on_touch));
    std::vector<GroupRow> gone;
    std::vector<GroupRow> put;
    for (const auto& [key, existed] : touched) {
      const auto found = replay_.keys().find(key);
      if (found != replay_.keys().end()) {
        put.push_back({&key, &found->second});
      } else if (existed) {
        gone.push_back({&key});
      }
    }
    ARROW_RETURN_NOT_OK(Flush(&gone, EntryChange::kDelete, consume));
    return Flush(&put, EntryChange::kUpdate, consume);
  }

 private:
  Status Flush(std::vector<GroupRow>* rows, EntryChange change,
               const EntriesConsumer& consume) const {
    if (rows->empty()) return Status::OK();
    StateEntries shown;
    shown.count = static_cast<int64_t>(rows->size());
    shown.change = change;
    std::vector<std::string_view> keys;
    arrow::Int32Builder partitions;
    for (const GroupRow& row : *rows) {
      keys.push_back(row.key->bytes);
      ARROW_RETURN_NOT_OK(partitions.Append(row.key->key_group));
    }
    ARROW_ASSIGN_OR_RAISE(shown.keys, state_.keys->Decode(keys));
    ARROW_ASSIGN_OR_RAISE(shown.partitions, partitions.Finish());
    if (change != EntryChange::kDelete) {
      ARROW_ASSIGN_OR_RAISE(shown.values, Values(*rows));
    }
    rows->clear();
    return consume(std::move(shown));
  }

  Result<std::vector<ArrayPtr>> Values(const std::vector<GroupRow>& rows) const {
    std::vector<std::string_view> images;
    std::vector<int32_t> places;
    arrow::Int64Builder timeouts;
    for (const GroupRow& row : rows) {
      const VariableReplay::Entries& value = (*row.entries)[kValue];
      const VariableReplay::Entries& timer = (*row.entries)[kTimeout];
      places.push_back(value.empty() ? exec::kNoRow : static_cast<int32_t>(images.size()));
      if (!value.empty()) images.push_back(value.begin()->second.bytes);
      ARROW_RETURN_NOT_OK(
          timeouts.Append(timer.empty() ? kNoTimeout : state::NumberOf(timer.begin()->first)));
    }
    ARROW_ASSIGN_OR_RAISE(const auto decoded, image_->Decode(images));
    const auto states = std::make_shared<arrow::StructArray>(
        value_fields()[0]->type(), decoded->num_rows(), decoded->columns());
    std::vector<ArrayPtr> columns(1);
    ARROW_ASSIGN_OR_RAISE(columns[0], exec::TakeRowsOrNull(states, places));
    if (!has_timeout_) return columns;
    ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), timeouts.Finish());
    return columns;
  }

  const OperatorState state_;
  const bool has_timeout_;
  std::shared_ptr<const exec::RowImage> image_;
  VariableReplay replay_;
};

}  // namespace

Result<std::unique_ptr<StateView>> MakeGroupStateView(state::StateLocation location,
                                                      const OperatorState& state) {
  if (state.schema.value_fields.empty()) return Status::Invalid("no groupState");
  ARROW_ASSIGN_OR_RAISE(
      auto image,
      exec::RowImage::Make(arrow::schema(state.schema.value_fields[0]->type()->fields())));
  return std::make_unique<GroupStateView>(std::move(location), state, std::move(image));
}

}  // namespace thalweg::stream
