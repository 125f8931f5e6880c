#include <chrono>
#include <filesystem>
#include <fstream>

#include <arrow/api.h>

#include "thalweg/api/api_fixture_test.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg {
namespace {

using fn::Col;
using ::testing::HasSubstr;

class StreamingTest : public ApiTest {
 protected:
  MemoryStream Events() { return *MemoryStream::Make(session_, "ts TIMESTAMP, k STRING, v INT"); }

  std::shared_ptr<StreamingQuery> StartToMemory(const DataFrame& frame, const std::string& mode) {
    auto query = frame.WriteStream().Format("memory").QueryName("result").OutputMode(mode).Start();
    EXPECT_TRUE(query.ok()) << ErrorText(query.status());
    return query.ok() ? *query : nullptr;
  }
};

TEST_F(StreamingTest, CountsInCompleteMode) {
  MemoryStream events = Events();
  ASSERT_TRUE(*events.ToDF().IsStreaming());
  const auto query = StartToMemory(events.ToDF().GroupBy("k").Count(), "complete");
  ASSERT_NE(query, nullptr);
  ASSERT_TRUE(events
                  .AddJson(R"({"k":"a"}
{"k":"b"})")
                  .ok());
  THALWEG_ASSERT_OK(query->ProcessAllAvailable());
  EXPECT_EQ(Rows(session_->Table("result")), R"({"k":"a","count":1}{"k":"b","count":1})");
  ASSERT_TRUE(events.AddJson(R"({"k":"a"})").ok());
  THALWEG_ASSERT_OK(query->ProcessAllAvailable());
  EXPECT_EQ(Rows(session_->Table("result")), R"({"k":"a","count":2}{"k":"b","count":1})");
  const auto progress = query->LastProgress();
  ASSERT_TRUE(progress.has_value());
  EXPECT_EQ(progress->sources[0].description, "MemoryStream[ts,k,v]");
  EXPECT_THAT(progress->json, HasSubstr("\"batchId\""));
  THALWEG_ASSERT_OK(query->Stop());
  EXPECT_FALSE(query->IsActive());
  THALWEG_ASSERT_OK(query->AwaitTermination());
}

TEST_F(StreamingTest, ObservedMetricsAreInTheProgress) {
  MemoryStream events = Events();
  const auto query =
      StartToMemory(events.ToDF()
                        .Observe("all", {fn::Count("*").As("rows"), fn::Max("k").As("k")})
                        .Filter("v > 1")
                        .Observe("some", {fn::Sum("v")}),
                    "append");
  ASSERT_NE(query, nullptr);
  ASSERT_TRUE(events
                  .AddJson(R"({"k":"a","v":1}
{"k":"b","v":2})")
                  .ok());
  THALWEG_ASSERT_OK(query->ProcessAllAvailable());
  const auto progress = query->LastProgress();
  ASSERT_TRUE(progress.has_value());
  EXPECT_EQ(progress->observed_metrics,
            (std::map<std::string, std::string>{{"all", R"({"rows":2,"k":"b"})"},
                                                {"some", R"json({"sum(v)":2})json"}}));
  EXPECT_THAT(
      progress->json,
      HasSubstr(R"json("observedMetrics":{"all":{"rows":2,"k":"b"},"some":{"sum(v)":2}}})json"));
  THALWEG_ASSERT_OK(query->Stop());
}

TEST_F(StreamingTest, FileMetadataOfAStream) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.Child("in");
  std::filesystem::create_directory(path);
  std::ofstream(path + "/1.json") << "{\"k\":\"a\"}\n";
  const DataFrame rows = session_->ReadStream().Schema("k STRING").Json(path);
  EXPECT_EQ(*rows.Columns(), std::vector<std::string>{"k"});
  const auto query = StartToMemory(
      rows.Select("k", "_metadata.file_name", "_metadata.file_size", "_metadata.file_block_start"),
      "append");
  ASSERT_NE(query, nullptr);
  THALWEG_ASSERT_OK(query->ProcessAllAvailable());
  EXPECT_EQ(Rows(session_->Table("result")),
            R"({"k":"a","file_name":"1.json","file_size":10,"file_block_start":0})");
  THALWEG_ASSERT_OK(query->Stop());
}

