#include "thalweg/formats/orc/run_length_encoder.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "thalweg/formats/orc/bit_width.h"
#include "thalweg/formats/orc/wire.h"

namespace thalweg::formats::orc {
namespace {

constexpr size_t kLeastByteRun = 3;
constexpr size_t kMostByteRun = 130;
// Shorter ones are packed with their neighbours.
constexpr size_t kLeastDeltaRun = 8;

constexpr int kDirect = 1;
constexpr int kDelta = 3;

}  // namespace

void ByteEncoder::Add(uint8_t value) {
  if (in_run_) {
    if (value == literals_[0] && num_equal_ < kMostByteRun) {
      ++num_equal_;
      return;
    }
    FlushRun();
  }
  num_equal_ = num_literals_ > 0 && literals_[num_literals_ - 1] == value ? num_equal_ + 1 : 1;
  literals_[num_literals_++] = value;
  if (num_equal_ == kLeastByteRun) {
    FlushLiterals(num_literals_ - kLeastByteRun);
    literals_[0] = value;
    in_run_ = true;
  } else if (num_literals_ == literals_.size()) {
    FlushLiterals(num_literals_);
    num_equal_ = 0;
  }
}

void ByteEncoder::FlushLiterals(size_t count) {
  if (count > 0) out_.push_back(static_cast<char>(-static_cast<int>(count)));
  out_.append(reinterpret_cast<const char*>(literals_.data()), count);
  num_literals_ = 0;
}

void ByteEncoder::FlushRun() {
  out_.push_back(static_cast<char>(num_equal_ - kLeastByteRun));
  out_.push_back(static_cast<char>(literals_[0]));
  in_run_ = false;
  num_equal_ = 0;
}

std::string ByteEncoder::Take() {
  if (in_run_) FlushRun();
  FlushLiterals(num_literals_);
  num_equal_ = 0;
  return std::exchange(out_, std::string());
}

std::string IntegerEncoder::Take() {
  Flush();
  return std::exchange(out_, std::string());
}

void IntegerEncoder::Flush() {
  size_t literals = 0;  // where those begin that are in no run
  size_t begin = 0;
  while (begin + 1 < num_values_) {
    int64_t delta = 0;
    size_t end = begin + 1;
    if (!__builtin_sub_overflow(values_[begin + 1], values_[begin], &delta)) {
      int64_t step = delta;
      while (step == delta && ++end < num_values_) {
        if (__builtin_sub_overflow(values_[end], values_[end - 1], &step)) break;
      }
    }
    if (end - begin >= kLeastDeltaRun) {
      AppendDirect(literals, begin);
      AppendDelta(begin, end, delta);
      begin = end;
      literals = end;
    } else {
      // The last one of the short run may begin another.
      begin = std::max(begin + 1, end - 1);
    }
  }
  AppendDirect(literals, num_values_);
  num_values_ = 0;
}

void IntegerEncoder::AppendHeader(int encoding, int width_code, size_t length) {
  const size_t stored = length - 1;
  out_.push_back(
      static_cast<char>(encoding << 6 | width_code << 1 | static_cast<int>(stored >> 8)));
  out_.push_back(static_cast<char>(stored));
}

void IntegerEncoder::AppendDelta(size_t begin, size_t end, int64_t delta) {
  AppendHeader(kDelta, 0, end - begin);
  const int64_t first = values_[begin];
  AppendVarint(is_signed_ ? ToZigzag(first) : static_cast<uint64_t>(first), &out_);
  AppendVarint(ToZigzag(delta), &out_);
}

void IntegerEncoder::AppendDirect(size_t begin, size_t end) {
  if (begin == end) return;
  uint64_t all = 0;
  for (size_t i = begin; i < end; ++i) {
    if (is_signed_) values_[i] = static_cast<int64_t>(ToZigzag(values_[i]));
    all |= static_cast<uint64_t>(values_[i]);
  }
  const int code = WidthCode(std::max(1, static_cast<int>(std::bit_width(all))));
  const int width = WidthOfCode(code);
  AppendHeader(kDirect, code, end - begin);
  unsigned __int128 bits = 0;
  int num_bits = 0;
  for (size_t i = begin; i < end; ++i) {
    bits = bits << width | static_cast<uint64_t>(values_[i]);
    for (num_bits += width; num_bits >= 8;) {
      num_bits -= 8;
      out_.push_back(static_cast<char>(bits >> num_bits));
    }
  }
  if (num_bits > 0) out_.push_back(static_cast<char>(bits << (8 - num_bits)));
}

}  // namespace thalweg::formats::orc
