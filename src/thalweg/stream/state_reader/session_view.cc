#include <map>

#include <arrow/api.h>

#include "thalweg/exec/stateful/session_list.h"
#include "thalweg/state/state_replay.h"
#include "thalweg/stream/state_reader/state_view.h"

namespace thalweg::stream {
namespace {

using exec::Session;
using state::StateChange;

constexpr size_t kRowsAtOnce = 8192;

/// A session that is to be shown: of a key, or one that is no more.
struct SessionRow {
  std::string_view key;
  int32_t partition = 0;
  int64_t start = 0;
  Session* session = nullptr;
};

Result<ArrayPtr> Times(const TypePtr& type, const std::vector<SessionRow>& rows, bool ends) {
  arrow::TimestampBuilder builder(type, arrow::default_memory_pool());
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(rows.size())));
  for (const SessionRow& row : rows) builder.UnsafeAppend(ends ? row.session->end : row.start);
  return builder.Finish();
}

Result<ArrayPtr> Partitions(const std::vector<SessionRow>& rows) {
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(rows.size())));
  for (const SessionRow& row : rows) builder.UnsafeAppend(row.partition);
  return builder.Finish();
}

class SessionView : public StateView {
 public:
  SessionView(state::StateLocation location, const OperatorState& state)
      : state_(state), replay_(std::move(location), state.keys, state.values) {}

  const std::vector<FieldPtr>& key_fields() const override { return state_.schema.key_fields; }
  const std::vector<FieldPtr>& value_fields() const override { return state_.schema.value_fields; }
  Status Apply(const state::StateManifest& manifest) override { return replay_.Apply(manifest); }

  int64_t size() const override {
    int64_t count = 0;
    (void)replay_.table().ForEach([&](uint8_t* const* groups, int64_t num_groups) {
      for (int64_t i = 0; i < num_groups; ++i) {
        for (const Session* one = First(groups[i]); one != nullptr; one = one->next) ++count;
      }
      return Status::OK();
    });
    return count;
  }

  Status ApplyBatch(const std::vector<std::string>& files,
                    const EntriesConsumer& consume) override {
    for (const std::string& name : files) {
      before_.clear();
      ARROW_RETURN_NOT_OK(replay_.Apply(
          name, [&](StateChange change, uint8_t* const* groups, int64_t count) -> Status {
            for (int64_t i = 0; i < count; ++i) {
              if (change != StateChange::kPut) Remember(groups[i]);
            }
            if (change == StateChange::kReplace) return Status::OK();
            return TellChanges(change == StateChange::kPut, groups, count, consume);
          }));
    }
    return Status::OK();
  }

  Status ForEach(const EntriesConsumer& consume) const override {
    return replay_.table().ForEach([&](uint8_t* const* groups, int64_t count) -> Status {
      std::vector<SessionRow> rows;
      for (int64_t i = 0; i < count; ++i) {
        for (Session* one = First(groups[i]); one != nullptr; one = one->next) {
          rows.push_back(RowOf(groups[i], one->start, one));
          if (rows.size() == kRowsAtOnce) ARROW_RETURN_NOT_OK(Flush(&rows, consume));
        }
      }
      return Flush(&rows, consume);
    });
  }

 private:
  /// Images of a key's sessions by their starts.
  using Sessions = std::map<int64_t, std::string>;

  static Session* First(const uint8_t* group) {
    return reinterpret_cast<const exec::SessionSlots*>(group + state::kSlotOffset)->first;
  }

  SessionRow RowOf(const uint8_t* group, int64_t start, Session* session) const {
    return {replay_.table().key(group), state::HeaderOf(const_cast<uint8_t*>(group))->key_group,
            start, session};
  }

  std::string ImageOf(Session* session) const {
    std::string image(reinterpret_cast<const char*>(&session->end), sizeof(session->end));
    state_.calls->Append(session->group() + state::kSlotOffset, &image);
    return image;
  }

