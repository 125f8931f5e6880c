#include "thalweg/stream/progress.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "thalweg/stream/progress_json.h"

namespace thalweg::stream {
namespace {

// The expected texts of this file are recordings of Spark 4.3.0.

StreamingQueryProgress RateProgress() {
  StreamingQueryProgress progress;
  progress.id = "9ea7e7c2-121c-41e9-af83-6622f2f9dc7b";
  progress.run_id = "56ab57e7-3144-474a-8b47-1600b6e93790";
  progress.name = "r";
  progress.timestamp = FormatProgressTimestamp(1795310073000);
  progress.batch_id = 5;
  progress.batch_duration_millis = 129;
  progress.duration_millis = {{"triggerExecution", 129}, {"addBatch", 41},  {"commitOffsets", 33},
                              {"getBatch", 0},           {"walCommit", 40}, {"latestOffset", 0},
                              {"queryPlanning", 11}};
  SourceProgress source;
  source.description = "RateStreamV2[rowsPerSecond=100, rampUpTimeSeconds=0, numPartitions=default";
  source.start_offset = "4";
  source.end_offset = "5";
  source.latest_offset = "5";
  source.num_input_rows = 100;
  source.input_rows_per_second = 100.0;
  source.processed_rows_per_second = 100 / 0.129;
  progress.sources.push_back(source);
  progress.sink = {"MemorySink", 100, {}};
  progress.observed_metrics["m"] = R"({"c":100,"mx":"2026-11-22 01:14:32"})";
  return progress;
}

StreamingQueryProgress AggregateProgress() {
  StreamingQueryProgress progress;
  progress.id = "78185637-f4b3-4580-a43f-ce18d838bdc2";
  progress.run_id = "e9b340bf-af48-4143-9321-7fa48d375da4";
  progress.timestamp = "2026-11-22T01:12:38.819Z";
  progress.batch_duration_millis = 5149;
  progress.duration_millis = {{"addBatch", 3720}, {"triggerExecution", 5146}};
  progress.event_time = {{"avg", "2024-01-01T00:00:10.000Z"},
                         {"max", "2024-01-01T00:00:20.000Z"},
                         {"min", "2024-01-01T00:00:00.000Z"},
                         {"watermark", FormatProgressTimestamp(0)}};
  StateOperatorProgress state;
  state.operator_name = "stateStoreSave";
  state.num_rows_total = 2;
  state.num_rows_updated = 2;
  state.all_updates_time_millis = 400;
  state.all_removals_time_millis = 269;
  state.commit_time_millis = 115;
  state.memory_used_bytes = 1120;
  state.num_shuffle_partitions = 2;
  state.num_state_store_instances = 2;
  state.custom_metrics = {{"stateOnCurrentVersionSizeBytes", 832},
                          {"SnapshotLastUploaded.partition_0_default", -1}};
  progress.state_operators.push_back(state);
  SourceProgress source;
  source.description = "FileStreamSource[file:/in]";
  source.end_offset = R"({"logOffset":0})";
  source.num_input_rows = 2;
  source.processed_rows_per_second = 2 / 5.149;
  progress.sources.push_back(source);
  progress.sink = {"NoopTable", 0, {}};
  return progress;
}

TEST(Progress, JsonIsSparksText) {
  EXPECT_EQ(ToJson(RateProgress()),
            R"({"id":"9ea7e7c2-121c-41e9-af83-6622f2f9dc7b",)"
            R"("runId":"56ab57e7-3144-474a-8b47-1600b6e93790",)"
            R"("name":"r","timestamp":"2026-11-22T01:14:33.000Z","batchId":5,"batchDuration":129,)"
            R"("numInputRows":100,"inputRowsPerSecond":100.0,"processedRowsPerSecond":775.2,)"
            R"("durationMs":{"addBatch":41,"commitOffsets":33,"getBatch":0,"latestOffset":0,)"
            R"("queryPlanning":11,"triggerExecution":129,"walCommit":40},"stateOperators":[],)"
            R"("sources":[{"description":"RateStreamV2[rowsPerSecond=100, rampUpTimeSeconds=0, )"
            R"(numPartitions=default","startOffset":4,"endOffset":5,"latestOffset":5,)"
            R"("numInputRows":100,"inputRowsPerSecond":100.0,"processedRowsPerSecond":775.2}],)"
            R"("sink":{"description":"MemorySink","numOutputRows":100},)"
            R"("observedMetrics":{"m":{"c":100,"mx":"2026-11-22 01:14:32"}}})");
}

TEST(Progress, JsonOfAStatefulBatchIsSparksText) {
  EXPECT_EQ(
      ToJson(AggregateProgress()),
      R"({"id":"78185637-f4b3-4580-a43f-ce18d838bdc2",)"
      R"("runId":"e9b340bf-af48-4143-9321-7fa48d375da4",)"
      R"("name":null,"timestamp":"2026-11-22T01:12:38.819Z","batchId":0,"batchDuration":5149,)"
      R"("numInputRows":2,"inputRowsPerSecond":0.0,"processedRowsPerSecond":0.4,)"
      R"("durationMs":{"addBatch":3720,"triggerExecution":5146},)"
      R"("eventTime":{"avg":"2024-01-01T00:00:10.000Z","max":"2024-01-01T00:00:20.000Z",)"
      R"("min":"2024-01-01T00:00:00.000Z","watermark":"1970-01-01T00:00:00.000Z"},)"
      R"("stateOperators":[{"operatorName":"stateStoreSave","numRowsTotal":2,"numRowsUpdated":2,)"
      R"("allUpdatesTimeMs":400,"numRowsRemoved":0,"allRemovalsTimeMs":269,"commitTimeMs":115,)"
      R"("memoryUsedBytes":1120,"numRowsDroppedByWatermark":0,"numShufflePartitions":2,)"
      R"("numStateStoreInstances":2,)"
      R"("customMetrics":{"SnapshotLastUploaded.partition_0_default":-1,)"
      R"("stateOnCurrentVersionSizeBytes":832}}],)"
      R"("sources":[{"description":"FileStreamSource[file:/in]","startOffset":null,)"
      R"("endOffset":{"logOffset":0},"latestOffset":null,"numInputRows":2,)"
      R"("inputRowsPerSecond":0.0,"processedRowsPerSecond":0.4}],)"
      R"("sink":{"description":"NoopTable","numOutputRows":0}})");
}

TEST(Progress, PrettyJsonIsSparksText) {
  EXPECT_EQ(ToPrettyJson(RateProgress()), R"({
  "id" : "9ea7e7c2-121c-41e9-af83-6622f2f9dc7b",
  "runId" : "56ab57e7-3144-474a-8b47-1600b6e93790",
  "name" : "r",
  "timestamp" : "2026-11-22T01:14:33.000Z",
  "batchId" : 5,
  "batchDuration" : 129,
  "numInputRows" : 100,
  "inputRowsPerSecond" : 100.0,
  "processedRowsPerSecond" : 775.2,
  "durationMs" : {
    "addBatch" : 41,
    "commitOffsets" : 33,
    "getBatch" : 0,
    "latestOffset" : 0,
    "queryPlanning" : 11,
    "triggerExecution" : 129,
    "walCommit" : 40
  },
  "stateOperators" : [ ],
  "sources" : [ {
    "description" : "RateStreamV2[rowsPerSecond=100, rampUpTimeSeconds=0, numPartitions=default",
    "startOffset" : 4,
    "endOffset" : 5,
    "latestOffset" : 5,
    "numInputRows" : 100,
    "inputRowsPerSecond" : 100.0,
    "processedRowsPerSecond" : 775.2
  } ],
  "sink" : {
    "description" : "MemorySink",
    "numOutputRows" : 100
  },
  "observedMetrics" : {
    "m" : {
      "c" : 100,
      "mx" : "2026-11-22 01:14:32"
    }
  }
})");
}

