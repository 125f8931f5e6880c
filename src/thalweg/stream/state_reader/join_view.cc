#include <map>
#include <optional>

#include <arrow/api.h>

#include "thalweg/state/join_replay.h"
#include "thalweg/stream/state_reader/state_view.h"

namespace thalweg::stream {
namespace {

using state::JoinReplay;

constexpr size_t kRowsAtOnce = 8192;

/// An entry that is to be shown; what the kind of store does not need is unset.
struct JoinEntry {
  const JoinReplay::Key* key = nullptr;
  int64_t index = 0;
  int64_t count = 0;
  const JoinReplay::Row* row = nullptr;
};

/// The rows of a key as a batch found them.
struct ChainBefore {
  std::vector<std::pair<uint64_t, bool>> rows;  // number, matched
};

template <typename Builder, typename Get>
Result<ArrayPtr> Column(const std::vector<JoinEntry>& entries, const Get& get) {
  Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(entries.size())));
  for (const JoinEntry& entry : entries) builder.UnsafeAppend(get(entry));
  return builder.Finish();
}

class JoinView : public StateView {
 public:
  JoinView(state::StateLocation location, const OperatorState& state, int side, JoinStore store)
      : state_(state),
        side_(side),
        store_(store),
        key_fields_(state.schema.key_fields),
        replay_(std::move(location), state.keys, state.rows) {
    if (store == JoinStore::kCounts) {
      value_fields_ = {arrow::field("value", arrow::int64())};
      return;
    }
    value_fields_ = state.schema.value_fields[side]->type()->fields();
    if (store == JoinStore::kRows) return;
    key_fields_.push_back(arrow::field("index", arrow::int64()));
    value_fields_.push_back(arrow::field("matched", arrow::boolean()));
  }

  const std::vector<FieldPtr>& key_fields() const override { return key_fields_; }
  const std::vector<FieldPtr>& value_fields() const override { return value_fields_; }
  int64_t size() const override { return replay_.size(); }
  Status Apply(const state::StateManifest& manifest) override { return replay_.Apply(manifest); }

  Status ForEach(const EntriesConsumer& consume) const override {
    std::vector<JoinEntry> entries;
    for (const auto& [key, chain] : replay_.side(side_)) {
      if (store_ == JoinStore::kCounts) {
        entries.push_back({&key, 0, static_cast<int64_t>(chain.size()), nullptr});
      } else {
        int64_t index = 0;
        for (const auto& [number, row] : chain) entries.push_back({&key, index++, 0, &row});
      }
      if (entries.size() >= kRowsAtOnce) ARROW_RETURN_NOT_OK(Flush(&entries, false, consume));
    }
    return Flush(&entries, false, consume);
  }

  Status ApplyBatch(const std::vector<std::string>& files,
                    const EntriesConsumer& consume) override {
    std::map<JoinReplay::Key, ChainBefore> touched;
    const auto on_touch = [&](int side, const JoinReplay::Key& key,
                              const JoinReplay::Chain* before) {
      if (side != side_) return;
      const auto [place, is_new] = touched.try_emplace(key);
      if (!is_new || before == nullptr) return;
      for (const auto& [number, row] : *before) {
        place->second.rows.emplace_back(number, row.matched);
      }
    };
    for (const std::string& name : files) ARROW_RETURN_NOT_OK(replay_.Apply(name, on_touch));
    std::vector<JoinEntry> put;
    std::vector<JoinEntry> gone;
    for (const auto& [key, before] : touched) Compare(key, before, &put, &gone);
    ARROW_RETURN_NOT_OK(Flush(&gone, true, consume));
    return Flush(&put, false, consume);
  }