  void Remember(const uint8_t* group) {
    Sessions& sessions = before_[std::string(replay_.table().key(group))];
    for (Session* one = First(group); one != nullptr; one = one->next) {
      sessions[one->start] = ImageOf(one);
    }
  }

  /// Compares the sessions of some keys with those before; `exist`: the keys still have any.
  Status TellChanges(bool exist, uint8_t* const* groups, int64_t count,
                     const EntriesConsumer& consume) {
    std::vector<SessionRow> put;
    std::vector<SessionRow> gone;
    for (int64_t i = 0; i < count; ++i) {
      auto before = before_.extract(std::string(replay_.table().key(groups[i])));
      Sessions sessions = before.empty() ? Sessions() : std::move(before.mapped());
      for (Session* one = exist ? First(groups[i]) : nullptr; one != nullptr; one = one->next) {
        const auto old = sessions.find(one->start);
        const bool same = old != sessions.end() && old->second == ImageOf(one);
        if (old != sessions.end()) sessions.erase(old);
        if (!same) put.push_back(RowOf(groups[i], one->start, one));
      }
      for (const auto& [start, image] : sessions) gone.push_back(RowOf(groups[i], start, nullptr));
    }
    ARROW_RETURN_NOT_OK(Flush(&gone, consume));
    return Flush(&put, consume);
  }

  /// Shows rows that are all gone, or all there.
  Status Flush(std::vector<SessionRow>* rows, const EntriesConsumer& consume) const {
    if (rows->empty()) return Status::OK();
    StateEntries entries;
    entries.count = static_cast<int64_t>(rows->size());
    const bool deleted = rows->front().session == nullptr;
    entries.change = deleted ? EntryChange::kDelete : EntryChange::kUpdate;
    std::vector<std::string_view> keys;
    for (const SessionRow& row : *rows) keys.push_back(row.key);
    ARROW_ASSIGN_OR_RAISE(entries.keys, state_.keys->Decode(keys));
    if (!deleted) {
      ARROW_ASSIGN_OR_RAISE(entries.values, Values(*rows, entries.keys));
    }
    ARROW_ASSIGN_OR_RAISE(auto starts, Times(key_fields().back()->type(), *rows, /*ends=*/false));
    entries.keys.push_back(std::move(starts));
    ARROW_ASSIGN_OR_RAISE(entries.partitions, Partitions(*rows));
    rows->clear();
    return consume(std::move(entries));
  }

  Result<std::vector<ArrayPtr>> Values(const std::vector<SessionRow>& rows,
                                       const std::vector<ArrayPtr>& keys) const {
    const int window = state_.schema.session_column;
    const TypePtr& type = value_fields()[window]->type();
    ARROW_ASSIGN_OR_RAISE(auto starts, Times(type->field(0)->type(), rows, /*ends=*/false));
    ARROW_ASSIGN_OR_RAISE(auto ends, Times(type->field(1)->type(), rows, /*ends=*/true));
    std::vector<ArrayPtr> columns = keys;
    columns.insert(columns.begin() + window,
                   std::make_shared<arrow::StructArray>(type, static_cast<int64_t>(rows.size()),
                                                        std::vector<ArrayPtr>{starts, ends}));
    std::vector<uint8_t*> sessions;
    for (const SessionRow& row : rows) sessions.push_back(row.session->group());
    ARROW_ASSIGN_OR_RAISE(
        const auto buffers,
        state_.calls->StateColumns(sessions.data(), static_cast<int64_t>(sessions.size())));
    columns.insert(columns.end(), buffers.begin(), buffers.end());
    return columns;
  }

  const OperatorState state_;
  state::StateReplay replay_;
  std::map<std::string, Sessions> before_;  // by key, of keys that the file is about to change
};

}  // namespace

std::unique_ptr<StateView> MakeSessionView(state::StateLocation location,
                                           const OperatorState& state) {
  return std::make_unique<SessionView>(std::move(location), state);
}

}  // namespace thalweg::stream
