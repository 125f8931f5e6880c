#pragma once

// Decoders of ORC's runs: bytes, booleans and both versions of integers. They check every length
// against the bytes that are there: the end of the bytes before the values asked for is an error.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg::formats::orc {

/// Bytes with a place in them.
class ByteCursor {
 public:
  explicit ByteCursor(std::string bytes) : bytes_(std::move(bytes)) {}

  size_t left() const { return bytes_.size() - at_; }
  /// The next `length` bytes, valid as long as the cursor. Errors: Invalid if there are fewer.
  Result<std::string_view> Take(size_t length);
  Result<uint8_t> TakeByte();
  /// Groups of seven bits. Errors: also for more than 64 bits.
  Result<uint64_t> TakeVarint();
  /// Zigzag over 128 bits.
  Status TakeVarint128(__int128* value);

 private:
  const std::string bytes_;
  size_t at_ = 0;
};

/// Runs of bytes.
class ByteDecoder {
 public:
  explicit ByteDecoder(std::string bytes) : cursor_(std::move(bytes)) {}
  /// There cannot be more values left: lets callers refuse before they make room.
  int64_t most_values() const { return left_ + static_cast<int64_t>(cursor_.left()) * kMostOfByte; }
  Status Next(int64_t count, uint8_t* out);

 private:
  Status Open();

  static constexpr int64_t kMostOfByte = 65;  // 130 in two
  ByteCursor cursor_;
  int64_t left_ = 0;  // in the open run
  bool repeats_ = false;
  uint8_t value_ = 0;
};

/// Runs of bytes that hold eight booleans each, the first in the highest bit.
class BooleanDecoder {
 public:
  explicit BooleanDecoder(std::string bytes) : bytes_(std::move(bytes)) {}
  int64_t most_values() const { return bits_left_ + bytes_.most_values() * 8; }
  /// One byte (0 or 1) for each.
  Status Next(int64_t count, uint8_t* out);

 private:
  ByteDecoder bytes_;
  uint8_t byte_ = 0;
  int bits_left_ = 0;
};

/// Runs of integers.
class IntegerDecoder {
 public:
  /// `version` is 1 or 2. Unsigned values come as the same 64 bits.
  IntegerDecoder(std::string bytes, int version, bool is_signed)
      : cursor_(std::move(bytes)), version_(version), is_signed_(is_signed) {}
  int64_t most_values() const {
    return static_cast<int64_t>(num_run_ - next_) +
           static_cast<int64_t>(cursor_.left()) * kMostOfByte;
  }
  Status Next(int64_t count, int64_t* out);

 private:
  Status Open();
  Status OpenVersionOne();
  Status OpenShortRepeat(uint8_t header);
  Status OpenDirect(uint8_t header);
  Status OpenPatchedBase(uint8_t header);
  Status OpenDelta(uint8_t header);
  /// Fills run_[begin, begin + count) with values of `width` bits.
  Status Unpack(int width, size_t begin, size_t count);
  Result<size_t> TakeLength(uint8_t header);
  Result<uint64_t> TakeBigEndian(size_t bytes);
  Result<int64_t> TakeValue();
  int64_t FromStored(uint64_t value) const;

  static constexpr int64_t kMostOfByte = 128;  // 512 in four
  ByteCursor cursor_;
  const int version_;
  const bool is_signed_;
  std::array<int64_t, 512> run_;
  size_t num_run_ = 0;
  size_t next_ = 0;
};

}  // namespace thalweg::formats::orc
