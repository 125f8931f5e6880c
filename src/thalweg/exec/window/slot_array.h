#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "thalweg/expr/aggregate_function.h"

namespace thalweg::exec {

/// Slots of one aggregate side by side, initialised, destroyed with the array.
class SlotArray {
 public:
  SlotArray(const expr::AggregateFunction* function, int64_t size)
      : function_(function),
        width_((function->slot_size() + 7) / 8),
        size_(size),
        words_(static_cast<size_t>(size * width_)) {
    for (int64_t i = 0; i < size_; ++i) function_->Init(slot(i));
  }
  ~SlotArray() {
    if (function_->trivial()) return;
    for (int64_t i = 0; i < size_; ++i) function_->Destroy(slot(i));
  }
  SlotArray(SlotArray&& other) noexcept
      : function_(other.function_),
        width_(other.width_),
        size_(other.size_),
        words_(std::move(other.words_)) {
    other.size_ = 0;
  }
  SlotArray(const SlotArray&) = delete;
  SlotArray& operator=(const SlotArray&) = delete;

  int64_t size() const { return size_; }
  uint8_t* slot(int64_t i) { return reinterpret_cast<uint8_t*>(words_.data() + i * width_); }
  /// Makes a slot as it was at first.
  void Reset(int64_t i) {
    if (!function_->trivial()) function_->Destroy(slot(i));
    std::fill_n(words_.begin() + i * width_, width_, 0);
    function_->Init(slot(i));
  }
  /// Swaps what two slots hold.
  void Swap(int64_t i, SlotArray* other, int64_t j) {
    for (int64_t word = 0; word < width_; ++word) {
      std::swap(words_[i * width_ + word], other->words_[j * width_ + word]);
    }
  }

 private:
  const expr::AggregateFunction* function_;
  int64_t width_;
  int64_t size_;
  std::vector<uint64_t> words_;
};

}  // namespace thalweg::exec
