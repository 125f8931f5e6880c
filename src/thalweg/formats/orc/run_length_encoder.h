#pragma once

// Encoders of ORC's runs: bytes, booleans and integers of version 1, which every reader takes.

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "thalweg/formats/orc/wire.h"

namespace thalweg::formats::orc {

/// Runs of 3 to 130 equal values, and up to 128 others as they are. `Write::Append(value, out)`
/// says how a value is written; `Write::kHasDelta` whether runs tell by how much their values grow.
template <typename T, typename Write>
class RunEncoder {
 public:
  void Add(T value) {
    if (in_run_) {
      if (value == literals_[0] && num_equal_ < kMostRun) {
        ++num_equal_;
        return;
      }
      FlushRun();
    }
    num_equal_ = num_literals_ > 0 && literals_[num_literals_ - 1] == value ? num_equal_ + 1 : 1;
    literals_[num_literals_++] = value;
    if (num_equal_ == kLeastRun) {
      FlushLiterals(num_literals_ - kLeastRun);
      literals_[0] = value;
      in_run_ = true;
    } else if (num_literals_ == kMostLiterals) {
      FlushLiterals(kMostLiterals);
      num_equal_ = 0;
    }
  }

  /// Bytes so far; the last values may not be among them yet.
  size_t size() const { return out_.size(); }

  /// The encoded bytes; begins anew.
  std::string Take() {
    if (in_run_) FlushRun();
    FlushLiterals(num_literals_);
    num_equal_ = 0;
    return std::exchange(out_, std::string());
  }

 private:
  static constexpr size_t kLeastRun = 3;
  static constexpr size_t kMostRun = 130;
  static constexpr size_t kMostLiterals = 128;

  void FlushLiterals(size_t count) {
    if (count > 0) out_.push_back(static_cast<char>(-static_cast<int>(count)));
    for (size_t i = 0; i < count; ++i) Write::Append(literals_[i], &out_);
    num_literals_ = 0;
  }

  void FlushRun() {
    out_.push_back(static_cast<char>(num_equal_ - kLeastRun));
    if (Write::kHasDelta) out_.push_back(0);
    Write::Append(literals_[0], &out_);
    in_run_ = false;
    num_equal_ = 0;
  }

  std::string out_;
  std::array<T, kMostLiterals> literals_;  // of a run the first only
  size_t num_literals_ = 0;
  size_t num_equal_ = 0;  // at the end of the literals, or in the run
  bool in_run_ = false;
};

struct ByteWriting {
  static constexpr bool kHasDelta = false;
  static void Append(uint8_t value, std::string* out) { out->push_back(static_cast<char>(value)); }
};

struct UnsignedWriting {
  static constexpr bool kHasDelta = true;
  static void Append(int64_t value, std::string* out) {
    AppendVarint(static_cast<uint64_t>(value), out);
  }
};

struct SignedWriting {
  static constexpr bool kHasDelta = true;
  static void Append(int64_t value, std::string* out) {
    AppendVarint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63), out);
  }
};

using ByteEncoder = RunEncoder<uint8_t, ByteWriting>;
using UnsignedEncoder = RunEncoder<int64_t, UnsignedWriting>;
using SignedEncoder = RunEncoder<int64_t, SignedWriting>;

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
