#include "thalweg/connectors/file/file_sink.h"

#include <algorithm>
#include <regex>

#include "thalweg/base/fault_point.h"
#include "thalweg/connectors/connector_fixture.h"
#include "thalweg/connectors/file/file_batch_sink.h"
#include "thalweg/testing/fault_injecting_file_system.h"
#include "thalweg/testing/manual_clock.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::connectors {
namespace {

using Lines = std::vector<std::string>;

class FileSinkTest : public ConnectorTest {
 protected:
  ~FileSinkTest() override { EXPECT_TRUE(SetFaultPoints("").ok()); }

  std::unique_ptr<io::StreamSink> Open(const std::string& format = "csv", io::Options options = {},
                                       Lines partition_by = {}) {
    return Find(format)->MakeStreamSink(WriteTo(out_, options, partition_by)).ValueOrDie();
  }

  Lines Read(const std::string& format = "csv") {
    auto scan = Find(format)->MakeScan(Arguments({}, out_, PairSchema())).ValueOrDie();
    auto rows = ReadRows(*scan, scan->PlanSplits().ValueOrDie());
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  // File names below a directory, UUIDs replaced.
  Lines Names(const std::string& directory) {
    static const std::regex kUuid("[0-9a-f]{8}-[0-9a-f-]{27}");
    Lines names;
    for (const auto& info : files_->List(directory).ValueOrDie()) {
      names.push_back(std::regex_replace(BaseName(info.path), kUuid, "U"));
    }
    return names;
  }

  const std::string out_ = directory_.Child("out");
};

TEST_F(FileSinkTest, AnEpochIsAManifestEntry) {
  auto sink = Open();
  EXPECT_EQ(sink->Description(), "FileSink[file:" + out_ + "]");
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}}), PairBatch({{2, "b"}})}).ok());
  ASSERT_TRUE(RunEpoch(sink.get(), 1, {PairBatch({})}).ok());
  EXPECT_EQ(Names(out_),
            (Lines{"_spark_metadata", "part-00000-U-c000.csv", "part-00001-U-c000.csv"}));
  const std::string entry = files_->ReadFile(out_ + "/_spark_metadata/0").ValueOrDie();
  const std::regex expected(
      "v1\n(\\{\"path\":\"file:///.*/"
      "part-0000[01]-[0-9a-f-]{36}-c000.csv\",\"size\":4,\"isDir\":false,"
      "\"modificationTime\":[0-9]+,\"blockReplication\":1,\"blockSize\":33554432,\"action\":"
      "\"add\"(,\"thalwegChecksum\":\"[0-9a-f]{8}\")?\\}"
      "\n?){2}");
  EXPECT_TRUE(std::regex_match(entry, expected)) << entry;
  EXPECT_EQ(files_->ReadFile(out_ + "/_spark_metadata/1").ValueOrDie(), "v1");
  EXPECT_EQ(Read(), (Lines{"1,a", "2,b"}));
}

TEST_F(FileSinkTest, ParquetNames) {
  auto sink = Open("parquet");
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}})}).ok());
  EXPECT_EQ(Names(out_), (Lines{"_spark_metadata", "part-00000-U-c000.snappy.parquet"}));
  EXPECT_EQ(Read("parquet"), (Lines{"1,a"}));
}

TEST_F(FileSinkTest, ACommittedEpochIsKnownAfterARestart) {
  ASSERT_TRUE(RunEpoch(Open().get(), 0, {PairBatch({{1, "a"}})}).ok());
  auto sink = Open();
  EXPECT_TRUE(sink->IsCommitted(0).ValueOrDie());
  EXPECT_FALSE(sink->IsCommitted(1).ValueOrDie());
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}})}).ok());
  EXPECT_EQ(Read(), (Lines{"1,a"}));
}

TEST_F(FileSinkTest, ReadersDoNotSeeWhatACrashLeft) {
  ASSERT_TRUE(RunEpoch(Open().get(), 0, {PairBatch({{1, "a"}})}).ok());
  for (const char* point :
       {"sink.before_file_sync", "sink.before_manifest", "sink.manifest_half"}) {
    ASSERT_TRUE(SetFaultPoints(std::string(point) + "=error").ok());
    EXPECT_FALSE(RunEpoch(Open().get(), 1, {PairBatch({{2, "b"}})}).ok()) << point;
    ASSERT_TRUE(SetFaultPoints("").ok());
    EXPECT_EQ(Read(), (Lines{"1,a"})) << point;
    EXPECT_FALSE(Open()->IsCommitted(1).ValueOrDie());
  }
  ASSERT_TRUE(SetFaultPoints("sink.after_manifest=error").ok());
  EXPECT_FALSE(RunEpoch(Open().get(), 1, {PairBatch({{2, "b"}})}).ok());
  ASSERT_TRUE(SetFaultPoints("").ok());
  EXPECT_TRUE(Open()->IsCommitted(1).ValueOrDie());
  EXPECT_EQ(Read(), (Lines{"1,a", "2,b"}));
}

