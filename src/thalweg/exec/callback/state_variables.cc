#include "thalweg/exec/callback/state_variables.h"

#include <arrow/api.h>

#include "thalweg/exec/callback/processor_handle.h"
#include "thalweg/types/time_text.h"

namespace thalweg::exec {
namespace {

Status NullValue(const std::string& name) {
  return MakeError("ILLEGAL_STATE_STORE_VALUE.NULL_VALUE", {{"stateName", name}});
}

/// What the three have in common: the entries of one variable of the current key.
class VariableEntriesOfKey {
 public:
  VariableEntriesOfKey(ProcessorHandle* handle, StoredVariable variable,
                       std::shared_ptr<const RowImage> values)
      : handle_(handle), variable_(std::move(variable)), values_(std::move(values)) {
    if (handle->table() == nullptr) return;
    number_ = handle->table()->Variable(variable_.name, variable_.kind);
  }

  const std::string& name() const { return variable_.name; }
  const RowImage& image() const { return *values_; }
  state::VariableTable* table() const { return handle_->table(); }

  Result<state::KeyState*> Key() const { return handle_->Key(variable_.name); }

  /// The entry, if it is there and lives.
  Result<const std::string*> Find(std::string_view sub_key) const {
    ARROW_ASSIGN_OR_RAISE(const state::KeyState* key, Key());
    const state::VariableEntry* entry = table()->Find(*key, number_, sub_key);
    return entry != nullptr && Lives(*entry) ? &entry->bytes : nullptr;
  }

  /// All that live: `consume(sub_key, bytes)` until it gives false.
  template <typename Consume>
  Status ForEach(const Consume& consume) const {
    ARROW_ASSIGN_OR_RAISE(const state::KeyState* key, Key());
    const state::VariableEntries* entries = table()->Entries(*key, number_);
    if (entries == nullptr) return Status::OK();
    for (const auto& [sub_key, entry] : *entries) {
      if (Lives(entry) && !consume(sub_key, entry.bytes)) break;
    }
    return Status::OK();
  }

  Result<bool> HasAny() const {
    bool any = false;
    ARROW_RETURN_NOT_OK(ForEach([&any](const auto&, const auto&) {
      any = true;
      return false;
    }));
    return any;
  }

  Status Put(std::string_view sub_key, std::string bytes) const {
    ARROW_ASSIGN_OR_RAISE(state::KeyState * key, Key());
    const bool has_ttl = variable_.ttl_millis > 0;
    const int64_t end =
        has_ttl ? WrappingAdd(handle_->batch_millis(), variable_.ttl_millis) : state::kLivesForEver;
    if (has_ttl) {
      // The same value for the same time is no change.
      const state::VariableEntry* old = table()->Find(*key, number_, sub_key);
      if (old != nullptr && old->expires_at_millis == end && old->bytes == bytes) {
        return Status::OK();
      }
    }
    table()->Put(key, number_, sub_key, std::move(bytes), end);
    handle_->Count(kUpdatedRows, 1);
    return Status::OK();
  }

  /// As Spark, counts what was not there as removed too, unless it is a value with a time to live.
  Status Remove(std::string_view sub_key) const {
    ARROW_ASSIGN_OR_RAISE(state::KeyState * key, Key());
    const bool removed = table()->Remove(key, number_, sub_key);
    const bool blind = variable_.ttl_millis == 0 || variable_.kind == state::VariableKind::kMap;
    if (removed || blind) handle_->Count(kRemovedRows, 1);
    return Status::OK();
  }

  Status Clear() const {
    ARROW_ASSIGN_OR_RAISE(state::KeyState * key, Key());
    const state::VariableEntries* entries = table()->Entries(*key, number_);
    if (entries == nullptr) return Status::OK();
    handle_->Count(kRemovedRows, static_cast<int64_t>(entries->size()));
    table()->Clear(key, number_);
    return Status::OK();
  }

  /// Makes room for a list that is put: nothing counts as removed.
  Status Empty() const {
    ARROW_ASSIGN_OR_RAISE(state::KeyState * key, Key());
    table()->Clear(key, number_);
    return Status::OK();
  }

