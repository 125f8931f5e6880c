#include "thalweg/state/join_replay.h"

#include <cstdlib>

#include "thalweg/state/join_table.h"
#include "thalweg/state/row_image.h"
#include "thalweg/state/state_replay.h"

namespace thalweg::state {

size_t JoinReplay::HashRowId::operator()(const RowId& id) const {
  return static_cast<size_t>(id.number * 0x9E3779B97F4A7C15ull) + static_cast<size_t>(id.key_group);
}

JoinReplay::JoinReplay(StateLocation location, std::shared_ptr<const RowKeyCodec> keys,
                       std::array<std::shared_ptr<const RowCodec>, 2> rows)
    : location_(std::move(location)), key_codec_(std::move(keys)), row_codecs_(std::move(rows)) {}

int64_t JoinReplay::size() const {
  return static_cast<int64_t>(sides_[0].by_number.size() + sides_[1].by_number.size());
}

Status JoinReplay::CheckHeader(const StateFileHeader& header) const {
  JoinTableOptions options;
  options.keys = key_codec_;
  options.rows = row_codecs_;
  const JoinTable table(std::move(options));
  return CheckSignatures(header, table.KeySignature(), table.ValueSignature());
}

Status JoinReplay::Take(const StateRecord& record, const TouchConsumer& on_touch) {
  ARROW_ASSIGN_OR_RAISE(const int side, SideOf(record));
  if (EndsRows(record)) {
    Expire(side, record.expiry, on_touch);
    return Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(const uint64_t number, RowNumberOf(record));
  const RowId id{record.key_group, number};
  if (record.deleted) {
    Remove(side, id, on_touch);
  } else if (record.value.empty()) {
    SetMatched(side, id, on_touch);
  } else {
    return Put(side, record, id, on_touch);
  }
  return Status::OK();
}

Status JoinReplay::Put(int side, const StateRecord& record, RowId id,
                       const TouchConsumer& on_touch) {
  ARROW_ASSIGN_OR_RAISE(const RowImage image, ParseRowImage(record.value));
  const auto fixed_key = static_cast<size_t>(key_codec_->words_per_key()) * 8;
  if ((fixed_key > 0 && image.key.size() != fixed_key) || !row_codecs_[side]->IsValid(image.row)) {
    return MalformedRow();
  }
  Side& kept = sides_[side];
  // A snapshot and the changes since it began may both bring the row.
  if (kept.by_number.contains(id)) Remove(side, id, on_touch);
  const auto [place, is_new] = kept.keys.try_emplace({id.key_group, std::string(image.key)});
  if (on_touch != nullptr) on_touch(side, place->first, is_new ? nullptr : &place->second);
  place->second[id.number] = {record.expiry, image.matched, std::string(image.row)};
  kept.by_number[id] = place;
  kept.by_time.emplace(record.expiry, id.key_group, id.number);
  return Status::OK();
}

void JoinReplay::SetMatched(int side, RowId id, const TouchConsumer& on_touch) {
  const auto found = sides_[side].by_number.find(id);
  if (found == sides_[side].by_number.end()) return;
  auto& [key, chain] = *found->second;
  if (on_touch != nullptr) on_touch(side, key, &chain);
  chain[id.number].matched = true;
}

void JoinReplay::Remove(int side, RowId id, const TouchConsumer& on_touch) {
  Side& kept = sides_[side];
  const auto found = kept.by_number.find(id);
  if (found == kept.by_number.end()) return;
  const Keys::iterator place = found->second;
  if (on_touch != nullptr) on_touch(side, place->first, &place->second);
  const auto row = place->second.find(id.number);
  kept.by_time.erase({row->second.time, id.key_group, id.number});
  place->second.erase(row);
  kept.by_number.erase(found);
  if (place->second.empty()) kept.keys.erase(place);
}

void JoinReplay::Expire(int side, int64_t through, const TouchConsumer& on_touch) {
  Side& kept = sides_[side];
  while (!kept.by_time.empty() && std::get<0>(*kept.by_time.begin()) <= through) {
    const auto [time, key_group, number] = *kept.by_time.begin();
    Remove(side, {key_group, number}, on_touch);
  }
}

Status JoinReplay::Apply(const std::string& name, const TouchConsumer& on_touch) {
  const auto on_header = [&](const StateFileHeader& header) { return CheckHeader(header); };
  const auto on_record = [&](const StateRecord& record) { return Take(record, on_touch); };
  // File names begin with the epoch they belong to.
  const int64_t epoch = std::strtoll(name.c_str(), nullptr, 10);
  return ReadStateFile(location_.file_system, JoinPath(location_.directory, name), epoch,
                       {on_header, on_record})
      .status();
}

Status JoinReplay::Apply(const StateManifest& manifest) {
  for (const std::string& name : manifest.snapshots) ARROW_RETURN_NOT_OK(Apply(name));
  for (const std::string& name : manifest.changes) ARROW_RETURN_NOT_OK(Apply(name));
  return Status::OK();
}

}  // namespace thalweg::state
