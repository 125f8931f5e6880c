#include <atomic>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <arrow/api.h>

#include "thalweg/api/api_fixture_test.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CallbackTest : public ApiTest {
 protected:
  MemoryStream Numbers() { return *MemoryStream::Make(session_, "v INT"); }
};

TEST_F(CallbackTest, ForeachBatchGivesStaticFrames) {
  MemoryStream numbers = Numbers();
  const DataFrame names = *session_->Sql("SELECT * FROM VALUES (1, 'one'), (2, 'two') AS t(v, n)");
  std::vector<std::string> seen;
  auto query = numbers.ToDF()
                   .WriteStream()
                   .ForeachBatch([&](DataFrame rows, int64_t id) -> Status {
                     ARROW_ASSIGN_OR_RAISE(const bool streaming, rows.IsStreaming());
                     seen.push_back(std::to_string(id) + (streaming ? "?" : ":") +
                                    Rows(rows.Join(names, {"v"})));
                     return Status::OK();
                   })
                   .Start();
  ASSERT_TRUE(query.ok()) << ErrorText(query.status());
  ASSERT_TRUE(numbers.AddJson(R"({"v":1})").ok());
  THALWEG_ASSERT_OK((*query)->ProcessAllAvailable());
  ASSERT_TRUE(numbers.AddJson(R"({"v":2})").ok());
  THALWEG_ASSERT_OK((*query)->ProcessAllAvailable());
  THALWEG_ASSERT_OK((*query)->Stop());
  EXPECT_THAT(seen, ElementsAre(R"(0:{"v":1,"n":"one"})", R"(1:{"v":2,"n":"two"})"));
}

TEST_F(CallbackTest, ErrorsOfTheFunctionEndTheQuery) {
  MemoryStream numbers = Numbers();
  auto query = numbers.ToDF()
                   .WriteStream()
                   .ForeachBatch([](DataFrame, int64_t) { return Status::IOError("full"); })
                   .Start();
  ASSERT_TRUE(query.ok()) << ErrorText(query.status());
  ASSERT_TRUE(numbers.AddJson(R"({"v":1})").ok());
  EXPECT_THAT((*query)->AwaitTermination().message(), HasSubstr("full"));
  EXPECT_EQ(Condition((*query)->Exception()->cause), "FOREACH_BATCH_USER_FUNCTION_ERROR");
}

TEST_F(CallbackTest, WhatTheFunctionThrowsEndsTheQuery) {
  MemoryStream numbers = Numbers();
  auto query =
      numbers.ToDF()
          .WriteStream()
          .ForeachBatch([](DataFrame, int64_t) -> Status { throw std::runtime_error("thrown"); })
          .Start();
  ASSERT_TRUE(query.ok()) << ErrorText(query.status());
  ASSERT_TRUE(numbers.AddJson(R"({"v":1})").ok());
  EXPECT_THAT((*query)->AwaitTermination().message(), HasSubstr("thrown"));
}

struct Log {
  std::mutex mutex;
  int64_t sum = 0;
  int opened = 0;
  int closed = 0;
};

class SummingWriter : public ForeachWriter {
 public:
  explicit SummingWriter(Log* log) : log_(log) {}

  Result<bool> Open(int64_t, int64_t) override {
    const std::lock_guard lock(log_->mutex);
    ++log_->opened;
    return true;
  }
  Status Process(const arrow::RecordBatch& rows) override {
    const auto& values = static_cast<const arrow::Int32Array&>(*rows.column(0));
    for (int64_t i = 0; i < values.length(); ++i) sum_ += values.Value(i);
    return Status::OK();
  }
  void Close(const Status& outcome) override {
    const std::lock_guard lock(log_->mutex);
    if (outcome.ok()) log_->sum += sum_;
    ++log_->closed;
  }

 private:
  Log* log_;
  int64_t sum_ = 0;
};

TEST_F(CallbackTest, ForeachMakesAWriterForEachPartition) {
  MemoryStream numbers = Numbers();
  Log log;
  auto query = numbers.ToDF()
                   .WriteStream()
                   .Foreach([&] { return std::make_unique<SummingWriter>(&log); })
                   .Start();
  ASSERT_TRUE(query.ok()) << ErrorText(query.status());
  ASSERT_TRUE(numbers.AddJson("{\"v\":1}\n{\"v\":2}").ok());
  ASSERT_TRUE(numbers.AddJson("{\"v\":4}").ok());
  THALWEG_ASSERT_OK((*query)->ProcessAllAvailable());
  THALWEG_ASSERT_OK((*query)->Stop());
  EXPECT_EQ(log.sum, 7);
  EXPECT_GT(log.opened, 0);
  EXPECT_EQ(log.opened, log.closed);
}

class RecordingListener : public StreamingQueryListener {
 public:
  void OnQueryStarted(const QueryStartedEvent& event) override {
    Add("started " + event.name.value_or("?"));
  }
  void OnQueryProgress(const QueryProgressEvent& event) override {
    if (event.progress.num_input_rows == 0) return;
    Add("progress " + std::to_string(event.progress.num_input_rows));
  }
  void OnQueryTerminated(const QueryTerminatedEvent& event) override {
    Add("terminated" + (event.error_class ? " " + *event.error_class : std::string()));
  }
  std::vector<std::string> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  void Add(std::string text) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(text));
  }
  std::mutex mutex_;
  std::vector<std::string> events_;
};

TEST_F(CallbackTest, ListenersHearOfStartProgressAndEnd) {
  MemoryStream numbers = Numbers();
  const auto listener = std::make_shared<RecordingListener>();
  StreamingQueryManager streams = session_->Streams();
  streams.AddListener(listener);
  EXPECT_EQ(streams.ListListeners().size(), 1u);
  auto query =
      numbers.ToDF().SelectExpr({"1 / v AS w"}).WriteStream().Format("noop").QueryName("q").Start();
  ASSERT_TRUE(query.ok()) << ErrorText(query.status());
  ASSERT_TRUE(numbers.AddJson("{\"v\":1}\n{\"v\":2}").ok());
  THALWEG_ASSERT_OK((*query)->ProcessAllAvailable());
  ASSERT_TRUE(numbers.AddJson("{\"v\":0}").ok());
  EXPECT_FALSE((*query)->AwaitTermination().ok());
  streams.FlushListeners();
  EXPECT_THAT(listener->events(),
              ElementsAre("started q", "progress 2", "terminated DIVIDE_BY_ZERO"));
  streams.RemoveListener(listener);
  EXPECT_TRUE(streams.ListListeners().empty());
}

}  // namespace
}  // namespace thalweg
