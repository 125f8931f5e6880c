#include "thalweg/state/state_replay.h"

#include <cstdlib>

namespace thalweg::state {
namespace {

constexpr size_t kPutsAtOnce = 1024;

StateTableOptions TableOptions(std::shared_ptr<const RowKeyCodec> keys,
                               std::shared_ptr<const ValueCodec> values) {
  StateTableOptions options;
  options.keys = std::move(keys);
  options.values = std::move(values);
  // Holds entries of any expiry, and those without.
  options.expiry = ExpiryKind::kBucket;
  return options;
}

}  // namespace

StateReplay::StateReplay(StateLocation location, std::shared_ptr<const RowKeyCodec> keys,
                         std::shared_ptr<const ValueCodec> values)
    : location_(std::move(location)), table_(TableOptions(std::move(keys), std::move(values))) {}

Status CheckSignatures(const StateFileHeader& header, const std::string& keys,
                       const std::string& values) {
  if (header.key_signature != keys) {
    return MakeError("STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE",
                     {{"storedKeySchema", header.key_signature}, {"newKeySchema", keys}});
  }
  if (header.value_signature != values) {
    return MakeError("STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE",
                     {{"storedValueSchema", header.value_signature}, {"newValueSchema", values}});
  }
  return Status::OK();
}

Status StateReplay::Expire(int64_t through, const StateChangeConsumer& on_change) {
  if (through == kNothingExpired) return Status::OK();
  GroupConsumer emit;
  if (on_change != nullptr) {
    emit = [&](uint8_t* const* groups, int64_t count) {
      return on_change(StateChange::kDelete, groups, count);
    };
  }
  return table_.Expire(through, emit).status();
}

Status StateReplay::Delete(const StateRecord& record, const StateChangeConsumer& on_change) {
  ARROW_RETURN_NOT_OK(FlushPuts(on_change));
  KeyBatch key;
  key.Clear(table_.options().keys->words_per_key());
  key.AppendEncoded(record.key);
  key.ComputeHashes();
  uint8_t* group = table_.Find(key, 0);
  if (group == nullptr) return Status::OK();
  if (on_change != nullptr) ARROW_RETURN_NOT_OK(on_change(StateChange::kDelete, &group, 1));
  table_.Remove(group);
  return Status::OK();
}

Status StateReplay::TellReplaced(const StateChangeConsumer& on_change) {
  std::vector<uint8_t*> replaced;
  for (int64_t row = 0; row < keys_.num_rows; ++row) {
    uint8_t* group = table_.Find(keys_, row);
    if (group != nullptr) replaced.push_back(group);
  }
  if (replaced.empty()) return Status::OK();
  return on_change(StateChange::kReplace, replaced.data(), static_cast<int64_t>(replaced.size()));
}

Status StateReplay::FlushPuts(const StateChangeConsumer& on_change) {
  if (records_.empty()) return Status::OK();
  for (size_t i = 0; i < records_.size(); ++i) records_[i].value = values_[i];
  keys_.ComputeHashes();
  if (on_change != nullptr) ARROW_RETURN_NOT_OK(TellReplaced(on_change));
  ARROW_RETURN_NOT_OK(table_.Load(keys_, records_));
  if (on_change != nullptr) {
    std::vector<int64_t> expiries;
    for (const StateRecord& record : records_) expiries.push_back(record.expiry);
    std::vector<uint8_t*> groups(records_.size());
    std::vector<int32_t> inserted;
    table_.FindOrInsert(keys_, expiries.data(), /*touch=*/false, groups.data(), &inserted);
    ARROW_RETURN_NOT_OK(
        on_change(StateChange::kPut, groups.data(), static_cast<int64_t>(groups.size())));
  }
  records_.clear();
  values_.clear();
  keys_.Clear(table_.options().keys->words_per_key());
  return Status::OK();
}

Status StateReplay::Apply(const std::string& name, const StateChangeConsumer& on_change) {
  keys_.Clear(table_.options().keys->words_per_key());
  const auto on_header = [&](const StateFileHeader& header) -> Status {
    ARROW_RETURN_NOT_OK(CheckSignatures(header, table_.options().keys->Signature(),
                                        table_.options().values->Signature()));
    return Expire(header.expired_through, on_change);
  };
  const auto on_record = [&](const StateRecord& record) -> Status {
    if (record.deleted) return Delete(record, on_change);
    keys_.AppendEncoded(record.key);
    records_.push_back(record);
    values_.emplace_back(record.value);
    return records_.size() < kPutsAtOnce ? Status::OK() : FlushPuts(on_change);
  };
  // File names begin with the epoch they belong to.
  const int64_t epoch = std::strtoll(name.c_str(), nullptr, 10);
  ARROW_RETURN_NOT_OK(ReadStateFile(location_.file_system, JoinPath(location_.directory, name),
                                    epoch, {on_header, on_record})
                          .status());
  return FlushPuts(on_change);
}

Status StateReplay::Apply(const StateManifest& manifest) {
  for (const std::string& name : manifest.snapshots) ARROW_RETURN_NOT_OK(Apply(name));
  for (const std::string& name : manifest.changes) ARROW_RETURN_NOT_OK(Apply(name));
  return Status::OK();
}

}  // namespace thalweg::state
