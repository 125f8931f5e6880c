#pragma once

// Encoders of ORC's runs: bytes, booleans and integers.

#include <array>
#include <cstdint>
#include <string>

namespace thalweg::formats::orc {

/// Runs of 3 to 130 equal bytes, and up to 128 others as they are.
class ByteEncoder {
 public:
  void Add(uint8_t value);
  /// Bytes so far; the last values may not be among them yet.
  size_t size() const { return out_.size(); }
  /// The encoded bytes; begins anew.
  std::string Take();

 private:
  void FlushLiterals(size_t count);
  void FlushRun();

  std::string out_;
  std::array<uint8_t, 128> literals_;  // of a run the first only
  size_t num_literals_ = 0;
  size_t num_equal_ = 0;  // at the end of the literals, or in the run
  bool in_run_ = false;
};

/// Integers in runs of version 2: those that grow by the same amount as a delta, all others packed
/// into as many bits as the largest of them needs.
class IntegerEncoder {
 public:
  explicit IntegerEncoder(bool is_signed) : is_signed_(is_signed) {}

  void Add(int64_t value) {
    values_[num_values_++] = value;
    if (num_values_ == values_.size()) Flush();
  }
  size_t size() const { return out_.size(); }
  std::string Take();

 private:
  void Flush();
  void AppendDirect(size_t begin, size_t end);
  void AppendDelta(size_t begin, size_t end, int64_t delta);
  void AppendHeader(int encoding, int width_code, size_t length);

  const bool is_signed_;
  std::string out_;
  std::array<int64_t, 512> values_;  // as long as a run may be
  size_t num_values_ = 0;
};

/// Eight booleans in each byte, the first in the highest bit.
class BooleanEncoder {
 public:
  void Add(bool value) {
    byte_ = static_cast<uint8_t>(byte_ << 1 | (value ? 1 : 0));
    if (++num_bits_ == 8) Flush();
  }
  size_t size() const { return bytes_.size(); }
  std::string Take() {
    if (num_bits_ > 0) {
      byte_ = static_cast<uint8_t>(byte_ << (8 - num_bits_));
      Flush();
    }
    return bytes_.Take();
  }

 private:
  void Flush() {
    bytes_.Add(byte_);
    byte_ = 0;
    num_bits_ = 0;
  }

  ByteEncoder bytes_;
  uint8_t byte_ = 0;
  int num_bits_ = 0;
};

}  // namespace thalweg::formats::orc
