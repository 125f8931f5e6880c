#include "thalweg/base/clock.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace thalweg {
namespace {

/// A time that the machine's clock will not reach, and whose nanoseconds fit 64 bits.
constexpr int64_t kFarMillis = int64_t{1} << 43;

class SystemClock : public Clock {
 public:
  int64_t NowMillis() override {
    using std::chrono::duration_cast;
    return duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  int64_t MonotonicMicros() override {
    using std::chrono::duration_cast;
    return duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  void WaitUntil(int64_t target_millis) override {
    std::unique_lock<std::mutex> lock(mutex_);
    const int64_t generation = generation_;
    const std::chrono::system_clock::time_point target(
        std::chrono::milliseconds(std::clamp<int64_t>(target_millis, 0, kFarMillis)));
    woken_.wait_until(lock, target, [&] { return generation_ != generation; });
  }

  void Wake() override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ++generation_;
    }
    woken_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  int64_t generation_ = 0;
};

}  // namespace

std::unique_ptr<Clock> MakeSystemClock() { return std::make_unique<SystemClock>(); }

}  // namespace thalweg
