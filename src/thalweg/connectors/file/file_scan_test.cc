// Expectations about partitions and listings recorded from Spark 4.3.0.
#include <algorithm>

#include "thalweg/connectors/connector_fixture.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::connectors {
namespace {

class FileScanTest : public ConnectorTest {
 protected:
  // A file of one CSV row "1" at each path below a new directory, which is returned.
  std::string Tree(const std::string& name, const std::vector<std::string>& paths) {
    const std::string root = directory_.Child(name);
    for (const auto& path : paths) WriteFile(root + "/" + path, "1\n");
    return root;
  }
  Result<std::shared_ptr<io::Scan>> ScanOf(const std::string& path, io::Options options = {},
                                           SchemaPtr schema = nullptr) {
    options.emplace("inferSchema", "true");
    return Find("csv")->MakeScan(Arguments(options, path, std::move(schema)));
  }
  std::string Schema(const std::string& path, io::Options options = {}) {
    auto scan = ScanOf(path, std::move(options));
    return scan.ok()                       ? SchemaToDdl(*(*scan)->schema())
           : GetErrorDetail(scan.status()) ? GetErrorDetail(scan.status())->condition()
                                           : scan.status().ToString();
  }
  std::vector<std::string> Rows(const std::string& path, io::Options options = {},
                                SchemaPtr schema = nullptr) {
    auto scan = ScanOf(path, std::move(options), std::move(schema));
    if (!scan.ok()) return {scan.status().ToString()};
    auto rows = ReadRows(**scan, (*scan)->PlanSplits().ValueOrDie());
    std::sort(rows.begin(), rows.end());
    return rows;
  }
};

using Lines = std::vector<std::string>;

TEST_F(FileScanTest, PartitionTypes) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"a=1/f", "a=2/f", "a=__HIVE_DEFAULT_PARTITION__/f"}, "_c0 INT,a INT"},
      {{"a=1/b=x%20y/f", "a=99999999999/b=q%2Fz/f"}, "_c0 INT,a BIGINT,b STRING"},
      {{"a=1.5/f", "a=2/f"}, "_c0 INT,a DOUBLE"},
      {{"d=2020-01-02/f"}, "_c0 INT,d DATE"},
      {{"t=2020-01-02 03%3A04%3A05/f"}, "_c0 INT,t TIMESTAMP"},
      {{"t=2020-01-02/f", "t=2020-01-02 00%3A00%3A01/f"}, "_c0 INT,t TIMESTAMP"},
      {{"a=99999999999999999999/f"}, "_c0 INT,a DECIMAL(20,0)"},
      {{"a=1/f", "a=x/f"}, "_c0 INT,a STRING"},
      {{"a=true/f"}, "_c0 INT,a STRING"},
      {{"a=01/f"}, "_c0 INT,a INT"},
      {{"a=1d/f"}, "_c0 INT,a DOUBLE"},
      {{"a=NaN/f"}, "_c0 INT,a DOUBLE"},
      {{"d=2020-1-2/f"}, "_c0 INT,d STRING"},
      {{"d=2020-01-02/f", "d=5/f"}, "_c0 INT,d STRING"},
      {{"a=1/f", "b=1/f"}, "CONFLICTING_PARTITION_COLUMN_NAMES"},
      {{"a=/f"}, "EMPTY_PARTITION_COLUMN_VALUE"},
  };
  int number = 0;
  for (const auto& [paths, expected] : cases) {
    EXPECT_EQ(Schema(Tree("t" + std::to_string(number++), paths)), expected) << paths[0];
  }
}

TEST_F(FileScanTest, PartitionValues) {
  EXPECT_EQ(Rows(Tree("p1", {"a=1/f", "a=2/f", "a=__HIVE_DEFAULT_PARTITION__/f"})),
            (Lines{"1,1", "1,2", "1,NULL"}));
  EXPECT_EQ(Rows(Tree("p2", {"a=1/b=x%20y/f", "a=2/b=q%2Fz/f"})), (Lines{"1,1,x y", "1,2,q/z"}));
  // Files outside of the partitions do not count, nor do plain sub-directories.
  EXPECT_EQ(Rows(Tree("p3", {"a=1/f", "f"})), (Lines{"1,1"}));
  EXPECT_EQ(Rows(Tree("p4", {"x/y/f", "f"})), (Lines{"1"}));
  EXPECT_EQ(Rows(Tree("p5", {"_c0=7/f"})), (Lines{"7"}));
  EXPECT_EQ(Rows(Tree("p6", {"a=1/f", "a=1/_x/f", "a=1/.h", ".b=2/f", "_tmp/f"})), (Lines{"1,1"}));
}

