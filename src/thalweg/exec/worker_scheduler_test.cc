#include "thalweg/exec/worker_scheduler.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "thalweg/testing/manual_clock.h"

namespace thalweg::exec {
namespace {

using Share = WorkerScheduler::Share;
using Turn = WorkerScheduler::Turn;

/// A loaded machine must not make a thread go on without its turn.
constexpr int64_t kLongWaitMillis = 3600000;

class WorkerSchedulerTest : public ::testing::Test {
 protected:
  /// A thread that takes a turn for `share`, notes `name`, and ends.
  std::thread Start(Share* share, char name) {
    const int waiting = scheduler_.num_waiting();
    std::thread thread([this, share, name] {
      Turn turn(&scheduler_, share);
      order_.push_back(name);  // one slot: one thread at a time
    });
    while (scheduler_.num_waiting() == waiting) std::this_thread::yield();
    return thread;
  }

  testing::ManualClock clock_;
  WorkerScheduler scheduler_{1, &clock_, kLongWaitMillis};
  std::string order_;
};

TEST_F(WorkerSchedulerTest, TheQueryThatComputedLeastGoesFirst) {
  Share busy;
  Share idle;
  {
    Turn turn(&scheduler_, &busy);
    clock_.Advance(50);
    std::thread first = Start(&busy, 'b');
    std::thread second = Start(&idle, 'i');
    turn.Pause();
    first.join();
    second.join();
    turn.Resume();
  }
  EXPECT_EQ(order_, "ib");
}

TEST_F(WorkerSchedulerTest, AWorkerYieldsOnlyWhenItsTimeIsUpAndOthersWait) {
  Share long_query;
  Share short_query;
  Turn turn(&scheduler_, &long_query);
  clock_.Advance(50);
  turn.Yield();  // nobody waits
  std::thread other = Start(&short_query, 's');
  EXPECT_EQ(scheduler_.num_waiting(), 1);
  turn.Yield();
  other.join();
  EXPECT_EQ(order_, "s");
  EXPECT_EQ(scheduler_.num_waiting(), 0);
}

TEST_F(WorkerSchedulerTest, AWorkerWithTimeLeftKeepsItsSlot) {
  Share share;
  Share other_share;
  std::thread other;
  {
    Turn turn(&scheduler_, &share);
    other = Start(&other_share, 'o');
    turn.Yield();
    EXPECT_EQ(order_, "");
  }
  other.join();
  EXPECT_EQ(order_, "o");
}

TEST_F(WorkerSchedulerTest, WhoSleptHasNoClaimToTheTimeItMissed) {
  Share steady;
  Share sleeper;
  for (int i = 0; i < 3; ++i) {
    Turn turn(&scheduler_, &steady);
    clock_.Advance(100);
    std::thread next = Start(&steady, 's');
    turn.Pause();
    next.join();
    turn.Resume();
  }
  // The sleeper computes once; from then on it is behind only by what it uses.
  {
    Turn turn(&scheduler_, &sleeper);
    clock_.Advance(250);
    std::thread first = Start(&sleeper, 'z');
    std::thread second = Start(&steady, 't');
    turn.Pause();
    first.join();
    second.join();
    turn.Resume();
  }
  EXPECT_EQ(order_, "ssstz");
}

TEST(WorkerSchedulerWaitTest, AWorkerDoesNotWaitForEverForASlotWhoseOwnerWaitsForIt) {
  testing::ManualClock clock;
  WorkerScheduler scheduler(1, &clock, /*maximum_wait_millis=*/1);
  Share share;
  const Turn outer(&scheduler, &share);
  const Turn inner(&scheduler, &share);  // the same thread: nobody will give a slot back
  EXPECT_EQ(scheduler.num_waiting(), 0);
}

TEST(WorkerSchedulerWithManySlotsTest, NoMoreWorkersComputeThanThereAreSlots) {
  testing::ManualClock clock;
  WorkerScheduler scheduler(2, &clock, kLongWaitMillis);
  std::atomic<int> computing{0};
  std::atomic<int> most{0};
  std::vector<Share> shares(4);
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 8; ++worker) {
    threads.emplace_back([&, worker] {
      for (int i = 0; i < 200; ++i) {
        const Turn turn(&scheduler, &shares[worker % shares.size()]);
        const int now = ++computing;
        int seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --computing;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most.load(), 2);
  EXPECT_EQ(scheduler.num_waiting(), 0);
}

}  // namespace
}  // namespace thalweg::exec
