#include <filesystem>
#include <fstream>

#include <arrow/api.h>

#include "thalweg/api/api_fixture_test.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg {
namespace {

using fn::Col;

class DataFrameTest : public ApiTest {
 protected:
  DataFrame Sales() {
    return *session_->Sql(
        "SELECT * FROM VALUES ('a', 1, 10.0D), ('a', 2, 20.0D), ('b', 3, 30.0D) AS t(k, v, x)");
  }
};

TEST_F(DataFrameTest, SelectsFiltersAndAddsColumns) {
  const DataFrame sales = Sales();
  EXPECT_EQ(Rows(sales.Select("k", (Col("v") + 1).As("w")).Filter("k = 'b'")),
            R"({"k":"b","w":4})");
  EXPECT_EQ(*sales.Select(Col("v") + 1).Columns(), std::vector<std::string>{"(v + 1)"});
  EXPECT_EQ(Rows(sales.Where(Col("v") == 2).SelectExpr({"v * 2 AS w", "upper(k) AS k"})),
            R"({"w":4,"k":"A"})");
  EXPECT_EQ(Rows(sales.WithColumn("v", Col("v") * 10).Drop({"x", "k"}).Limit(1)), R"({"v":10})");
  EXPECT_EQ(Rows(sales.WithColumnRenamed("v", "n").Select("n").Offset(2)), R"({"n":3})");
  EXPECT_EQ(*sales.ToDF({"p", "q", "r"}).Columns(), (std::vector<std::string>{"p", "q", "r"}));
}

TEST_F(DataFrameTest, ReadsTextsOfFrames) {
  const auto texts = [this](const char* values) {
    return *session_->Sql(std::string("SELECT * FROM VALUES ") + values + " AS t(value)");
  };
  EXPECT_EQ(Rows(session_->Read().Json(texts(R"(('{"b": 1}'), ('{"a": "x"}'))"))),
            R"({"a":"x"}{"b":1})");
  EXPECT_EQ(Rows(session_->Read()
                     .Option("header", true)
                     .Option("inferSchema", true)
                     .Csv(texts("('k,v'), ('a,1'), ('b,2')"))),
            R"({"k":"a","v":1}{"k":"b","v":2})");
  EXPECT_EQ(Rows(session_->Read().Schema("a INT").Xml(texts("('<p><a>7</a></p>')"))), R"({"a":7})");
  EXPECT_EQ(Condition(session_->Read().Json(Sales())), "DATAFRAME_INPUT_NOT_SINGLE_COLUMN");
  EXPECT_EQ(Condition(session_->Read().Csv(Sales().Select("v"))),
            "DATAFRAME_INPUT_NOT_STRING_TYPE");
}

TEST_F(DataFrameTest, Aggregates) {
  const DataFrame sales = Sales();
  EXPECT_EQ(Rows(sales.GroupBy("k").Count()), R"({"k":"a","count":2}{"k":"b","count":1})");
  EXPECT_EQ(Rows(sales.GroupBy(Col("k").As("key")).Agg(fn::Sum("v").As("total"))),
            R"({"key":"a","total":3}{"key":"b","total":3})");
  EXPECT_EQ(Rows(sales.GroupBy("k").Max("v", "x").Filter("k = 'a'").ToDF({"k", "v", "x"})),
            R"({"k":"a","v":2,"x":20.0})");
  EXPECT_EQ(Rows(sales.Agg(fn::CountDistinct("k").As("n"), fn::Avg("x").As("m"))),
            R"({"n":2,"m":20.0})");
  EXPECT_EQ(*sales.Count(), 3);
  EXPECT_FALSE(*sales.IsEmpty());
}

TEST_F(DataFrameTest, JoinsAndSets) {
  const DataFrame sales = Sales();
  const DataFrame names = *session_->Sql("SELECT * FROM VALUES ('a', 'first') AS t(k, name)");
  EXPECT_EQ(Rows(sales.Join(names, {"k"}, "left_outer").Select("v", "name")),
            R"({"v":1,"name":"first"}{"v":2,"name":"first"}{"v":3})");
  EXPECT_EQ(Rows(sales.Alias("l").Join(names.Alias("r"), Col("l.k") == Col("r.k")).Select("l.v")),
            R"({"v":1}{"v":2})");
  EXPECT_EQ(Rows(sales.Join(names, "k", "leftanti").Select("v")), R"({"v":3})");
  EXPECT_EQ(*sales.CrossJoin(names.Select("name")).Count(), 3);
  EXPECT_EQ(*sales.Union(sales).Count(), 6);
  EXPECT_EQ(*sales.UnionAll(sales).Distinct().Count(), 3);
  EXPECT_EQ(*sales.UnionByName(sales.Select("x", "v", "k")).DropDuplicates({"k"}).Count(), 2);
  EXPECT_EQ(Rows(sales.Select("k").Intersect(names.Select("k"))), R"({"k":"a"})");
  EXPECT_EQ(Rows(sales.Select("k").Except(names.Select("k"))), R"({"k":"b"})");
}

TEST_F(DataFrameTest, ObservesMetricsBesideAQuery) {
  const Observation observation("sales");
  EXPECT_EQ(observation.Name(), "sales");
  const DataFrame observed =
      Sales().Observe(observation, {fn::Count("*").As("rows"), fn::Sum("v"), fn::Max("k").As("k"),
                                    (fn::Sum("v") + 1).As("more")});
  EXPECT_FALSE(observation.Get().ok());
  EXPECT_EQ(Rows(observed.Filter("v > 2").Select("v")), R"({"v":3})");
  const auto values = observation.Get();
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ((*values)->schema()->field_names(),
            (std::vector<std::string>{"rows", "sum(v)", "k", "more"}));
  EXPECT_EQ((*values)->num_rows(), 1);
  EXPECT_EQ((*values)->column(0)->GetScalar(0).ValueOrDie()->ToString(), "3");
  EXPECT_EQ((*values)->column(1)->GetScalar(0).ValueOrDie()->ToString(), "6");
  EXPECT_EQ((*values)->column(2)->GetScalar(0).ValueOrDie()->ToString(), "b");
  EXPECT_EQ((*values)->column(3)->GetScalar(0).ValueOrDie()->ToString(), "7");
  EXPECT_FALSE(Sales().Observe(observation, {fn::Count("*")}).Collect().ok());
}

TEST_F(DataFrameTest, RefusesUnfitMetrics) {
  const DataFrame sales = Sales();
  const std::string prefix = "INVALID_OBSERVED_METRICS.";
  EXPECT_EQ(Condition(sales.Observe("m", std::vector<Column>{})), "CANNOT_BE_EMPTY");
  EXPECT_EQ(Condition(sales.Observe("", {fn::Sum("v")})), prefix + "MISSING_NAME");
  EXPECT_EQ(Condition(sales.Observe("m", {Col("v")})),
            prefix + "NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE");
  EXPECT_EQ(Condition(sales.Observe("m", {fn::Max("v") + Col("v")})),
            prefix + "NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE");
  EXPECT_EQ(Condition(sales.Observe("m", {fn::Expr("max(max(v))")})),
            prefix + "NESTED_AGGREGATES_UNSUPPORTED");
  EXPECT_EQ(Condition(sales.Observe("m", {fn::CountDistinct("v")})),
            prefix + "AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED");
  EXPECT_EQ(Condition(sales.Observe("m", {fn::Expr("count(1) FILTER (WHERE v > 1)")})),
            prefix + "AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED");
  EXPECT_EQ(Condition(sales.Observe("m", {fn::Expr("rand()")})),
            prefix + "NON_AGGREGATE_FUNC_ARG_IS_NON_DETERMINISTIC");
  EXPECT_EQ(
      Condition(sales.Observe("m", {fn::Max("v")}).Filter("v > 1").Observe("m", {fn::Max("v")})),
      "DUPLICATED_METRICS_NAME");
  const DataFrame once = sales.Observe("m", {fn::Max("v")});
  EXPECT_EQ(*once.Union(once).Count(), 6);
}

TEST_F(DataFrameTest, FileMetadataIsThereWhenNamed) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.Child("in");
  std::filesystem::create_directory(path);
  std::ofstream(path + "/1.json") << "{\"k\":\"a\",\"v\":1}\n";
  std::ofstream(path + "/2.json") << "{\"k\":\"b\",\"v\":22}\n";
  const DataFrame rows = session_->Read().Schema("k STRING, v INT").Json(path);
  EXPECT_EQ(*rows.Columns(), (std::vector<std::string>{"k", "v"}));
  EXPECT_EQ(*rows.Select("*", "_metadata").Columns(),
            (std::vector<std::string>{"k", "v", "_metadata"}));
  EXPECT_EQ(Rows(rows.Select("k", "_metadata.file_name", "_METADATA.File_Size")),
            R"({"k":"a","file_name":"1.json","File_Size":16})"
            R"({"k":"b","file_name":"2.json","File_Size":17})");
  const std::string names = R"({"file_name":"1.json"}{"file_name":"2.json"})";
  EXPECT_EQ(Rows(rows.Select("k").Select("_metadata.file_name")), names);
  EXPECT_EQ(Rows(rows.Filter("v > 0").Alias("q").Select("q._metadata.file_name")), names);
  EXPECT_EQ(Rows(rows.DropDuplicates({"k"}).Select("_metadata.file_name")), names);
  EXPECT_EQ(Rows(rows.WithColumn("z", Col("v")).Drop({"k"}).Select("_metadata.file_name")), names);
  EXPECT_EQ(Rows(rows.Filter("_metadata.file_name = '2.json'").Select("k")), R"({"k":"b"})");
  EXPECT_EQ(Rows(rows.GroupBy("_metadata.file_name").Count()),
            R"({"file_name":"1.json","count":1}{"file_name":"2.json","count":1})");
  EXPECT_EQ(*rows.OrderBy(Col("_metadata.file_name").Desc()).Columns(),
            (std::vector<std::string>{"k", "v"}));
  EXPECT_EQ(Rows(rows.Select(fn::Expr("input_file_name() LIKE 'file:///%/in/_.json' AS f"),
                             fn::Expr("input_file_block_length() AS n"))),
            R"({"f":true,"n":16}{"f":true,"n":17})");
  EXPECT_EQ(Rows(rows.GroupBy("k").Count().Limit(1).Select(fn::Expr("input_file_name() AS f"))),
            R"({"f":""})");
  EXPECT_EQ(Condition(rows.Union(rows).Select(fn::Expr("input_file_name()"))),
            "UNSUPPORTED_FEATURE");
  EXPECT_EQ(Condition(rows.GroupBy("k").Count().Select("_metadata.file_name")),
            "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(Condition(rows.Union(rows).Select("_metadata.file_name")),
            "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(Condition(rows.Select("_metadata.nope")), "FIELD_NOT_FOUND");
  EXPECT_EQ(Condition(rows.Alias("x").CrossJoin(rows.Alias("y")).Select("_metadata")),
            "AMBIGUOUS_REFERENCE");
  EXPECT_EQ(Rows(session_
                     ->Sql("SELECT t.k, t._metadata.file_size AS s FROM json.`" + path +
                           "` t ORDER BY _metadata.file_name DESC")
                     .ValueOrDie()),
            R"({"k":"a","s":16}{"k":"b","s":17})");
  THALWEG_ASSERT_OK(rows.CreateOrReplaceTempView("files"));
  EXPECT_EQ(Condition(session_->Sql("SELECT _metadata FROM files").status()),
            "UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

TEST_F(DataFrameTest, Sorts) {
  const auto table = Sales().OrderBy("k", Col("v").Desc()).Select("v").Collect();
  ASSERT_TRUE(table.ok()) << ErrorText(table.status());
  const auto values = *(*table)->CombineChunks();
  EXPECT_EQ(values->column(0)->chunk(0)->ToString(), "[\n  2,\n  1,\n  3\n]");
}

TEST_F(DataFrameTest, ShowsAndExplains) {
  THALWEG_ASSERT_OK(Sales().OrderBy("v").Show(2));
  EXPECT_EQ(console_.str(),
            "+---+---+----+\n|  k|  v|   x|\n+---+---+----+\n|  a|  1|10.0|\n|  a|  2|20.0|\n"
            "+---+---+----+\nonly showing top 2 rows\n");
  console_.str("");
  THALWEG_ASSERT_OK(Sales().Select("k").PrintSchema());
  EXPECT_EQ(console_.str(), "root\n |-- k: string (nullable = false)\n\n");
  EXPECT_THAT(*Sales().Filter("v > 1").ExplainString(true),
              ::testing::HasSubstr("== Physical Plan =="));
}

TEST_F(DataFrameTest, ViewsKeepWhatTheyMean) {
  THALWEG_ASSERT_OK(Sales().CreateOrReplaceTempView("sales"));
  // The new view of that name reads the old one.
  THALWEG_ASSERT_OK(session_->Table("sales").Filter("v > 1").CreateOrReplaceTempView("sales"));
  EXPECT_EQ(*session_->Table("sales").Count(), 2);
  EXPECT_EQ(Rows(*session_->Sql("SELECT sum(v) AS s FROM sales")), R"({"s":5})");
  EXPECT_EQ(Condition(Sales().CreateTempView("sales")), "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS");
}

TEST_F(DataFrameTest, Partitions) {
  const DataFrame rows = session_->Range(0, 100);
  const auto partitions = [](const DataFrame& frame) {
    return *frame.Select(fn::Expr("spark_partition_id()").As("p")).Distinct().Count();
  };
  EXPECT_EQ(partitions(rows.Repartition(4)), 4);
  EXPECT_EQ(partitions(rows.Repartition(4, {Col("id") % 5})), 3);
  EXPECT_EQ(partitions(rows.Repartition({Col("id")})), 1);
  EXPECT_EQ(partitions(rows.RepartitionByRange(5, {Col("id")})), 5);
  EXPECT_EQ(partitions(rows.Repartition(4).Coalesce(1)), 1);
  EXPECT_EQ(Rows(rows.RepartitionByRange(2, {Col("id").Desc()})
                     .SortWithinPartitions({Col("id")})
                     .Select("id")
                     .Limit(2)),
            R"({"id":50}{"id":51})");
  EXPECT_EQ(Condition(rows.RepartitionByRange({})), "CANNOT_BE_EMPTY");
  EXPECT_EQ(Condition(rows.Repartition(0)),
            "requirement failed: Number of partitions (0) must be positive.");
  const testing::TemporaryDirectory directory;
  THALWEG_ASSERT_OK(rows.Repartition(3).Write().Orc(directory.Child("out")));
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.Child("out"))) {
    files += entry.path().filename().string().starts_with("part-") ? 1 : 0;
  }
  EXPECT_EQ(files, 3);
}

TEST_F(DataFrameTest, WritesAndReadsFiles) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.Child("sales");
  THALWEG_ASSERT_OK(Sales().Write().PartitionBy({"k"}).Parquet(path));
  EXPECT_EQ(Rows(session_->Read().Parquet(path).Filter("k = 'b'").Select("v")), R"({"v":3})");
  EXPECT_EQ(Condition(Sales().Write().Parquet(path)), "PATH_ALREADY_EXISTS");
  THALWEG_ASSERT_OK(Sales().Write().Mode("append").PartitionBy({"k"}).Parquet(path));
  EXPECT_EQ(*session_->Read().Parquet(path).Count(), 6);
  THALWEG_ASSERT_OK(Sales().Write().Orc(directory.Child("orc")));
  EXPECT_EQ(Rows(session_->Read().Orc(directory.Child("orc")).Filter("v = 3").Select("k")),
            R"({"k":"b"})");
  THALWEG_ASSERT_OK(Sales().Write().Option("header", true).Csv(directory.Child("csv")));
  EXPECT_EQ(*session_->Read()
                 .Option("header", true)
                 .Schema("k STRING, v INT, x DOUBLE")
                 .Csv(directory.Child("csv"))
                 .Filter("x > 10")
                 .Count(),
            2);
  EXPECT_EQ(Condition(Sales().Write().Mode("sometimes").Json(directory.Child("j"))),
            "INVALID_SAVE_MODE");
}

