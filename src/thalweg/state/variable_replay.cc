#include "thalweg/state/variable_replay.h"

#include <algorithm>
#include <cstdlib>

#include "thalweg/state/state_replay.h"

namespace thalweg::state {

VariableReplay::VariableReplay(StateLocation location, std::shared_ptr<const RowKeyCodec> keys,
                               std::string value_signature, std::vector<VariableName> variables)
    : location_(std::move(location)),
      key_codec_(std::move(keys)),
      value_signature_(std::move(value_signature)),
      variables_(std::move(variables)) {}

void VariableReplay::Put(const StateRecord& record, Key key, size_t variable,
                         std::string_view sub_key) {
  const auto place = keys_.try_emplace(std::move(key), variables_.size()).first;
  place->second[variable].insert_or_assign(std::string(sub_key),
                                           Entry{std::string(record.value), record.expiry});
  if (record.expiry == kNoExpiry) return;
  ends_[record.expiry].push_back({place->first, variable, std::string(sub_key)});
}

void VariableReplay::Remove(Keys::iterator key, size_t variable, std::string_view sub_key) {
  Entries& entries = key->second[variable];
  const auto found = entries.find(sub_key);
  if (found != entries.end()) entries.erase(found);
  const bool is_empty = std::all_of(key->second.begin(), key->second.end(),
                                    [](const Entries& one) { return one.empty(); });
  if (is_empty) keys_.erase(key);
}

void VariableReplay::Expire(int64_t through, const TouchConsumer& on_touch) {
  if (through == kNothingExpired) return;
  while (!ends_.empty() && ends_.begin()->first <= through) {
    for (const Place& place : ends_.begin()->second) {
      const auto key = keys_.find(place.key);
      if (key == keys_.end()) continue;
      const Entries& entries = key->second[place.variable];
      const auto found = entries.find(place.sub_key);
      if (found == entries.end() || found->second.expiry > through) continue;
      if (on_touch != nullptr) on_touch(key->first, place.variable, place.sub_key, true);
      Remove(key, place.variable, place.sub_key);
    }
    ends_.erase(ends_.begin());
  }
}

Status VariableReplay::Take(const StateRecord& record, const TouchConsumer& on_touch) {
  ARROW_ASSIGN_OR_RAISE(const VariableRecordKey parts, DecodeRecordKey(record.key));
  const auto wanted =
      std::find_if(variables_.begin(), variables_.end(), [&](const VariableName& one) {
        return one.kind == parts.kind && one.name == parts.variable;
      });
  if (wanted == variables_.end()) return Status::OK();
  const auto variable = static_cast<size_t>(wanted - variables_.begin());
  Key key{record.key_group, std::string(parts.key)};
  const auto known = keys_.find(key);
  const bool exists = known != keys_.end() && known->second[variable].contains(parts.sub_key);
  if (on_touch != nullptr) on_touch(key, variable, parts.sub_key, exists);
  if (!record.deleted) {
    Put(record, std::move(key), variable, parts.sub_key);
  } else if (exists) {
    Remove(known, variable, parts.sub_key);
  }
  return Status::OK();
}

Status VariableReplay::Apply(const std::string& name, const TouchConsumer& on_touch) {
  const auto on_header = [&](const StateFileHeader& header) -> Status {
    ARROW_RETURN_NOT_OK(CheckSignatures(header, key_codec_->Signature(), value_signature_));
    Expire(header.expired_through, on_touch);
    return Status::OK();
  };
  const auto on_record = [&](const StateRecord& record) { return Take(record, on_touch); };
  // File names begin with the epoch they belong to.
  const int64_t epoch = std::strtoll(name.c_str(), nullptr, 10);
  return ReadStateFile(location_.file_system, JoinPath(location_.directory, name), epoch,
                       {on_header, on_record})
      .status();
}

Status VariableReplay::Apply(const StateManifest& manifest) {
  for (const std::string& name : manifest.snapshots) ARROW_RETURN_NOT_OK(Apply(name));
  for (const std::string& name : manifest.changes) ARROW_RETURN_NOT_OK(Apply(name));
  return Status::OK();
}

}  // namespace thalweg::state