TEST_F(FileScanTest, TheUsersSchemaTypesPartitions) {
  const std::string root = Tree("p", {"a=1/f", "a=2/f"});
  auto scan = ScanOf(root, {}, ParseSchema("a BIGINT, _c0 INT").ValueOrDie()).ValueOrDie();
  EXPECT_EQ(SchemaToDdl(*scan->schema()), "_c0 INT,a BIGINT");
  const std::string other = Tree("q", {"a=1/f", "a=x/f"});
  auto unfit = ScanOf(other, {}, ParseSchema("a INT, _c0 INT").ValueOrDie()).ValueOrDie();
  EXPECT_TRUE(IsCondition(unfit->PlanSplits().status(), "INVALID_PARTITION_VALUE"));
  settings_["spark.sql.sources.partitionColumnTypeInference.enabled"] = "false";
  EXPECT_EQ(Schema(root), "_c0 INT,a STRING");
}

TEST_F(FileScanTest, Paths) {
  const std::string root = Tree("p", {"a=1/f", "a=2/f.csv"});
  EXPECT_EQ(Schema(root + "/a=1"), "_c0 INT");
  EXPECT_EQ(Schema(root + "/a=1", {{"basePath", root}}), "_c0 INT,a INT");
  EXPECT_EQ(Schema(root + "/a=*"), "_c0 INT");
  EXPECT_EQ(Rows(root + "/a={1,2}"), (Lines{"1", "1"}));
  EXPECT_EQ(Schema(root + "/a=1/f"), "_c0 INT");
  EXPECT_EQ(Schema(root, {{"recursiveFileLookup", "true"}}), "_c0 INT");
  EXPECT_EQ(Rows(root, {{"pathGlobFilter", "*.csv"}}), (Lines{"1,2"}));
  EXPECT_EQ(Rows("file:" + root, {{"pathGlobFilter", "*.csv"}}), (Lines{"1,2"}));
  EXPECT_EQ(Schema(root + "/none"), "PATH_NOT_FOUND");
  EXPECT_EQ(Schema(root + "/none*"), "PATH_NOT_FOUND");
  EXPECT_EQ(Schema(root, {{"pathGlobFilter", "*.json"}}), "UNABLE_TO_INFER_SCHEMA");
  auto arguments = Arguments({{"inferSchema", "true"}}, root);
  arguments.paths.push_back(Tree("q", {"a=3/f"}));
  EXPECT_TRUE(
      IsCondition(Find("csv")->MakeScan(arguments).status(), "CONFLICTING_DIRECTORY_STRUCTURES"));
}

TEST_F(FileScanTest, ModificationTimes) {
  const std::string root = directory_.Child("m");
  WriteFile(root + "/old", "1\n", 1'500'000'000'000);
  WriteFile(root + "/new", "2\n", 1'600'000'000'000);
  EXPECT_EQ(Rows(root, {{"modifiedBefore", "2020-01-01T00:00:00"}}), (Lines{"1"}));
  EXPECT_EQ(Rows(root, {{"modifiedAfter", "2020-01-01T00:00:00"}}), (Lines{"2"}));
  EXPECT_EQ(Schema(root, {{"modifiedAfter", "foo"}}), "_LEGACY_ERROR_TEMP_1294");
}

TEST_F(FileScanTest, FilesThatVanishOrBreak) {
  const std::string root = Tree("p", {"f1", "f2"});
  auto strict = ScanOf(root).ValueOrDie();
  auto lenient = ScanOf(root, {{"ignoreMissingFiles", "true"}}).ValueOrDie();
  ASSERT_TRUE(files_->Remove(root + "/f1").ok());
  EXPECT_EQ(ReadRows(*lenient, lenient->PlanSplits().ValueOrDie()), (Lines{"1"}));
  EXPECT_NE(ReadRows(*strict, strict->PlanSplits().ValueOrDie())[0].find("f1"), std::string::npos);
  const std::string bad = directory_.Child("bad");
  WriteFile(bad + "/x.parquet", "not parquet");
  auto schema = ParseSchema("a INT").ValueOrDie();
  auto scan = Find("parquet")
                  ->MakeScan(Arguments({{"ignoreCorruptFiles", "true"}}, bad, schema))
                  .ValueOrDie();
  EXPECT_EQ(ReadRows(*scan, scan->PlanSplits().ValueOrDie()), Lines());
}

