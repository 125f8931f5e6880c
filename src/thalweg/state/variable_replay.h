#pragma once

// Rebuilds variables that programs' functions keep from their state files, outside a running query,
// and tells what each file changed. Only reads; made for looking into state, not for speed.

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/state/row_key.h"
#include "thalweg/state/state_file.h"
#include "thalweg/state/state_store.h"
#include "thalweg/state/variable_table.h"

namespace thalweg::state {

/// A variable by what the files call it.
struct VariableName {
  VariableKind kind = VariableKind::kValue;
  std::string name;
};

/// One thread.
class VariableReplay {
 public:
  struct Key {
    int32_t key_group = 0;
    std::string bytes;
    auto operator<=>(const Key&) const = default;
  };
  struct Entry {
    std::string bytes;
    int64_t expiry = kNoExpiry;  // microseconds
  };
  /// By their sub-keys, as VariableEntries.
  using Entries = std::map<std::string, Entry, std::less<>>;
  /// A key's entries of each variable, by the variable's place among those that are read.
  using KeyEntries = std::vector<Entries>;
  /// Told of each entry that a file puts or removes, before that. `existed`: it is there.
  using TouchConsumer =
      std::function<void(const Key& key, size_t variable, std::string_view sub_key, bool existed)>;

  /// Reads the entries of `variables` only. `keys` and `value_signature` must be those of the query
  /// that wrote the files.
  VariableReplay(StateLocation location, std::shared_ptr<const RowKeyCodec> keys,
                 std::string value_signature, std::vector<VariableName> variables);

  /// Applies one file. Errors: CANNOT_LOAD_STATE_STORE.*,
  /// STATE_STORE_{KEY,VALUE}_SCHEMA_NOT_COMPATIBLE.
  Status Apply(const std::string& name, const TouchConsumer& on_touch = nullptr);
  /// Applies all files of a manifest, snapshots first.
  Status Apply(const StateManifest& manifest);

  /// No key is without entries.
  const std::map<Key, KeyEntries>& keys() const { return keys_; }

 private:
  using Keys = std::map<Key, KeyEntries>;
  /// An entry that ends, found again by its names: it may be gone or written anew meanwhile.
  struct Place {
    Key key;
    size_t variable;
    std::string sub_key;
  };

  Status Take(const StateRecord& record, const TouchConsumer& on_touch);
  void Put(const StateRecord& record, Key key, size_t variable, std::string_view sub_key);
  void Remove(Keys::iterator key, size_t variable, std::string_view sub_key);
  void Expire(int64_t through, const TouchConsumer& on_touch);

  StateLocation location_;
  std::shared_ptr<const RowKeyCodec> key_codec_;
  std::string value_signature_;
  std::vector<VariableName> variables_;
  Keys keys_;
  std::map<int64_t, std::vector<Place>> ends_;
};

}  // namespace thalweg::state
