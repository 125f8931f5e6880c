#pragma once

#include <chrono>
#include <cstdint>

namespace thalweg::exec {

/// Adds the microseconds of its life to a counter.
class StopWatch {
 public:
  explicit StopWatch(int64_t* micros) : micros_(micros), start_(Clock::now()) {}
  ~StopWatch() {
    *micros_ +=
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_).count();
  }
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  int64_t* micros_;
  Clock::time_point start_;
};

}  // namespace thalweg::exec