TEST(Progress, RatesThatAreNoNumbersAreLeftOut) {
  StreamingQueryProgress progress = RateProgress();
  progress.sources[0].input_rows_per_second = std::numeric_limits<double>::quiet_NaN();
  progress.sources[0].processed_rows_per_second = std::numeric_limits<double>::infinity();
  const std::string json = ToJson(progress);
  EXPECT_EQ(json.find("RowsPerSecond\""), std::string::npos) << json;
}

TEST(Progress, OffsetsThatAreNotJsonAreStrings) {
  StreamingQueryProgress progress = RateProgress();
  progress.sources[0].end_offset = "not json";
  EXPECT_NE(ToJson(progress).find(R"("endOffset":"not json")"), std::string::npos);
}

TEST(Progress, RoundsHalfUpToOneDecimal) {
  EXPECT_EQ(*RoundToOneDecimal(0.25), 0.3);
  EXPECT_EQ(*RoundToOneDecimal(0.15), 0.2);  // of the decimal text, not of the binary value
  EXPECT_EQ(*RoundToOneDecimal(0.35), 0.4);
  EXPECT_EQ(*RoundToOneDecimal(0.05), 0.1);
  EXPECT_EQ(*RoundToOneDecimal(0.049), 0.0);
  EXPECT_EQ(*RoundToOneDecimal(9.96), 10.0);
  EXPECT_EQ(*RoundToOneDecimal(1234567.891), 1234567.9);
  EXPECT_EQ(*RoundToOneDecimal(100.0), 100.0);
  EXPECT_EQ(*RoundToOneDecimal(0.001), 0.0);
  EXPECT_FALSE(RoundToOneDecimal(std::nan("")).has_value());
}

TEST(Progress, WritesDoublesAsJavaDoes) {
  EXPECT_EQ(JavaDoubleText(0), "0.0");
  EXPECT_EQ(JavaDoubleText(73.2), "73.2");
  EXPECT_EQ(JavaDoubleText(100), "100.0");
  EXPECT_EQ(JavaDoubleText(0.1), "0.1");
  EXPECT_EQ(JavaDoubleText(0.0012), "0.0012");
  EXPECT_EQ(JavaDoubleText(9999999.9), "9999999.9");
  EXPECT_EQ(JavaDoubleText(12345678.9), "1.23456789E7");
  EXPECT_EQ(JavaDoubleText(10000000), "1.0E7");
  EXPECT_EQ(JavaDoubleText(0.00012), "1.2E-4");
}

TEST(Progress, FormatsTimestamps) {
  EXPECT_EQ(FormatProgressTimestamp(1704067220123), "2024-01-01T00:00:20.123Z");
  EXPECT_EQ(FormatProgressTimestamp(-1), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace thalweg::stream