TEST_F(StreamingTest, WindowsCloseByTheWatermark) {
  MemoryStream events = Events();
  const auto counts =
      events.ToDF()
          .WithWatermark("ts", "10 seconds")
          .GroupBy(fn::Window("ts", "1 minute"), "k")
          .Agg(fn::Sum("v").As("total"))
          .Select(fn::DateFormat("window.start", "HH:mm").As("minute"), "k", "total");
  const auto query = StartToMemory(counts, "append");
  ASSERT_NE(query, nullptr);
  ASSERT_TRUE(events
                  .AddJson(R"({"ts":"2024-01-01T00:00:10Z","k":"a","v":1}
{"ts":"2024-01-01T00:00:50Z","k":"a","v":2})")
                  .ok());
  THALWEG_ASSERT_OK(query->ProcessAllAvailable());
  EXPECT_EQ(Rows(session_->Table("result")), "");
  ASSERT_TRUE(events.AddJson(R"({"ts":"2024-01-01T00:01:10Z","k":"a","v":4})").ok());
  THALWEG_ASSERT_OK(query->ProcessAllAvailable());
  EXPECT_EQ(Rows(session_->Table("result")), R"({"minute":"00:00","k":"a","total":3})");
  EXPECT_EQ(query->LastProgress()->event_time.at("watermark"), "2024-01-01T00:01:00.000Z");
}

TEST_F(StreamingTest, SessionsCloseByTheWatermark) {
  MemoryStream events = Events();
  const auto window = fn::SessionWindow("ts", fn::Expr("make_interval(0, 0, 0, 0, 0, v)")).As("w");
  const auto sessions = events.ToDF()
                            .WithWatermark("ts", "10 seconds")
                            .GroupBy(window, "k")
                            .Agg(fn::Count("v").As("rows"))
                            .Select(fn::DateFormat("w.end", "HH:mm").As("until"), "k", "rows");
  const auto query = StartToMemory(sessions, "append");
  ASSERT_NE(query, nullptr);
  ASSERT_TRUE(events
                  .AddJson(R"({"ts":"2024-01-01T00:00:00Z","k":"a","v":2}
{"ts":"2024-01-01T00:02:00Z","k":"a","v":3}
{"ts":"2024-01-01T00:02:30Z","k":"a","v":0}
{"ts":"2024-01-01T00:09:00Z","k":"b","v":1})")
                  .ok());
  THALWEG_ASSERT_OK(query->ProcessAllAvailable());
  EXPECT_EQ(Rows(session_->Table("result")), R"({"until":"00:05","k":"a","rows":2})");
  THALWEG_ASSERT_OK(query->Stop());
  const auto fixed = events.ToDF().GroupBy(fn::SessionWindow("ts", "1 minute")).Count();
  EXPECT_EQ(fixed.WriteStream().Format("memory").QueryName("x").Start().status().ok(), false);
}

TEST_F(StreamingTest, DuplicatesAreForgottenWithTheWatermark) {
  MemoryStream events = Events();
  const auto first = events.ToDF()
                         .WithWatermark("ts", "1 minute")
                         .DropDuplicatesWithinWatermark({"k"})
                         .Select("k", "v");
  const auto query = StartToMemory(first, "append");
  ASSERT_NE(query, nullptr);
  for (const char* row : {R"({"ts":"2024-01-01T00:00:00Z","k":"a","v":1})",
                          R"({"ts":"2024-01-01T00:00:50Z","k":"a","v":2})",
                          R"({"ts":"2024-01-01T00:02:00Z","k":"b","v":3})",
                          R"({"ts":"2024-01-01T00:01:10Z","k":"a","v":4})"}) {
    ASSERT_TRUE(events.AddJson(row).ok());
    THALWEG_ASSERT_OK(query->ProcessAllAvailable());
  }
  EXPECT_EQ(Rows(session_->Table("result")), R"({"k":"a","v":1}{"k":"a","v":4}{"k":"b","v":3})");
  THALWEG_ASSERT_OK(query->Stop());
}

TEST_F(StreamingTest, JoinsAStaticFrame) {
  MemoryStream events = Events();
  const auto names = *session_->Sql("SELECT * FROM VALUES ('a', 'first') AS t(k, name)");
  const auto query = StartToMemory(events.ToDF().Join(names, {"k"}).Select("name", "v"), "append");
  ASSERT_NE(query, nullptr);
  ASSERT_TRUE(events
                  .AddJson(R"({"k":"a","v":1}
{"k":"z","v":2})")
                  .ok());
  THALWEG_ASSERT_OK(query->ProcessAllAvailable());
  EXPECT_EQ(Rows(session_->Table("result")), R"({"name":"first","v":1})");
}

