#include "thalweg/base/text_seal.h"
#include "thalweg/connectors/file/file_source.h"

#include "thalweg/connectors/connector_fixture.h"
#include "thalweg/io/replay_check.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::connectors {
namespace {

using Lines = std::vector<std::string>;
constexpr int64_t kDay = 24LL * 3600 * 1000;
constexpr int64_t kStart = 1'600'000'000'000;

class FileSourceTest : public ConnectorTest {
 protected:
  const std::string in_ = directory_.Child("in");

  FileSourceTest() { EXPECT_TRUE(files_->CreateDirectories(in_).ok()); }

  void Add(const std::string& name, int64_t mtime) {
    WriteFile(in_ + "/" + name, name + "\n", mtime);
  }

  std::unique_ptr<io::StreamSource> Open(io::Options options = {}, std::string path = "") {
    auto source = Find("text")->MakeStreamSource(Arguments(options, path.empty() ? in_ : path));
    EXPECT_TRUE(source.ok()) << source.status().ToString();
    return source.ok() ? std::move(*source) : nullptr;
  }

  // Takes one batch as the engine does; its rows.
  Lines Batch(io::StreamSource* source, io::ReadLimit limit = {.value = -1}) {
    if (limit.value < 0) limit = source->DefaultReadLimit();
    const auto end = source->LatestOffset(position_, limit).ValueOrDie();
    if (!end || end == position_) return {};
    auto rows = ReadRows(*source, source->PlanSplits(position_, *end).ValueOrDie());
    if (position_) {
      EXPECT_TRUE(source->Commit(*position_).ok());
    }
    position_ = end;
    return rows;
  }