TEST_F(FileScanTest, ErrorsNameTheFile) {
  const std::string root = directory_.Child("bad");
  WriteFile(root + "/f.csv", "1\nx\n");
  const auto schema = ParseSchema("a INT").ValueOrDie();
  for (const char* ignores : {"false", "true"}) {
    auto scan =
        ScanOf(root, {{"mode", "FAILFAST"}, {"ignoreCorruptFiles", ignores}}, schema).ValueOrDie();
    auto reader = scan->Open(scan->PlanSplits().ValueOrDie()[0], {.columns = {0}}).ValueOrDie();
    const Status status = reader->Next().status();
    ASSERT_TRUE(IsCondition(status, "FAILED_READ_FILE.NO_HINT")) << status.ToString();
    EXPECT_EQ(GetErrorDetail(status)->parameters().at("path"), "file://" + root + "/f.csv");
    const std::string reason = GetErrorDetail(status)->parameters().at("reason");
    EXPECT_NE(reason.find("[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION]"), std::string::npos)
        << reason;
  }
}

TEST_F(FileScanTest, ColumnsOfOneName) {
  int number = 0;
  const auto condition = [&](const std::string& ddl, const std::string& json) {
    const std::string path = directory_.Child(std::to_string(number++) + ".json");
    WriteFile(path, json);
    const SchemaPtr schema = ddl.empty() ? nullptr : ParseSchema(ddl).ValueOrDie();
    const Status status = Find("json")->MakeScan(Arguments({}, path, schema)).status();
    return GetErrorDetail(status) ? GetErrorDetail(status)->condition() : status.ToString();
  };
  EXPECT_EQ(condition("", R"({"k":1,"K":2})"), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(condition("", R"({"s":{"k":1,"K":2}})"), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(condition("k INT, K INT", "{}"), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(condition("a MAP<STRING, STRUCT<k: INT>>, b ARRAY<STRUCT<k: INT>>", "{}"), "OK");
}

TEST_F(FileScanTest, Metadata) {
  const std::string root = directory_.Child("meta");
  WriteFile(root + "/a b.csv", "1\n2\n", 1'700'000'001'000);
  auto scan = ScanOf(root, {}, ParseSchema("a INT").ValueOrDie()).ValueOrDie();
  io::ReadRequest request{.columns = {1, 0}};
  auto reader = scan->Open(scan->PlanSplits().ValueOrDie()[0], request).ValueOrDie();
  const auto batch = reader->Next().ValueOrDie();
  ASSERT_TRUE(batch.has_value());
  EXPECT_TRUE(batch->columns[0]->type()->Equals(*Find("csv")->MetadataSchema()->field(0)->type()));
  EXPECT_EQ(batch->columns[0]->GetScalar(1).ValueOrDie()->ToString(),
            "{file_path:string = file:" + root +
                "/a%20b.csv, file_name:string = a%20b.csv, "
                "file_size:int64 = 4, file_block_start:int64 = 0, file_block_length:int64 = 4, "
                "file_modification_time:timestamp[us, tz=UTC] = 2023-11-14 22:13:21.000000Z}");
  EXPECT_EQ(batch->columns[1]->length(), 2);
}

TEST_F(FileScanTest, LargeFilesAreReadInPieces) {
  std::string text;
  for (int i = 0; i < 2'000'000; ++i) text += std::to_string(i) + "\n";
  const std::string root = directory_.Child("big");
  WriteFile(root + "/f.csv", text);
  WriteFile(root + "/g.csv", "7\n");
  auto scan = ScanOf(root, {}, ParseSchema("a INT").ValueOrDie()).ValueOrDie();
  const auto splits = scan->PlanSplits().ValueOrDie();
  EXPECT_GT(splits.size(), 1u);
  io::ReadRequest request;
  int64_t rows = 0;
  for (const auto& split : splits) {
    auto reader = scan->Open(split, request).ValueOrDie();
    while (auto batch = reader->Next().ValueOrDie()) rows += batch->num_rows;
  }
  EXPECT_EQ(rows, 2'000'001);
}

}  // namespace
}  // namespace thalweg::connectors