TEST_F(StreamingTest, FilesSurviveARestart) {
  const testing::TemporaryDirectory directory;
  const std::string in = directory.Child("in"), out = directory.Child("out");
  const auto run = [&](int value) -> Status {
    ARROW_RETURN_NOT_OK(session_->Range(value, value + 1)
                            .SelectExpr({"CAST(id AS INT) AS v"})
                            .Write()
                            .Mode("append")
                            .Json(in));
    ARROW_ASSIGN_OR_RAISE(auto query, session_->ReadStream()
                                          .Schema("v INT")
                                          .Json(in)
                                          .WriteStream()
                                          .Format("parquet")
                                          .Option("checkpointLocation", directory.Child("cp"))
                                          .Trigger(Trigger::AvailableNow())
                                          .Start(out));
    return query->AwaitTermination();
  };
  THALWEG_ASSERT_OK(run(1));
  THALWEG_ASSERT_OK(run(2));
  EXPECT_EQ(Rows(session_->Read().Parquet(out)), R"({"v":1}{"v":2})");
}

TEST_F(StreamingTest, ToTableMakesTheTable) {
  const testing::TemporaryDirectory directory;
  THALWEG_ASSERT_OK(session_->Conf().Set("spark.sql.warehouse.dir", directory.path()));
  MemoryStream events = Events();
  ASSERT_TRUE(events.AddJson(R"({"k":"a","v":1})").ok());
  auto query = events.ToDF()
                   .Select("k", "v")
                   .WriteStream()
                   .Option("checkpointLocation", directory.Child("cp"))
                   .Trigger(Trigger::AvailableNow())
                   .ToTable("kept");
  ASSERT_TRUE(query.ok()) << ErrorText(query.status());
  THALWEG_ASSERT_OK((*query)->AwaitTermination());
  EXPECT_EQ(Rows(session_->Table("kept")), R"({"k":"a","v":1})");
}

TEST_F(StreamingTest, FailuresReachWhoWaits) {
  MemoryStream events = Events();
  const auto query = StartToMemory(events.ToDF().Select((Col("v") / 0).As("broken")), "append");
  ASSERT_NE(query, nullptr);
  ASSERT_TRUE(events.AddJson(R"({"v":1})").ok());
  EXPECT_EQ(Condition(query->AwaitTermination()), "STREAM_FAILED");
  const auto exception = query->Exception();
  ASSERT_TRUE(exception.has_value());
  EXPECT_EQ(Condition(exception->cause), "DIVIDE_BY_ZERO");
  EXPECT_EQ(Condition(session_->Streams().AwaitAnyTermination()), "STREAM_FAILED");
}

TEST_F(StreamingTest, MistakesAreFoundBeforeTheStart) {
  MemoryStream events = Events();
  const DataFrame counts = events.ToDF().GroupBy("k").Count();
  EXPECT_THAT(Condition(counts.WriteStream().Format("console").Start().status()),
              HasSubstr("STREAMING_OUTPUT_MODE"));
  EXPECT_THAT(
      Condition(events.ToDF().WriteStream().Format("noop").OutputMode("all").Start().status()),
      HasSubstr("STREAMING_OUTPUT_MODE.INVALID"));
  EXPECT_EQ(Condition(events.ToDF()
                          .WriteStream()
                          .Format("noop")
                          .Trigger(Trigger::ProcessingTime("often"))
                          .Start()
                          .status()),
            "CANNOT_PARSE_INTERVAL");
  EXPECT_FALSE(events.ToDF().Collect().ok());
  EXPECT_FALSE(events.AddJson("{\"v\":\"text\"}").ok());
}

TEST_F(StreamingTest, TheManagerKnowsTheQueries) {
  MemoryStream events = Events();
  StreamingQueryManager streams = session_->Streams();
  const auto query = StartToMemory(events.ToDF(), "append");
  ASSERT_NE(query, nullptr);
  ASSERT_EQ(streams.Active().size(), 1u);
  EXPECT_EQ(streams.Get(query->Id())->RunId(), query->RunId());
  EXPECT_EQ(streams.Get("none"), nullptr);
  EXPECT_EQ(query->Name(), "result");
  EXPECT_FALSE(*streams.AwaitAnyTermination(std::chrono::milliseconds(1)));
  THALWEG_ASSERT_OK(query->Stop());
  EXPECT_TRUE(streams.Active().empty());
  THALWEG_ASSERT_OK(streams.AwaitAnyTermination());
}

TEST_F(StreamingTest, AnEndingSessionStopsItsQueries) {
  auto session = *Session::Builder().GetOrCreate();
  std::shared_ptr<StreamingQuery> query;
  {
    auto stream = *MemoryStream::Make(session, "v INT");
    auto started = stream.ToDF().WriteStream().Format("noop").Start();
    ASSERT_TRUE(started.ok()) << ErrorText(started.status());
    query = *started;
  }
  session.reset();
  EXPECT_FALSE(query->IsActive());
}

}  // namespace
}  // namespace thalweg