TEST_F(DataFrameTest, ErrorsAreKeptUntilTheAction) {
  const DataFrame sales = Sales();
  EXPECT_EQ(Condition(sales.Filter("v >").Select("k").Distinct()), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(Condition(sales.Join(sales, {"k"}, "sideways")), "UNSUPPORTED_JOIN_TYPE");
  EXPECT_EQ(Condition(sales.Select("nowhere")), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(Condition(session_->Table("nowhere")), "TABLE_OR_VIEW_NOT_FOUND");
  EXPECT_EQ(Condition(session_->Read().Schema("a INT,").Csv("in").Select("a")),
            "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(Condition(sales.Select(Col("v") / 0)), "DIVIDE_BY_ZERO");
  EXPECT_EQ(Condition(sales.WriteStream().Format("noop").Start().status()),
            "WRITE_STREAM_NOT_ALLOWED");
  auto other = Session::Builder().GetOrCreate();
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(Condition(sales.Union((*other)->Range(3))), "UNSUPPORTED_CALL");
}

TEST_F(DataFrameTest, TakesArrowData) {
  arrow::LargeStringBuilder names;
  arrow::UInt8Builder numbers;
  THALWEG_ASSERT_OK(names.AppendValues({"x", "y"}));
  THALWEG_ASSERT_OK(numbers.AppendValues({1, 255}));
  const auto rows = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("name", arrow::large_utf8()), arrow::field("n", arrow::uint8())}),
      2, {*names.Finish(), *numbers.Finish()});
  auto frame = session_->CreateDataFrame(rows);
  ASSERT_TRUE(frame.ok()) << ErrorText(frame.status());
  EXPECT_EQ(Rows(*frame), R"({"name":"x","n":1}{"name":"y","n":255})");
  EXPECT_EQ((*frame->Schema())->field(1)->type()->ToString(), "int16");
  const auto times = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("t", arrow::time64(arrow::TimeUnit::MICRO))}), 0,
      {*arrow::MakeEmptyArray(arrow::time64(arrow::TimeUnit::MICRO))});
  EXPECT_EQ(Condition(session_->CreateDataFrame(times).status()), "UNSUPPORTED_ARROWTYPE");
}

}  // namespace
}  // namespace thalweg
