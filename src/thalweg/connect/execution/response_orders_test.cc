// Executions and clients whose steps meet in many orders.

#include <condition_variable>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "thalweg/connect/execution/response_buffer.h"

namespace thalweg::connect {
namespace {

constexpr int kResponses = 30;
constexpr uint32_t kExchanges = 15;
// A few of them fill the buffer.
constexpr size_t kLargeBytes = size_t{12} << 20;

/// Steps out of the way now and then, for longer or shorter.
class Pauses {
 public:
  explicit Pauses(uint32_t seed) : random_(seed) {}
  bool Draw(int one_in) { return random_() % static_cast<uint32_t>(one_in) == 0; }
  void Pause() {
    // Who yields on a busy machine comes back late: seldom.
    if (Draw(100)) std::this_thread::yield();
    const uint32_t turns = Draw(3) ? random_() % 20000 : 0;
    for (uint32_t i = 0; i < turns; ++i) turns_ = turns_ + 1;
  }

 private:
  std::mt19937 random_;
  volatile uint32_t turns_ = 0;
};

grpc::ByteBuffer LargeBytes() {
  static const std::string text(kLargeBytes, 'x');
  const grpc::Slice slice(text.data(), text.size(), grpc::Slice::STATIC_SLICE);
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer NumberBytes(int number) {
  const grpc::Slice slice(std::to_string(number));
  return grpc::ByteBuffer(&slice, 1);
}

/// Whoever waits for a wake-up; late ones of earlier calls find it too.
class Bell {
 public:
  void Ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

void Execute(ResponseBuffer* buffer, uint32_t seed) {
  Pauses pauses(seed);
  for (int i = 0; i < kResponses; ++i) {
    pauses.Pause();
    const bool is_last = i + 1 == kResponses;
    const Delivery delivery = is_last || pauses.Draw(4) ? Delivery::kWithNext : Delivery::kNow;
    ASSERT_TRUE(buffer
                    ->Push(std::to_string(i), pauses.Draw(2) ? LargeBytes() : NumberBytes(i),
                           /*may_wait=*/!is_last, delivery)
                    .ok());
  }
  pauses.Pause();
  buffer->Finish(grpc::Status::OK);
}

/// A client whose calls are lost at any moment; gives the ids of what it got, in order.
class Client {
 public:
  Client(ResponseBuffer* buffer, uint32_t seed) : buffer_(buffer), pauses_(seed) {}

  int TakeAll() {
    while (!done_) {
      pauses_.Pause();
      const auto call = buffer_->Attach(last_id_, [this] { bell_.Ring(); });
      EXPECT_TRUE(call.ok()) << call.status();
      if (!call.ok()) break;
      TakeOneCall(*call);
      if (pauses_.Draw(2)) buffer_->Detach(*call);
    }
    return taken_;
  }

 private:
  /// Until the call ends or is lost.
  void TakeOneCall(int64_t call) {
    while (!pauses_.Draw(12)) {
      pauses_.Pause();
      const NextResponse next = buffer_->Next(call);
      if (next.kind == NextResponse::Kind::kPending) {
        bell_.Wait();
        continue;
      }
      if (next.kind == NextResponse::Kind::kEnd) {
        EXPECT_TRUE(next.status.ok()) << next.status.error_message();
        done_ = true;
        return;
      }
      // Lost on its way.
      if (pauses_.Draw(15)) return;
      last_id_ = std::to_string(taken_++);
      if (!pauses_.Draw(5)) buffer_->ReleaseUntil(last_id_);
      if (next.kind == NextResponse::Kind::kLast) {
        done_ = true;
        return;
      }
    }
  }

  ResponseBuffer* const buffer_;
  Pauses pauses_;
  Bell bell_;
  std::string last_id_;
  int taken_ = 0;
  bool done_ = false;
};

TEST(ResponseOrdersTest, EachResponseComesOnceWhoeverIsFirst) {
  const uint32_t first_seed = std::random_device()();
  for (uint32_t i = 0; i < kExchanges; ++i) {
    SCOPED_TRACE("seed " + std::to_string(first_seed + i));
    ResponseBuffer buffer;
    std::thread execution([&] { Execute(&buffer, first_seed + i); });
    EXPECT_EQ(Client(&buffer, ~(first_seed + i)).TakeAll(), kResponses);
    execution.join();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace thalweg::connect