  std::optional<io::Offset> position_;
};

TEST_F(FileSourceTest, TakesNewFilesByModificationTimeThenPath) {
  Add("c", kStart + 1000);
  Add("b", kStart + 2000);
  Add("a", kStart + 2000);
  auto source = Open();
  EXPECT_EQ(source->Description(), "FileStreamSource[file:" + in_ + "]");
  EXPECT_EQ(Batch(source.get()), (Lines{"c", "a", "b"}));
  EXPECT_EQ(position_, R"({"logOffset":0})");
  EXPECT_EQ(Batch(source.get()), Lines());
  Add("d e", kStart + 3000);
  EXPECT_EQ(Batch(source.get()), (Lines{"d e"}));
  EXPECT_EQ(files_->ReadFile(directory_.Child("checkpoint/sources/0/1")).ValueOrDie(),
            SealText("v1\n{\"path\":\"file://" + in_ + "/d%20e\",\"timestamp\":" +
                     std::to_string(kStart + 3000) + ",\"batchId\":1}"));
}

TEST_F(FileSourceTest, NoFilesNoOffset) {
  auto source = Open();
  EXPECT_EQ(source->LatestOffset({}, {}).ValueOrDie(), std::nullopt);
}

TEST_F(FileSourceTest, MaxFilesPerTrigger) {
  for (int i = 0; i < 5; ++i) Add("f" + std::to_string(i), kStart + i);
  auto source = Open({{"maxFilesPerTrigger", "2"}});
  EXPECT_EQ(Batch(source.get()), (Lines{"f0", "f1"}));
  EXPECT_EQ(Batch(source.get()), (Lines{"f2", "f3"}));
  EXPECT_EQ(Batch(source.get()), (Lines{"f4"}));
  EXPECT_EQ(Batch(source.get()), Lines());
}

TEST_F(FileSourceTest, MaxBytesTakesTheFirstFileAlways) {
  for (int i = 0; i < 4; ++i) Add("f" + std::to_string(i), kStart + i);  // 3 bytes each
  auto source = Open({{"maxBytesPerTrigger", "7"}});
  EXPECT_EQ(Batch(source.get()), (Lines{"f0", "f1"}));
  auto small = Open({{"maxBytesPerTrigger", "1"}});
  EXPECT_EQ(Batch(small.get()), (Lines{"f2"}));
}

TEST_F(FileSourceTest, LeftOversAreKeptUnlessFew) {
  for (int i = 0; i < 4; ++i) Add("f" + std::to_string(i), kStart + 100 + i);
  auto source = Open({{"maxFilesPerTrigger", "2"}});
  EXPECT_EQ(Batch(source.get()).size(), 2u);
  Add("early", kStart);  // not listed again while two are left over
  EXPECT_EQ(Batch(source.get()), (Lines{"f2", "f3"}));
  EXPECT_EQ(Batch(source.get()), (Lines{"early"}));
}

TEST_F(FileSourceTest, LatestFirst) {
  for (int i = 0; i < 3; ++i) Add("f" + std::to_string(i), kStart + i * 30 * kDay);
  auto source = Open({{"latestFirst", "true"}, {"maxFilesPerTrigger", "1"}});
  EXPECT_EQ(Batch(source.get()), (Lines{"f2"}));
  Add("f3", kStart + 90 * kDay);
  EXPECT_EQ(Batch(source.get()), (Lines{"f3"}));
  // maxFileAge is ignored with a limit.
  EXPECT_EQ(Batch(source.get()), (Lines{"f1"}));
  EXPECT_EQ(Batch(source.get()), (Lines{"f0"}));
}

TEST_F(FileSourceTest, MaxFileAgeCountsFromTheNewestFile) {
  Add("old", kStart);
  Add("new", kStart + 10 * kDay);
  auto source = Open({{"maxFileAge", "7d"}});
  EXPECT_EQ(Batch(source.get()), (Lines{"old", "new"}));  // not applied to the first batch
  Add("late", kStart + 2 * kDay);
  Add("within", kStart + 4 * kDay);
  EXPECT_EQ(Batch(source.get()), (Lines{"within"}));
}

TEST_F(FileSourceTest, FileNameOnly) {
  WriteFile(in_ + "/a=1/x", "1\n", kStart);
  auto source = Open({{"fileNameOnly", "true"}});
  EXPECT_EQ(Batch(source.get()).size(), 1u);
  WriteFile(in_ + "/a=2/x", "2\n", kStart + 1);
  EXPECT_EQ(Batch(source.get()), Lines());
}

TEST_F(FileSourceTest, ARestartGoesOnFromTheLog) {
  for (int i = 0; i < 25; ++i) Add("f" + std::to_string(100 + i), kStart + i);
  {
    auto source = Open({{"maxFilesPerTrigger", "1"}});
    for (int i = 0; i < 23; ++i) EXPECT_EQ(Batch(source.get()).size(), 1u);
  }
  auto source = Open({{"maxFilesPerTrigger", "1"}});
  // A replayed range gives the same rows, also from behind a compaction.
  EXPECT_EQ(ReadRows(*source,
                     source->PlanSplits(R"({"logOffset":7})", R"({"logOffset":9})").ValueOrDie()),
            (Lines{"f108", "f109"}));
  EXPECT_EQ(Batch(source.get()), (Lines{"f123"}));
  EXPECT_EQ(Batch(source.get()), (Lines{"f124"}));
  EXPECT_EQ(Batch(source.get()), Lines());
}

TEST_F(FileSourceTest, AReplayWantsTheFilesAsTheyWere) {
  Add("a", kStart);
  Add("b", kStart + 1);
  const auto end = Open()->LatestOffset({}, {}).ValueOrDie();
  const auto check = [&](io::Options options) {
    const auto source = Open(std::move(options));
    return dynamic_cast<io::ReplayCheck&>(*source).CheckReplay({}, *end, 7);
  };
  EXPECT_TRUE(check({}).ok());
  ASSERT_TRUE(files_->Remove(in_ + "/b").ok());
  WriteFile(in_ + "/b", "other\n", kStart + 5);
  const Status changed = check({});
  ASSERT_TRUE(IsCondition(changed, "STREAMING_REPLAY_INPUT_CHANGED")) << changed.ToString();
  EXPECT_EQ(GetErrorDetail(changed)->parameters().at("batchId"), "7");
  EXPECT_EQ(GetErrorDetail(changed)->parameters().at("path"), "file://" + in_ + "/b");
  ASSERT_TRUE(files_->Remove(in_ + "/b").ok());
  EXPECT_TRUE(IsCondition(check({}), "STREAMING_REPLAY_INPUT_CHANGED"));
  EXPECT_TRUE(check({{"ignoreMissingFiles", "true"}}).ok());
}

TEST_F(FileSourceTest, AvailableNowListsOnce) {
  Add("a", kStart);
  auto source = Open();
  ASSERT_TRUE(source->PrepareForAvailableNow().ok());
  Add("b", kStart + 1);
  EXPECT_EQ(Batch(source.get()), (Lines{"a"}));
  EXPECT_EQ(Batch(source.get()), Lines());
}

TEST_F(FileSourceTest, DeletesFilesOfFinishedBatches) {
  for (const std::string threads : {"1", "0", "3"}) {
    settings_["spark.sql.streaming.fileSource.cleaner.numThreads"] = threads;
    Add("a" + threads, kStart);
    auto source = Open({{"cleanSource", "delete"}});
    Batch(source.get());
    Add("b" + threads, kStart + 1);
    Batch(source.get());
    // Without threads it is done by now.
    if (threads == "0") {
      EXPECT_FALSE(files_->Exists(in_ + "/a0").ValueOrDie());
    }
    ASSERT_TRUE(source->Stop().ok());
    EXPECT_FALSE(files_->Exists(in_ + "/a" + threads).ValueOrDie());
    EXPECT_TRUE(files_->Exists(in_ + "/b" + threads).ValueOrDie());
  }
}

TEST_F(FileSourceTest, ArchivesFilesUnderTheirPath) {
  Add("a", kStart);
  const std::string archive = directory_.Child("archive");
  auto source = Open({{"cleanSource", "archive"}, {"sourceArchiveDir", archive}});
  Batch(source.get());
  ASSERT_TRUE(source->Commit(*position_).ok());
  ASSERT_TRUE(source->Stop().ok());
  EXPECT_FALSE(files_->Exists(in_ + "/a").ValueOrDie());
  EXPECT_TRUE(files_->Exists(archive + in_ + "/a").ValueOrDie());
}

TEST_F(FileSourceTest, PartitionsAndPatterns) {
  WriteFile(in_ + "/k=1/f", "x\n", kStart);
  WriteFile(in_ + "/k=2/f", "y\n", kStart + 1);
  auto source = Open();
  EXPECT_EQ(SchemaToDdl(*source->schema()), "value STRING,k INT");
  EXPECT_EQ(Batch(source.get()), (Lines{"x,1", "y,2"}));
  position_.reset();
  ASSERT_TRUE(files_->RemoveRecursively(directory_.Child("checkpoint")).ok());
  auto pattern = Open({}, directory_.Child("i*/k={1,3}"));
  EXPECT_EQ(Batch(pattern.get()), (Lines{"x"}));
}

TEST_F(FileSourceTest, RefusesUnfitOptions) {
  const std::vector<io::Options> cases = {
      {{"maxFilesPerTrigger", "1"}, {"maxBytesPerTrigger", "1"}},
      {{"maxFilesPerTrigger", "0"}},
      {{"maxFilesPerTrigger", "x"}},
      {{"maxBytesPerTrigger", "-5"}},
      {{"latestFirst", "x"}},
      {{"fileNameOnly", "x"}},
      {{"maxFileAge", "foo"}},
      {{"maxFileAge", "-1s"}},
      {{"cleanSource", "foo"}},
      {{"cleanSource", "archive"}},
      {{"cleanSource", "archive"}, {"sourceArchiveDir", in_}},
      {{"cleanSource", "archive"}, {"sourceArchiveDir", in_ + "/x"}},
      {{"maxCachedFiles", "-1"}},
      {{"discardCachedInputRatio", "2"}},
      {{"modifiedBefore", "2020-01-01T00:00:00"}},
  };
  for (const auto& options : cases) {
    const auto status = Find("text")->MakeStreamSource(Arguments(options, in_)).status();
    EXPECT_NE(GetErrorDetail(status), nullptr)
        << options.begin()->first << " " << status.ToString();
  }
}

TEST_F(FileSourceTest, TakesOnePath) {
  auto arguments = Arguments({}, in_);
  arguments.paths.push_back(in_ + "/more");
  EXPECT_TRUE(
      IsCondition(Find("text")->MakeStreamSource(arguments).status(), "UNSUPPORTED_FEATURE"));
}

TEST_F(FileSourceTest, NeedsAPathAndASchema) {
  auto csv = Find("csv");
  EXPECT_TRUE(IsCondition(csv->InferSchema(Arguments(), true).status(), "_LEGACY_ERROR_TEMP_2047"));
  EXPECT_TRUE(
      IsCondition(csv->InferSchema(Arguments({}, in_), true).status(), "_LEGACY_ERROR_TEMP_2048"));
  EXPECT_TRUE(
      IsCondition(csv->InferSchema(Arguments({}, in_ + "/none", PairSchema()), true).status(),
                  "PATH_NOT_FOUND"));
  EXPECT_TRUE(csv->InferSchema(Arguments({}, in_ + "/none*", PairSchema()), true).ok());
  settings_["spark.sql.streaming.schemaInference"] = "true";
  Add("5", kStart);
  EXPECT_EQ(SchemaToDdl(**csv->InferSchema(Arguments({{"inferSchema", "true"}}, in_), true)),
            "_c0 INT");
}

}  // namespace
}  // namespace thalweg::connectors
