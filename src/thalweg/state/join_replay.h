#pragma once

// Rebuilds the rows of both sides of a join from its state files, outside a running query, key by
// key. Only reads; made for looking into state, not for speed.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "thalweg/state/row_codec.h"
#include "thalweg/state/row_key.h"
#include "thalweg/state/state_store.h"

namespace thalweg::state {

/// One thread.
class JoinReplay {
 public:
  struct Key {
    int32_t key_group = 0;
    std::string bytes;
    auto operator<=>(const Key&) const = default;
  };
  struct Row {
    int64_t time = 0;
    bool matched = false;
    std::string bytes;
  };
  /// The rows of a key by their numbers: in order of arrival.
  using Chain = std::map<uint64_t, Row>;
  /// Told before the rows of a key change, possibly several times in a file; null for a new key.
  using TouchConsumer = std::function<void(int side, const Key& key, const Chain* before)>;

  /// The codecs must be those of the query that wrote the files.
  JoinReplay(StateLocation location, std::shared_ptr<const RowKeyCodec> keys,
             std::array<std::shared_ptr<const RowCodec>, 2> rows);

  /// Applies one file. Errors: CANNOT_LOAD_STATE_STORE.*,
  /// STATE_STORE_{KEY,VALUE}_SCHEMA_NOT_COMPATIBLE.
  Status Apply(const std::string& name, const TouchConsumer& on_touch = nullptr);
  /// Applies all files of a manifest, snapshots first.
  Status Apply(const StateManifest& manifest);

  /// 0: left, 1: right. No key is without rows.
  const std::map<Key, Chain>& side(int side) const { return sides_[side].keys; }
  int64_t size() const;

 private:
  using Keys = std::map<Key, Chain>;
  struct RowId {
    int32_t key_group;
    uint64_t number;
    bool operator==(const RowId&) const = default;
  };
  struct HashRowId {
    size_t operator()(const RowId& id) const;
  };
  struct Side {
    Keys keys;
    std::unordered_map<RowId, Keys::iterator, HashRowId> by_number;
    std::set<std::tuple<int64_t, int32_t, uint64_t>> by_time;  // time, key group, number
  };

  Status CheckHeader(const StateFileHeader& header) const;
  Status Take(const StateRecord& record, const TouchConsumer& on_touch);
  Status Put(int side, const StateRecord& record, RowId id, const TouchConsumer& on_touch);
  void SetMatched(int side, RowId id, const TouchConsumer& on_touch);
  void Remove(int side, RowId id, const TouchConsumer& on_touch);
  void Expire(int side, int64_t through, const TouchConsumer& on_touch);

  StateLocation location_;
  std::shared_ptr<const RowKeyCodec> key_codec_;
  std::array<std::shared_ptr<const RowCodec>, 2> row_codecs_;
  std::array<Side, 2> sides_;
};

}  // namespace thalweg::state