TEST_F(FileSinkTest, CommittedRowsSurviveAPowerCut) {
  testing::FaultInjectingFileSystem memory;
  auto arguments = WriteTo("/out");
  arguments.file_system = &memory;
  auto sink = Find("csv")->MakeStreamSink(arguments).ValueOrDie();
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}})}).ok());
  memory.DropUnsynced();
  auto reading = Arguments({}, "/out", PairSchema());
  reading.file_system = &memory;
  auto scan = Find("csv")->MakeScan(reading).ValueOrDie();
  EXPECT_EQ(ReadRows(*scan, scan->PlanSplits().ValueOrDie()), (Lines{"1,a"}));
  memory.SetFault([](std::string_view operation, const std::string&) {
    return operation == "sync" ? Status::IOError("no") : Status::OK();
  });
  EXPECT_FALSE(RunEpoch(sink.get(), 1, {PairBatch({{2, "b"}})}).ok());
}

TEST_F(FileSinkTest, DiscardRemovesWhatWasReported) {
  auto sink = Open();
  ASSERT_TRUE(sink->BeginEpoch(0, io::OutputMode::kAppend).ok());
  auto writer = sink->OpenWriter(0, 0).ValueOrDie();
  ASSERT_TRUE(writer->Write(PairBatch({{1, "a"}})).ok());
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(Names(out_).size(), 1);
  writer->Discard();
  EXPECT_EQ(Names(out_), Lines());
}

TEST_F(FileSinkTest, AbortRemovesFiles) {
  auto sink = Open();
  ASSERT_TRUE(sink->BeginEpoch(0, io::OutputMode::kAppend).ok());
  auto writer = sink->OpenWriter(0, 0).ValueOrDie();
  ASSERT_TRUE(writer->Write(PairBatch({{1, "a"}})).ok());
  writer->Abort();
  EXPECT_EQ(Names(out_), Lines());
}

TEST_F(FileSinkTest, PartitionDirectories) {
  auto sink = Open("json", {}, {"S"});
  ASSERT_TRUE(
      RunEpoch(sink.get(), 0, {PairBatch({{1, "x y/z:=%"}, {2, "NULL"}, {3, ""}, {4, "x y/z:=%"}})})
          .ok());
  EXPECT_EQ(Names(out_),
            (Lines{"_spark_metadata", "s=__HIVE_DEFAULT_PARTITION__", "s=x y%2Fz%3A%3D%25"}));
  EXPECT_EQ(Names(out_ + "/s=x y%2Fz%3A%3D%25"), (Lines{"part-00000-U.c000.json"}));
  EXPECT_EQ(Read("json"), (Lines{"1,x y/z:=%", "2,NULL", "3,NULL", "4,x y/z:=%"}));
}

TEST_F(FileSinkTest, MaxRecordsPerFile) {
  auto sink = Open("csv", {{"maxrecordsperfile", "2"}});
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}, {2, "b"}, {3, "c"}})}).ok());
  EXPECT_EQ(Names(out_).size(), 3u);
  EXPECT_EQ(Read(), (Lines{"1,a", "2,b", "3,c"}));
}

TEST_F(FileSinkTest, OldEntriesLeaveTheManifest) {
  settings_["spark.sql.streaming.fileSink.log.compactInterval"] = "2";
  clock_.Set(4'000'000'000'000);  // all files are much older
  auto sink = Open("csv", {{"retention", "1 day"}});
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}})}).ok());
  ASSERT_TRUE(RunEpoch(sink.get(), 1, {PairBatch({{2, "b"}})}).ok());
  EXPECT_EQ(Read(), Lines());
}

TEST_F(FileSinkTest, AnIntervalAtWhichNothingIsCompactedIsRefused) {
  ASSERT_TRUE(RunEpoch(Open().get(), 0, {PairBatch({{1, "a"}})}).ok());
  settings_["spark.sql.streaming.fileSource.log.compactInterval"] = "-1";
  EXPECT_TRUE(IsCondition(Find("csv")->MakeStreamSource(Arguments({}, out_, PairSchema())).status(),
                          "INVALID_CONF_VALUE.REQUIREMENT"));
  settings_["spark.sql.streaming.fileSink.log.compactInterval"] = "0";
  EXPECT_TRUE(IsCondition(Find("csv")->MakeStreamSink(WriteTo(out_)).status(),
                          "INVALID_CONF_VALUE.REQUIREMENT"));
}

TEST_F(FileSinkTest, AStreamReadsTheManifest) {
  ASSERT_TRUE(RunEpoch(Open().get(), 0, {PairBatch({{1, "a"}})}).ok());
  WriteFile(out_ + "/stray.csv", "7,garbage\n");
  auto source = Find("csv")->MakeStreamSource(Arguments({}, out_, PairSchema())).ValueOrDie();
  const auto end = source->LatestOffset({}, {}).ValueOrDie();
  EXPECT_EQ(ReadRows(*source, source->PlanSplits({}, *end).ValueOrDie()), (Lines{"1,a"}));
  auto cleaning = Find("csv")
                      ->MakeStreamSource(Arguments({{"cleanSource", "delete"}}, out_, PairSchema()))
                      .ValueOrDie();
  EXPECT_TRUE(IsCondition(cleaning->LatestOffset({}, {}).status(), "_LEGACY_ERROR_TEMP_2261"));
}

