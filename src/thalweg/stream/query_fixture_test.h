#pragma once

// A session's worth of fakes for tests that run whole queries of this room.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "thalweg/base/fault_point.h"
#include "thalweg/base/text_seal.h"
#include "thalweg/stream/fake_query_test.h"
#include "thalweg/stream/query_manager.h"
#include "thalweg/testing/fault_injecting_file_system.h"
#include "thalweg/testing/manual_clock.h"

namespace thalweg::stream {

/// Collects events as short texts.
class EventRecorder : public StreamingQueryListener {
 public:
  void OnQueryStarted(const QueryStartedEvent&) override { Add("started"); }
  void OnQueryProgress(const QueryProgressEvent& event) override {
    Add("progress " + std::to_string(event.progress->batch_id));
  }
  void OnQueryIdle(const QueryIdleEvent& event) override { Add("idle " + event.timestamp); }
  void OnQueryTerminated(const QueryTerminatedEvent& event) override {
    Add("terminated " + event.error_class.value_or(event.exception ? "?" : "well"));
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

/// One source of rows 1, 2, 3...; the plan emits the running sum after each batch, kept as the
/// state of an aggregate above a watermark without delay on a time of row seconds.
class QueryTest : public ::testing::Test {
 protected:
  QueryTest() : provider_(stream_) {
    exec::StatefulOperatorInfo aggregate;
    aggregate.name = "stateStoreSave";
    record_->operators = {aggregate};
    manager_ = std::make_unique<QueryManager>();
    EXPECT_TRUE(SetFaultPoints("").ok());
  }
  ~QueryTest() override {
    manager_.reset();
    EXPECT_TRUE(SetFaultPoints("").ok());
  }

  /// Makes the aggregate one of a windowed query: with a watermark, run again when it moves.
  void UseWatermark(int64_t delay_millis) {
    record_->watermarks = {{delay_millis}};
    record_->operators[0].has_watermark = true;
    record_->operators[0].runs_on_watermark_advance = true;
  }

  StartRequest Request(const Trigger& trigger) {
    StartRequest request;
    request.checkpoint_location = "/checkpoint";
    request.trigger = trigger;
    request.sink = std::make_unique<FakeSink>(output_);
    request.settings = settings_;
    request.file_system = file_system_;
    request.clock = &clock_;
    request.make_plan =
        [this](const exec::PlanOptions& options) -> Result<std::unique_ptr<exec::QueryPlan>> {
      last_options_ = options;
      return std::make_unique<FakePlan>(record_, &provider_);
    };
    return request;
  }

  /// A whole run over what is there; its outcome.
  Status RunAvailable() {
    auto query = manager_->Start(Request(Trigger::AvailableNow()));
    ARROW_RETURN_NOT_OK(query.status());
    query_ = *query;
    return query_->AwaitTermination();
  }

  std::string FileText(const std::string& name) {
    std::string text = file_system_->ReadFile("/checkpoint/" + name).ValueOr("(none)");
    EXPECT_TRUE(UnsealText(&text)) << name;
    return text;
  }

  std::shared_ptr<FakeStream> stream_ = std::make_shared<FakeStream>();
  std::shared_ptr<FakeOutput> output_ = std::make_shared<FakeOutput>();
  std::shared_ptr<FakePlanRecord> record_ = std::make_shared<FakePlanRecord>();
  FakeProvider provider_;
  testing::FaultInjectingFileSystem memory_;
  FileSystem* file_system_ = &memory_;
  testing::ManualClock clock_{1700000000000};
  Settings settings_;
  exec::PlanOptions last_options_;
  StreamingQueryPtr query_;
  std::unique_ptr<QueryManager> manager_;
};

}  // namespace thalweg::stream