  /// The place behind the last element of a list, whether that lives or not.
  Result<int64_t> NextElement() const {
    ARROW_ASSIGN_OR_RAISE(const state::KeyState* key, Key());
    const state::VariableEntries* entries = table()->Entries(*key, number_);
    return entries == nullptr ? 0 : state::NumberOf(entries->rbegin()->first) + 1;
  }

 private:
  bool Lives(const state::VariableEntry& entry) const {
    return handle_->batch_millis() < entry.expires_at_millis;
  }

  ProcessorHandle* handle_;
  StoredVariable variable_;
  std::shared_ptr<const RowImage> values_;
  int number_ = -1;
};

class StoredValue : public ValueState {
 public:
  explicit StoredValue(VariableEntriesOfKey entries) : entries_(std::move(entries)) {}

  Result<bool> Exists() override {
    ARROW_ASSIGN_OR_RAISE(const std::string* bytes, entries_.Find(""));
    return bytes != nullptr;
  }
  Result<std::optional<Row>> Get() override {
    ARROW_ASSIGN_OR_RAISE(const std::string* bytes, entries_.Find(""));
    if (bytes == nullptr) return std::optional<Row>();
    ARROW_ASSIGN_OR_RAISE(Row row, entries_.image().Decode(*bytes));
    return std::optional<Row>(std::move(row));
  }
  Status Update(const Row& value) override {
    ARROW_RETURN_NOT_OK(entries_.Key().status());
    if (value.empty()) return NullValue(entries_.name());
    ARROW_ASSIGN_OR_RAISE(std::string bytes, entries_.image().Encode(value));
    return entries_.Put("", std::move(bytes));
  }
  Status Clear() override { return entries_.Remove(""); }

 private:
  VariableEntriesOfKey entries_;
};

class StoredList : public ListState {
 public:
  explicit StoredList(VariableEntriesOfKey entries) : entries_(std::move(entries)) {}

  Result<bool> Exists() override { return entries_.HasAny(); }
  Result<std::shared_ptr<arrow::RecordBatch>> Get() override {
    std::vector<std::string_view> rows;
    ARROW_RETURN_NOT_OK(entries_.ForEach([&rows](const auto&, const std::string& bytes) {
      rows.push_back(bytes);
      return true;
    }));
    return entries_.image().Decode(rows);
  }
  Status Put(const std::vector<Row>& values) override {
    ARROW_ASSIGN_OR_RAISE(std::vector<std::string> encoded, Encode(values));
    ARROW_RETURN_NOT_OK(entries_.Empty());
    return Append(std::move(encoded));
  }
  Status AppendValue(const Row& value) override { return AppendList({value}); }
  Status AppendList(const std::vector<Row>& values) override {
    ARROW_ASSIGN_OR_RAISE(std::vector<std::string> encoded, Encode(values));
    return Append(std::move(encoded));
  }
  Status Clear() override { return entries_.Clear(); }

 private:
  Result<std::vector<std::string>> Encode(const std::vector<Row>& values) const {
    ARROW_RETURN_NOT_OK(entries_.Key().status());
    if (values.empty()) {
      return MakeError("ILLEGAL_STATE_STORE_VALUE.EMPTY_LIST_VALUE",
                       {{"stateName", entries_.name()}});
    }
    std::vector<std::string> encoded;
    for (const Row& value : values) {
      if (value.empty()) return NullValue(entries_.name());
      ARROW_ASSIGN_OR_RAISE(std::string bytes, entries_.image().Encode(value));
      encoded.push_back(std::move(bytes));
    }
    return encoded;
  }
  Status Append(std::vector<std::string> encoded) const {
    ARROW_ASSIGN_OR_RAISE(int64_t next, entries_.NextElement());
    for (std::string& bytes : encoded) {
      ARROW_RETURN_NOT_OK(entries_.Put(state::OrderedBytes(next++), std::move(bytes)));
    }
    return Status::OK();
  }

  VariableEntriesOfKey entries_;
};

class StoredMap : public MapState {
 public:
  StoredMap(VariableEntriesOfKey entries, SchemaPtr key_schema,
            std::shared_ptr<const state::RowKeyCodec> keys)
      : entries_(std::move(entries)), key_schema_(std::move(key_schema)), keys_(std::move(keys)) {}

