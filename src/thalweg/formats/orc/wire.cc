#include "thalweg/formats/orc/wire.h"

#include <utility>

namespace thalweg::formats::orc {
namespace {

constexpr uint64_t kVarintType = 0;
constexpr uint64_t kFixed64Type = 1;
constexpr uint64_t kBytesType = 2;
constexpr uint64_t kFixed32Type = 5;

Status Malformed() { return Status::Invalid("malformed message in an ORC file"); }

}  // namespace

void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

Status WireReader::ReadVarint(uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return Malformed();
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return Status::OK();
  }
  return Malformed();
}

Status WireReader::Take(uint64_t length, std::string_view* taken) {
  if (length > rest_.size()) return Malformed();
  *taken = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return Status::OK();
}

Result<bool> WireReader::Next() {
  if (rest_.empty()) return false;
  uint64_t key = 0;
  ARROW_RETURN_NOT_OK(ReadVarint(&key));
  if (key >> 3 == 0 || key >> 3 > (1U << 29)) return Malformed();
  field_ = static_cast<uint32_t>(key >> 3);
  number_ = 0;
  bytes_ = {};
  is_bytes_ = false;
  std::string_view skipped;
  switch (key & 7) {
    case kVarintType:
      ARROW_RETURN_NOT_OK(ReadVarint(&number_));
      return true;
    case kBytesType: {
      uint64_t length = 0;
      ARROW_RETURN_NOT_OK(ReadVarint(&length));
      ARROW_RETURN_NOT_OK(Take(length, &bytes_));
      is_bytes_ = true;
      return true;
    }
    case kFixed64Type:
      ARROW_RETURN_NOT_OK(Take(8, &skipped));
      return true;
    case kFixed32Type:
      ARROW_RETURN_NOT_OK(Take(4, &skipped));
      return true;
    default:
      return Malformed();
  }
}

void WireWriter::AddNumber(uint32_t field, uint64_t value) {
  AppendVarint(uint64_t{field} << 3 | kVarintType, &out_);
  AppendVarint(value, &out_);
}

void WireWriter::AddBytes(uint32_t field, std::string_view bytes) {
  AppendVarint(uint64_t{field} << 3 | kBytesType, &out_);
  AppendVarint(bytes.size(), &out_);
  out_.append(bytes);
}

}  // namespace thalweg::formats::orc
