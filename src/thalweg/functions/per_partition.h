#pragma once

// What a function call keeps from row to row. It depends on the part of the input that the rows
// are of (a split, else the worker), so that results do not depend on who reads which split.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "thalweg/expr/eval_context.h"

namespace thalweg::functions {

/// One T for each partition, made when its first row comes; each batch begins anew. Thread-safe;
/// the T of a partition is used by one thread at a time.
template <typename T>
class PerPartition {
 public:
  explicit PerPartition(std::function<T(int partition)> make) : make_(std::move(make)) {}

  std::shared_ptr<T> Of(const expr::EvalContext& context) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (context.random_seed != batch_) {
      values_.clear();
      batch_ = context.random_seed;
    }
    std::shared_ptr<T>& value = values_[context.worker];
    if (value == nullptr) value = std::make_shared<T>(make_(context.worker));
    return value;
  }

 private:
  std::function<T(int)> make_;
  std::mutex mutex_;
  uint64_t batch_ = 0;
  std::map<int, std::shared_ptr<T>> values_;
};

}  // namespace thalweg::functions
