#include "thalweg/stream/listener.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace thalweg::stream {
namespace {

class Recorder : public StreamingQueryListener {
 public:
  void OnQueryStarted(const QueryStartedEvent& event) override { Add("started " + event.id); }
  void OnQueryProgress(const QueryProgressEvent& event) override {
    Add("progress " + std::to_string(event.progress->batch_id));
  }
  void OnQueryIdle(const QueryIdleEvent& event) override { Add("idle " + event.id); }
  void OnQueryTerminated(const QueryTerminatedEvent& event) override {
    Add("terminated " + event.id);
  }
  std::vector<std::string> events() {
    std::lock_guard<std::mutex> lock(mutex_);
    return events_;
  }

 private:
  void Add(std::string event) {
    std::lock_guard<std::mutex> lock(mutex_);
    events_.push_back(std::move(event));
  }
  std::mutex mutex_;
  std::vector<std::string> events_;
};

class Thrower : public StreamingQueryListener {
 public:
  void OnQueryIdle(const QueryIdleEvent&) override { throw std::runtime_error("no"); }
};

QueryEvent Progress(int64_t batch) {
  auto progress = std::make_shared<StreamingQueryProgress>();
  progress->batch_id = batch;
  return QueryProgressEvent{std::move(progress)};
}

TEST(ListenerBus, DeliversInOrder) {
  ListenerBus bus;
  const auto recorder = std::make_shared<Recorder>();
  bus.Add(recorder);
  bus.DeliverNow(QueryStartedEvent{"a", "r", std::nullopt, ""});
  EXPECT_EQ(recorder->events().size(), 1u);  // before it returned
  std::vector<std::string> expected{"started a"};
  for (int64_t batch = 0; batch < 100; ++batch) {
    bus.Post(Progress(batch));
    expected.push_back("progress " + std::to_string(batch));
  }
  bus.Post(QueryIdleEvent{"a", "r", ""});
  bus.Post(QueryTerminatedEvent{"a", "r", std::nullopt, std::nullopt});
  expected.insert(expected.end(), {"idle a", "terminated a"});
  bus.Flush();
  EXPECT_EQ(recorder->events(), expected);
}

TEST(ListenerBus, AThrowingListenerHarmsNobody) {
  ListenerBus bus;
  const auto recorder = std::make_shared<Recorder>();
  bus.Add(std::make_shared<Thrower>());
  bus.Add(recorder);
  bus.Post(QueryIdleEvent{"a", "r", ""});
  bus.Flush();
  EXPECT_EQ(recorder->events(), std::vector<std::string>{"idle a"});
}

TEST(ListenerBus, RemovedListenersHearNothingMore) {
  ListenerBus bus;
  const auto recorder = std::make_shared<Recorder>();
  bus.Add(recorder);
  EXPECT_EQ(bus.List().size(), 1u);
  bus.Remove(recorder.get());
  bus.Post(Progress(1));
  bus.Flush();
  EXPECT_TRUE(recorder->events().empty());
  EXPECT_TRUE(bus.List().empty());
}

TEST(ListenerBus, WhatWaitsIsDeliveredAtTheEnd) {
  const auto recorder = std::make_shared<Recorder>();
  {
    ListenerBus bus;
    bus.Add(recorder);
    for (int64_t batch = 0; batch < 50; ++batch) bus.Post(Progress(batch));
  }
  EXPECT_EQ(recorder->events().size(), 50u);
}

}  // namespace
}  // namespace thalweg::stream
