#include "thalweg/connectors/connector_fixture.h"
#include "thalweg/connectors/memory/memory_sink.h"
#include "thalweg/connectors/memory/memory_stream.h"

namespace thalweg::connectors {
namespace {

using MemoryTest = ConnectorTest;

TEST_F(MemoryTest, SinkFillsATableOfTheQuerysName) {
  auto arguments = WriteTo("");
  EXPECT_TRUE(
      IsCondition(Find("memory")->MakeStreamSink(arguments).status(), "_LEGACY_ERROR_TEMP_1194"));
  arguments.query_name = "q";
  auto sink = Find("memory")->MakeStreamSink(arguments).ValueOrDie();
  EXPECT_EQ(sink->Description(), "MemorySink");
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}}), PairBatch({{2, "b"}})}).ok());
  ASSERT_TRUE(RunEpoch(sink.get(), 1, {PairBatch({{3, "c"}})}).ok());
  ASSERT_TRUE(RunEpoch(sink.get(), 1, {PairBatch({{3, "c"}})}).ok());  // replayed: ignored
  auto scan = MakeMemoryScan(tables_->Find("q"));
  EXPECT_EQ(ReadRows(*scan, scan->PlanSplits().ValueOrDie()),
            (std::vector<std::string>{"1,a", "2,b", "3,c"}));
  ASSERT_TRUE(RunEpoch(sink.get(), 2, {PairBatch({{9, "z"}})}, io::OutputMode::kComplete).ok());
  EXPECT_EQ(ReadRows(*scan, scan->PlanSplits().ValueOrDie()), (std::vector<std::string>{"9,z"}));
}

TEST_F(MemoryTest, StreamGivesWhatWasAdded) {
  auto stream = std::make_shared<MemoryStream>(PairSchema());
  auto source = MakeMemoryStreamSource(stream);
  EXPECT_EQ(source->Description(), "MemoryStream[n,s]");
  EXPECT_EQ(source->LatestOffset({}, {}).ValueOrDie(), std::nullopt);
  EXPECT_EQ(stream->AddData(PairBatch({{1, "a"}})), 0);
  EXPECT_EQ(stream->AddData(PairBatch({{2, "b"}, {3, "c"}})), 1);
  EXPECT_EQ(source->LatestOffset({}, {}).ValueOrDie(), "1");
  EXPECT_EQ(ReadRows(*source, source->PlanSplits({}, "1").ValueOrDie()).size(), 3u);
  EXPECT_EQ(ReadRows(*source, source->PlanSplits("0", "1").ValueOrDie()),
            (std::vector<std::string>{"2,b", "3,c"}));
  ASSERT_TRUE(source->Commit("0").ok());
  EXPECT_FALSE(source->PlanSplits({}, "1").ok());
  ASSERT_TRUE(source->PrepareForAvailableNow().ok());
  stream->AddData(PairBatch({{4, "d"}}));
  EXPECT_EQ(source->LatestOffset("1", {}).ValueOrDie(), "1");
}

TEST_F(MemoryTest, NoopCountsRows) {
  auto sink = Find("noop")->MakeStreamSink(WriteTo("")).ValueOrDie();
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}, {2, "b"}})}).ok());
  EXPECT_EQ(sink->LastOutputRows(), 2);
  EXPECT_TRUE(IsCondition(Find("noop")->MakeBatchSink(WriteTo("")).status(),
                          "UNSUPPORTED_DATA_SOURCE_SAVE_MODE"));
}

TEST_F(MemoryTest, KnownNamesThatAreNotServedAreRefused) {
  EXPECT_TRUE(
      IsCondition(Find("kafka")->InferSchema(Arguments(), true).status(), "UNSUPPORTED_FEATURE"));
  EXPECT_TRUE(IsCondition(registry_.Find("nope").status(), "DATA_SOURCE_NOT_FOUND"));
}

}  // namespace
}  // namespace thalweg::connectors
