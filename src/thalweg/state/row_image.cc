#include "thalweg/state/row_image.h"

#include <cstring>

namespace thalweg::state {

std::string RowImageFront(bool matched, std::string_view key) {
  const auto key_size = static_cast<uint32_t>(key.size());
  std::string front(1 + sizeof(key_size), matched ? 1 : 0);
  std::memcpy(front.data() + 1, &key_size, sizeof(key_size));
  return front;
}

Status MalformedRow() { return Status::Invalid("a row in a state file is malformed"); }

Result<int> SideOf(const StateRecord& record) {
  for (int side = 0; side < 2; ++side) {
    if (!record.key.empty() && record.key[0] == kSideTags[side]) return side;
  }
  return Status::Invalid("a record in a state file belongs to no side of the join");
}

Result<uint64_t> RowNumberOf(const StateRecord& record) {
  uint64_t number = 0;
  if (record.key.size() != 1 + kRowNumberBytes) return MalformedRow();
  std::memcpy(&number, record.key.data() + 1, kRowNumberBytes);
  return number;
}

Result<RowImage> ParseRowImage(std::string_view value) {
  constexpr size_t kPrefix = 1 + sizeof(uint32_t);
  if (value.size() < kPrefix) return MalformedRow();
  RowImage image;
  uint32_t key_size = 0;
  image.matched = value[0] != 0;
  std::memcpy(&key_size, value.data() + 1, sizeof(key_size));
  value.remove_prefix(kPrefix);
  if (value.size() < key_size) return MalformedRow();
  image.key = value.substr(0, key_size);
  image.row = value.substr(key_size);
  return image;
}

}  // namespace thalweg::state