 private:
  void Compare(const JoinReplay::Key& key, const ChainBefore& before, std::vector<JoinEntry>* put,
               std::vector<JoinEntry>* gone) const {
    const auto found = replay_.side(side_).find(key);
    const bool exists = found != replay_.side(side_).end();
    const size_t count = exists ? found->second.size() : 0;
    if (store_ == JoinStore::kCounts) {
      if (count == before.rows.size()) return;
      (count > 0 ? put : gone)->push_back({&key, 0, static_cast<int64_t>(count), nullptr});
      return;
    }
    size_t index = 0;
    if (exists) {
      for (const auto& [number, row] : found->second) {
        const bool same = index < before.rows.size() &&
                          before.rows[index] == std::pair<uint64_t, bool>(number, row.matched);
        if (!same) put->push_back({&key, static_cast<int64_t>(index), 0, &row});
        ++index;
      }
    }
    for (; index < before.rows.size(); ++index) {
      gone->push_back({&key, static_cast<int64_t>(index), 0, nullptr});
    }
  }

  Status Flush(std::vector<JoinEntry>* entries, bool deleted,
               const EntriesConsumer& consume) const {
    if (entries->empty()) return Status::OK();
    StateEntries shown;
    shown.count = static_cast<int64_t>(entries->size());
    shown.change = deleted ? EntryChange::kDelete : EntryChange::kUpdate;
    std::vector<std::string_view> keys;
    for (const JoinEntry& entry : *entries) keys.push_back(entry.key->bytes);
    ARROW_ASSIGN_OR_RAISE(shown.keys, state_.keys->Decode(keys));
    if (store_ == JoinStore::kIndexedRows) {
      ARROW_ASSIGN_OR_RAISE(
          auto indexes,
          Column<arrow::Int64Builder>(*entries, [](const JoinEntry& one) { return one.index; }));
      shown.keys.push_back(std::move(indexes));
    }
    if (!deleted) {
      ARROW_ASSIGN_OR_RAISE(shown.values, Values(*entries));
    }
    ARROW_ASSIGN_OR_RAISE(shown.partitions,
                          Column<arrow::Int32Builder>(
                              *entries, [](const JoinEntry& one) { return one.key->key_group; }));
    entries->clear();
    return consume(std::move(shown));
  }

  Result<ArrayPtr> Matched(const std::vector<JoinEntry>& entries) const {
    if (!state_.schema.notes_matches[side_]) {
      return arrow::MakeArrayOfNull(arrow::boolean(), static_cast<int64_t>(entries.size()));
    }
    return Column<arrow::BooleanBuilder>(entries,
                                         [](const JoinEntry& one) { return one.row->matched; });
  }

  Result<std::vector<ArrayPtr>> Values(const std::vector<JoinEntry>& entries) const {
    std::vector<ArrayPtr> columns;
    if (store_ == JoinStore::kCounts) {
      ARROW_ASSIGN_OR_RAISE(
          auto counts,
          Column<arrow::Int64Builder>(entries, [](const JoinEntry& one) { return one.count; }));
      return std::vector<ArrayPtr>{std::move(counts)};
    }
    std::vector<const uint8_t*> rows;
    for (const JoinEntry& entry : entries) {
      rows.push_back(reinterpret_cast<const uint8_t*>(entry.row->bytes.data()));
    }
    const state::RowCodec& codec = *state_.rows[side_];
    for (size_t i = 0; i < codec.types().size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(auto column, codec.Decode(static_cast<int>(i), rows.data(),
                                                      static_cast<int64_t>(rows.size())));
      columns.push_back(std::move(column));
    }
    if (store_ == JoinStore::kIndexedRows) {
      ARROW_ASSIGN_OR_RAISE(auto matched, Matched(entries));
      columns.push_back(std::move(matched));
    }
    return columns;
  }

  const OperatorState state_;
  const int side_;
  const JoinStore store_;
  std::vector<FieldPtr> key_fields_;
  std::vector<FieldPtr> value_fields_;
  JoinReplay replay_;
};

}  // namespace

std::unique_ptr<StateView> MakeJoinView(state::StateLocation location, const OperatorState& state,
                                        int side, JoinStore store) {
  return std::make_unique<JoinView>(std::move(location), state, side, store);
}

}  // namespace thalweg::stream
