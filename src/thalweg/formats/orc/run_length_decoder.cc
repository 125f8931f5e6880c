#include "thalweg/formats/orc/run_length_decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "thalweg/formats/orc/bit_width.h"

namespace thalweg::formats::orc {
namespace {

constexpr int kLeastRun = 3;
constexpr int kMostVarint128Bits = 128;

Status Ended() { return Status::Invalid("a column of an ORC file ends too early"); }
Status Malformed() { return Status::Invalid("malformed runs of integers in an ORC file"); }

uint64_t LoadBigEndian(const uint8_t* bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof(value));
  return __builtin_bswap64(value);
}

}  // namespace

Result<std::string_view> ByteCursor::Take(size_t length) {
  if (length > left()) return Ended();
  const std::string_view taken(bytes_.data() + at_, length);
  at_ += length;
  return taken;
}

Result<uint8_t> ByteCursor::TakeByte() {
  if (at_ == bytes_.size()) return Ended();
  return static_cast<uint8_t>(bytes_[at_++]);
}

Result<uint64_t> ByteCursor::TakeVarint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (at_ == bytes_.size()) return Ended();
    const auto byte = static_cast<uint8_t>(bytes_[at_++]);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return Malformed();
}

Status ByteCursor::TakeVarint128(__int128* value) {
  unsigned __int128 all = 0;
  for (int shift = 0; shift < kMostVarint128Bits; shift += 7) {
    if (at_ == bytes_.size()) return Ended();
    const auto byte = static_cast<uint8_t>(bytes_[at_++]);
    all |= static_cast<unsigned __int128>(byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    const auto half = static_cast<__int128>(all >> 1);
    *value = (all & 1) != 0 ? -half - 1 : half;
    return Status::OK();
  }
  return Malformed();
}

Status ByteDecoder::Open() {
  ARROW_ASSIGN_OR_RAISE(const uint8_t header, cursor_.TakeByte());
  repeats_ = header < 0x80;
  left_ = repeats_ ? header + kLeastRun : 0x100 - header;
  if (repeats_) {
    ARROW_ASSIGN_OR_RAISE(value_, cursor_.TakeByte());
  }
  return Status::OK();
}

Status ByteDecoder::Next(int64_t count, uint8_t* out) {
  while (count > 0) {
    if (left_ == 0) ARROW_RETURN_NOT_OK(Open());
    const int64_t taken = std::min(left_, count);
    if (repeats_) {
      std::memset(out, value_, static_cast<size_t>(taken));
    } else {
      ARROW_ASSIGN_OR_RAISE(const auto bytes, cursor_.Take(static_cast<size_t>(taken)));
      std::memcpy(out, bytes.data(), bytes.size());
    }
    out += taken;
    left_ -= taken;
    count -= taken;
  }
  return Status::OK();
}

Status BooleanDecoder::Next(int64_t count, uint8_t* out) {
  for (int64_t i = 0; i < count; ++i) {
    if (bits_left_ == 0) {
      ARROW_RETURN_NOT_OK(bytes_.Next(1, &byte_));
      bits_left_ = 8;
    }
    --bits_left_;
    out[i] = byte_ >> bits_left_ & 1;
  }
  return Status::OK();
}

int64_t IntegerDecoder::FromStored(uint64_t value) const {
  return is_signed_ ? FromZigzag(value) : static_cast<int64_t>(value);
}

Result<int64_t> IntegerDecoder::TakeValue() {
  ARROW_ASSIGN_OR_RAISE(const uint64_t value, cursor_.TakeVarint());
  return FromStored(value);
}

Result<uint64_t> IntegerDecoder::TakeBigEndian(size_t length) {
  ARROW_ASSIGN_OR_RAISE(const auto bytes, cursor_.Take(length));
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

Result<size_t> IntegerDecoder::TakeLength(uint8_t header) {
  ARROW_ASSIGN_OR_RAISE(const uint8_t low, cursor_.TakeByte());
  return (static_cast<size_t>(header & 1) << 8 | low) + 1;
}

Status IntegerDecoder::Next(int64_t count, int64_t* out) {
  while (count > 0) {
    if (next_ == num_run_) ARROW_RETURN_NOT_OK(Open());
    const auto taken = std::min<size_t>(num_run_ - next_, static_cast<size_t>(count));
    std::memcpy(out, run_.data() + next_, taken * sizeof(int64_t));
    out += taken;
    next_ += taken;
    count -= static_cast<int64_t>(taken);
  }
  return Status::OK();
}

Status IntegerDecoder::Open() {
  next_ = 0;
  num_run_ = 0;
  if (version_ == 1) return OpenVersionOne();
  ARROW_ASSIGN_OR_RAISE(const uint8_t header, cursor_.TakeByte());
  switch (header >> 6) {
    case 0:
      return OpenShortRepeat(header);
    case 1:
      return OpenDirect(header);
    case 2:
      return OpenPatchedBase(header);
    default:
      return OpenDelta(header);
  }
}

Status IntegerDecoder::OpenVersionOne() {
  ARROW_ASSIGN_OR_RAISE(const uint8_t header, cursor_.TakeByte());
  if (header >= 0x80) {
    num_run_ = 0x100U - header;
    for (size_t i = 0; i < num_run_; ++i) {
      ARROW_ASSIGN_OR_RAISE(run_[i], TakeValue());
    }
    return Status::OK();
  }
  num_run_ = static_cast<size_t>(header) + kLeastRun;
  ARROW_ASSIGN_OR_RAISE(const uint8_t delta, cursor_.TakeByte());
  ARROW_ASSIGN_OR_RAISE(const int64_t first, TakeValue());
  // Unsigned: it may wrap around in damaged files.
  auto value = static_cast<uint64_t>(first);
  for (size_t i = 0; i < num_run_; ++i) {
    run_[i] = static_cast<int64_t>(value);
    value += static_cast<uint64_t>(static_cast<int64_t>(static_cast<int8_t>(delta)));
  }
  return Status::OK();
}

Status IntegerDecoder::OpenShortRepeat(uint8_t header) {
  ARROW_ASSIGN_OR_RAISE(const uint64_t value, TakeBigEndian((header >> 3 & 7) + 1));
  num_run_ = static_cast<size_t>(header & 7) + kLeastRun;
  std::fill_n(run_.begin(), num_run_, FromStored(value));
  return Status::OK();
}

Status IntegerDecoder::Unpack(int width, size_t begin, size_t count) {
  const size_t num_bytes = (static_cast<size_t>(width) * count + 7) / 8;
  ARROW_ASSIGN_OR_RAISE(const auto bytes, cursor_.Take(num_bytes));
  const auto* from = reinterpret_cast<const uint8_t*>(bytes.data());
  // Behind the last whole word values are put together byte by byte.
  const size_t num_words = num_bytes < 9 ? 0 : (num_bytes - 9) * 8 / static_cast<size_t>(width);
  const size_t fast = std::min(count, num_words);
  size_t bit = 0;
  for (size_t i = begin; i < begin + fast; ++i, bit += static_cast<size_t>(width)) {
    const uint8_t* place = from + bit / 8;
    const int skipped = static_cast<int>(bit % 8);
    uint64_t word = LoadBigEndian(place) << skipped;
    if (skipped > 0) word |= static_cast<uint64_t>(place[8]) >> (8 - skipped);
    run_[i] = static_cast<int64_t>(word >> (64 - width));
  }
  for (size_t i = begin + fast; i < begin + count; ++i) {
    uint64_t value = 0;
    for (int left = width; left > 0;) {
      const int skipped = static_cast<int>(bit % 8);
      const int taken = std::min(left, 8 - skipped);
      const uint64_t byte = from[bit / 8];
      value = value << taken | (byte >> (8 - skipped - taken) & ((1U << taken) - 1));
      left -= taken;
      bit += static_cast<size_t>(taken);
    }
    run_[i] = static_cast<int64_t>(value);
  }
  return Status::OK();
}

Status IntegerDecoder::OpenDirect(uint8_t header) {
  ARROW_ASSIGN_OR_RAISE(num_run_, TakeLength(header));
  ARROW_RETURN_NOT_OK(Unpack(WidthOfCode(header >> 1 & 31), 0, num_run_));
  if (!is_signed_) return Status::OK();
  for (size_t i = 0; i < num_run_; ++i) run_[i] = FromZigzag(static_cast<uint64_t>(run_[i]));
  return Status::OK();
}

Status IntegerDecoder::OpenPatchedBase(uint8_t header) {
  const int width = WidthOfCode(header >> 1 & 31);
  ARROW_ASSIGN_OR_RAISE(num_run_, TakeLength(header));
  ARROW_ASSIGN_OR_RAISE(const uint8_t third, cursor_.TakeByte());
  ARROW_ASSIGN_OR_RAISE(const uint8_t fourth, cursor_.TakeByte());
  const size_t base_bytes = static_cast<size_t>(third >> 5) + 1;
  const int patch_width = WidthOfCode(third & 31);
  const int gap_width = (fourth >> 5) + 1;
  const size_t num_patches = fourth & 31;
  if (gap_width + patch_width > 64 || width + patch_width > 64) return Malformed();
  ARROW_ASSIGN_OR_RAISE(uint64_t base, TakeBigEndian(base_bytes));
  const uint64_t sign = uint64_t{1} << (base_bytes * 8 - 1);
  if ((base & sign) != 0) base = ~(base & ~sign) + 1;
  // Patches are unpacked behind the values, where there is room or not enough of it for a run.
  std::array<int64_t, 32> patches;
  std::array<int64_t, 512> values;
  ARROW_RETURN_NOT_OK(Unpack(width, 0, num_run_));
  values = run_;
  ARROW_RETURN_NOT_OK(Unpack(WidthOfCode(WidthCode(gap_width + patch_width)), 0, num_patches));
  std::copy_n(run_.begin(), num_patches, patches.begin());
  size_t place = 0;
  for (size_t i = 0; i < num_patches; ++i) {
    const auto patch = static_cast<uint64_t>(patches[i]);
    place += patch >> patch_width & ((uint64_t{1} << gap_width) - 1);
    const uint64_t high = patch & (~uint64_t{0} >> (64 - patch_width));
    if (place >= num_run_) return Malformed();
    if (width < 64) {
      values[place] = static_cast<int64_t>(static_cast<uint64_t>(values[place]) | high << width);
    }
  }
  for (size_t i = 0; i < num_run_; ++i) {
    run_[i] = static_cast<int64_t>(static_cast<uint64_t>(values[i]) + base);
  }
  return Status::OK();
}

Status IntegerDecoder::OpenDelta(uint8_t header) {
  const int code = header >> 1 & 31;
  ARROW_ASSIGN_OR_RAISE(num_run_, TakeLength(header));
  ARROW_ASSIGN_OR_RAISE(const int64_t first, TakeValue());
  ARROW_ASSIGN_OR_RAISE(const uint64_t stored_delta, cursor_.TakeVarint());
  const int64_t delta = FromZigzag(stored_delta);
  const bool fixed = code == 0;
  if (!fixed && num_run_ > 2) ARROW_RETURN_NOT_OK(Unpack(WidthOfCode(code), 2, num_run_ - 2));
  auto value = static_cast<uint64_t>(first);
  run_[0] = first;
  for (size_t i = 1; i < num_run_; ++i) {
    const auto step = static_cast<uint64_t>(fixed || i == 1 ? delta : run_[i]);
    value = fixed || i == 1 || delta >= 0 ? value + step : value - step;
    run_[i] = static_cast<int64_t>(value);
  }
  return Status::OK();
}

}  // namespace thalweg::formats::orc