  Result<bool> Exists() override { return entries_.HasAny(); }
  Result<bool> ContainsKey(const Row& key) override {
    ARROW_ASSIGN_OR_RAISE(const std::string sub_key, EncodeKey(key));
    ARROW_ASSIGN_OR_RAISE(const std::string* bytes, entries_.Find(sub_key));
    return bytes != nullptr;
  }
  Result<std::optional<Row>> GetValue(const Row& key) override {
    ARROW_ASSIGN_OR_RAISE(const std::string sub_key, EncodeKey(key));
    ARROW_ASSIGN_OR_RAISE(const std::string* bytes, entries_.Find(sub_key));
    if (bytes == nullptr) return std::optional<Row>();
    ARROW_ASSIGN_OR_RAISE(Row row, entries_.image().Decode(*bytes));
    return std::optional<Row>(std::move(row));
  }
  Status UpdateValue(const Row& key, const Row& value) override {
    ARROW_ASSIGN_OR_RAISE(const std::string sub_key, EncodeKey(key));
    if (value.empty()) return NullValue(entries_.name());
    ARROW_ASSIGN_OR_RAISE(std::string bytes, entries_.image().Encode(value));
    return entries_.Put(sub_key, std::move(bytes));
  }
  Result<MapState::Entries> Iterator() override {
    std::vector<std::string_view> keys;
    std::vector<std::string_view> values;
    ARROW_RETURN_NOT_OK(entries_.ForEach([&](const std::string& key, const std::string& value) {
      keys.push_back(key);
      values.push_back(value);
      return true;
    }));
    MapState::Entries all;
    const auto count = static_cast<int64_t>(keys.size());
    ARROW_ASSIGN_OR_RAISE(auto columns, keys_->Decode(keys));
    all.first = arrow::RecordBatch::Make(key_schema_, count, std::move(columns));
    ARROW_ASSIGN_OR_RAISE(all.second, entries_.image().Decode(values));
    return all;
  }
  Result<std::shared_ptr<arrow::RecordBatch>> Keys() override {
    ARROW_ASSIGN_OR_RAISE(auto all, Iterator());
    return all.first;
  }
  Result<std::shared_ptr<arrow::RecordBatch>> Values() override {
    ARROW_ASSIGN_OR_RAISE(auto all, Iterator());
    return all.second;
  }
  Status RemoveKey(const Row& key) override {
    ARROW_ASSIGN_OR_RAISE(const std::string sub_key, EncodeKey(key));
    return entries_.Remove(sub_key);
  }
  Status Clear() override { return entries_.Clear(); }

 private:
  Result<std::string> EncodeKey(const Row& key) const {
    ARROW_RETURN_NOT_OK(entries_.Key().status());
    if (key.empty()) return NullValue(entries_.name());
    ARROW_ASSIGN_OR_RAISE(const auto columns, OneRowColumns(key, *key_schema_));
    state::KeyBatch encoded;
    ARROW_RETURN_NOT_OK(keys_->Encode(columns, 1, &encoded));
    return std::string(encoded.key(0));
  }

  VariableEntriesOfKey entries_;
  SchemaPtr key_schema_;
  std::shared_ptr<const state::RowKeyCodec> keys_;
};

}  // namespace

std::unique_ptr<ValueState> MakeValueState(ProcessorHandle* handle, StoredVariable variable,
                                           std::shared_ptr<const RowImage> values) {
  return std::make_unique<StoredValue>(
      VariableEntriesOfKey(handle, std::move(variable), std::move(values)));
}

std::unique_ptr<ListState> MakeListState(ProcessorHandle* handle, StoredVariable variable,
                                         std::shared_ptr<const RowImage> values) {
  return std::make_unique<StoredList>(
      VariableEntriesOfKey(handle, std::move(variable), std::move(values)));
}

std::unique_ptr<MapState> MakeMapState(ProcessorHandle* handle, StoredVariable variable,
                                       SchemaPtr key_schema,
                                       std::shared_ptr<const state::RowKeyCodec> keys,
                                       std::shared_ptr<const RowImage> values) {
  return std::make_unique<StoredMap>(
      VariableEntriesOfKey(handle, std::move(variable), std::move(values)), std::move(key_schema),
      std::move(keys));
}

}  // namespace thalweg::exec