TEST_F(FileSinkTest, Refusals) {
  EXPECT_FALSE(Open()->SupportsMode(io::OutputMode::kUpdate));
  EXPECT_FALSE(Open()->SupportsMode(io::OutputMode::kComplete));
  auto csv = Find("csv");
  EXPECT_TRUE(IsCondition(csv->MakeStreamSink(WriteTo("")).status(), "_LEGACY_ERROR_TEMP_2047"));
  EXPECT_TRUE(IsCondition(csv->MakeStreamSink(WriteTo(out_, {}, {"zz"})).status(),
                          "_LEGACY_ERROR_TEMP_1155"));
  EXPECT_TRUE(IsCondition(csv->MakeStreamSink(WriteTo(out_, {}, {"n", "s"})).status(),
                          "ALL_PARTITION_COLUMNS_NOT_ALLOWED"));
  EXPECT_FALSE(csv->MakeStreamSink(WriteTo(out_, {{"retention", "bad"}})).ok());
}

TEST_F(FileSinkTest, BatchWrites) {
  auto csv = Find("csv");
  auto arguments = WriteTo(out_);
  ASSERT_TRUE(RunEpoch(csv->MakeBatchSink(arguments).ValueOrDie().get(), 0,
                       {PairBatch({{1, "a"}}), PairBatch({{2, "b"}})})
                  .ok());
  EXPECT_EQ(Names(out_), (Lines{"_SUCCESS", "part-00000-U-c000.csv", "part-00001-U-c000.csv"}));
  EXPECT_TRUE(IsCondition(csv->MakeBatchSink(arguments).status(), "PATH_ALREADY_EXISTS"));
  arguments.save_mode = io::SaveMode::kAppend;
  ASSERT_TRUE(
      RunEpoch(csv->MakeBatchSink(arguments).ValueOrDie().get(), 0, {PairBatch({{3, "c"}})}).ok());
  EXPECT_EQ(Read(), (Lines{"1,a", "2,b", "3,c"}));
  arguments.save_mode = io::SaveMode::kIgnore;
  EXPECT_TRUE(csv->MakeBatchSink(arguments).ValueOrDie()->IsCommitted(0).ValueOrDie());
  arguments.save_mode = io::SaveMode::kOverwrite;
  ASSERT_TRUE(RunEpoch(csv->MakeBatchSink(arguments).ValueOrDie().get(), 0, {PairBatch({})}).ok());
  EXPECT_EQ(Names(out_), (Lines{"_SUCCESS", "part-00000-U-c000.csv"}));
}

TEST_F(FileSinkTest, DynamicOverwriteReplacesWrittenPartitionsOnly) {
  auto arguments = WriteTo(out_, {{"partitionoverwritemode", "dynamic"}}, {"s"});
  arguments.save_mode = io::SaveMode::kOverwrite;
  auto csv = Find("csv");
  ASSERT_TRUE(RunEpoch(csv->MakeBatchSink(arguments).ValueOrDie().get(), 0,
                       {PairBatch({{1, "a"}, {2, "b"}})})
                  .ok());
  ASSERT_TRUE(
      RunEpoch(csv->MakeBatchSink(arguments).ValueOrDie().get(), 0, {PairBatch({{9, "b"}})}).ok());
  EXPECT_EQ(Read(), (Lines{"1,a", "9,b"}));
}

TEST_F(FileSinkTest, StaticOverwriteReplacesOnePartitionOnceItIsWritten) {
  auto arguments = WriteTo(out_, {}, {"s"});
  arguments.save_mode = io::SaveMode::kOverwrite;
  auto csv = Find("csv");
  ASSERT_TRUE(RunEpoch(csv->MakeBatchSink(arguments).ValueOrDie().get(), 0,
                       {PairBatch({{1, "a"}, {2, "b"}})})
                  .ok());
  arguments.static_partition = {{"s", "b"}};
  const auto failed = csv->MakeBatchSink(arguments).ValueOrDie();
  ASSERT_TRUE(failed->BeginEpoch(0, io::OutputMode::kAppend).ok());
  auto writer = failed->OpenWriter(0, 0).ValueOrDie();
  ASSERT_TRUE(writer->Write(PairBatch({{8, "b"}})).ok());
  writer->Abort();
  failed->AbortEpoch(0);
  EXPECT_EQ(Read(), (Lines{"1,a", "2,b"}));
  ASSERT_TRUE(
      RunEpoch(csv->MakeBatchSink(arguments).ValueOrDie().get(), 0, {PairBatch({{9, "b"}})}).ok());
  EXPECT_EQ(Read(), (Lines{"1,a", "9,b"}));
}

TEST(PartitionPathTest, EscapesNamesAndValues) {
  EXPECT_EQ(PartitionPath({}), "");
  EXPECT_EQ(PartitionPath({{"day", "a/b"}, {"n", std::nullopt}, {"e", ""}}),
            "day=a%2Fb/n=__HIVE_DEFAULT_PARTITION__/e=__HIVE_DEFAULT_PARTITION__");
}

}  // namespace
}  // namespace thalweg::connectors
