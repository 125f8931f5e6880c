#include "thalweg/formats/format.h"

#include "thalweg/formats/json_writer.h"
#include "thalweg/formats/format_files_test.h"

namespace thalweg::formats {
namespace {

using Rows = std::vector<std::string>;

/// Rows of JSON lines as a batch: the easy way to values of any type.
Batch FromLines(const std::string& lines, const SchemaPtr& schema) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("json", {}, schema));
  ReadRequest request;
  request.columns = schema;
  auto reader = Unwrap(format->OpenReader(files.Open(files.Put("in.json", lines)), request));
  auto batch = Unwrap(reader->Next());
  return batch.value_or(Batch());
}

constexpr char kEveryType[] =
    "bo boolean, ti tinyint, si smallint, i int, l bigint, f float, d double, de decimal(20,4), "
    "small decimal(5,2), s string, b binary, da date, ts timestamp, tn timestamp_ntz, "
    "dt interval day to second, ym interval year to month";
constexpr char kNestedTypes[] =
    "id int, a array<int>, aa array<array<string>>, m map<string,bigint>, "
    "st struct<x:int,y:struct<z:timestamp>>, as array<struct<k:string,v:decimal(10,2)>>";

constexpr char kEveryTypeRows[] =
    R"({"bo":true,"ti":-128,"si":32767,"i":-1,"l":9007199254740993,"f":1.5,"d":-2.5e-300,)"
    R"("de":1234567890123456.7891,"small":-1.25,"s":"a,\"b\"\n \\ é","b":"AAEC/w==",)"
    R"("da":"1969-12-31","ts":"2024-02-29T12:34:56.789Z","tn":"0001-01-01T00:00:00",)"
    R"("dt":"INTERVAL '-1 02:03:04.5' DAY TO SECOND","ym":"INTERVAL '-1-6' YEAR TO MONTH"})"
    "\n{}\n"
    R"({"bo":false,"d":"NaN","f":"-INF","s":"x","ts":"1971-01-01T00:00:00Z"})"
    "\n";

/// Writes a batch and reads it again, at several batch sizes.
Rows RoundTrip(const char* name, const FormatOptions& options, const SchemaPtr& schema,
               const Batch& batch, int64_t batch_rows) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat(name, options, schema));
  const std::string path = files.Write(
      *format, schema, {SliceBatch(batch, 0, 1), SliceBatch(batch, 1, batch.num_rows - 1)});
  ReadRequest request;
  request.columns = schema;
  request.batch_rows = batch_rows;
  return files.Read(*format, path, request);
}

TEST(FormatRoundTripTest, EveryType) {
  const SchemaPtr schema = Ddl(kEveryType);
  const Batch batch = FromLines(kEveryTypeRows, schema);
  Rows expected;
  FormatFiles::AppendRows(batch, &expected);
  ASSERT_EQ(expected.size(), 3u);
  const std::vector<std::pair<const char*, FormatOptions>> formats = {
      {"json", {}},
      {"json", {{"compression", "gzip"}}},
      {"json", {{"ignoreNullFields", "false"}, {"lineSep", "\x1e"}}},
      {"json", {{"timeZone", "Asia/Kolkata"}}},
      {"parquet", {}},
      {"parquet", {{"compression", "zstd"}}},
      {"parquet", {{"compression", "gzip"}}},
      {"parquet", {{"compression", "lz4_raw"}}},
      {"parquet", {{"compression", "none"}}},
  };
  for (const auto& [name, options] : formats) {
    for (const int64_t batch_rows : {int64_t{1}, int64_t{8192}}) {
      EXPECT_EQ(RoundTrip(name, options, schema, batch, batch_rows), expected) << name;
    }
  }
}

TEST(FormatRoundTripTest, CsvScalars) {
  const SchemaPtr schema =
      Ddl("bo boolean, ti tinyint, l bigint, f float, d double, de decimal(20,4), s string, "
          "da date, ts timestamp, tn timestamp_ntz, dt interval day to second, "
          "ym interval year to month");
  const Batch batch = FromLines(kEveryTypeRows, schema);
  Rows expected;
  FormatFiles::AppendRows(batch, &expected);
  const FormatOptions names = {{"multiLine", "true"}, {"negativeInf", "-Infinity"}};
  for (const int64_t batch_rows : {int64_t{1}, int64_t{8192}}) {
    EXPECT_EQ(RoundTrip("csv", names, schema, batch, batch_rows), expected);
    FormatOptions zipped = names;
    zipped.Set("compression", "gzip");
    zipped.Set("header", "true");
    EXPECT_EQ(RoundTrip("csv", zipped, schema, batch, batch_rows), expected);
  }
}

TEST(FormatRoundTripTest, NestedTypes) {
  const SchemaPtr schema = Ddl(kNestedTypes);
  const Batch batch =
      FromLines(R"({"id":1,"a":[1,null],"aa":[["x"],[],null],"m":{"k":1,"n":null},)"
                R"("st":{"x":1,"y":{"z":"2024-01-01T00:00:00Z"}},"as":[{"k":"q","v":1.5},null]})"
                "\n{\"id\":2}\n{\"id\":3,\"a\":[],\"m\":{},\"st\":{},\"as\":[]}\n",
                schema);
  Rows expected;
  FormatFiles::AppendRows(batch, &expected);
  ASSERT_EQ(expected.size(), 3u);
  for (const char* name : {"json", "parquet"}) {
    for (const int64_t batch_rows : {int64_t{1}, int64_t{8192}}) {
      EXPECT_EQ(RoundTrip(name, {}, schema, batch, batch_rows), expected) << name;
    }
  }
}

TEST(FormatRoundTripTest, SelectionsAreHonoured) {
  const SchemaPtr schema = Ddl("s string");
  Batch batch = FromLines("{\"s\":\"a\"}\n{\"s\":\"b\"}\n{\"s\":\"c\"}\n", schema);
  batch.selection = std::make_shared<std::vector<int32_t>>(std::vector<int32_t>{0, 2});
  for (const char* name : {"json", "csv", "text", "parquet"}) {
    FormatFiles files;
    auto format = Unwrap(MakeFormat(name, {}, schema));
    ReadRequest request;
    request.columns = schema;
    EXPECT_EQ(files.Read(*format, files.Write(*format, schema, {batch}), request), (Rows{"a", "c"}))
        << name;
  }
}

std::string Content(FormatFiles* files, const std::string& path) {
  return Unwrap(files->file_system()->ReadFile(path));
}

std::string Written(const char* name, const FormatOptions& options, const SchemaPtr& schema,
                    const std::string& lines) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat(name, options, schema));
  return Content(&files, files.Write(*format, schema, {FromLines(lines, schema)}));
}

TEST(CsvWriteTest, SparksText) {
  const SchemaPtr schema = Ddl("s string, i int, d double, ts timestamp, bi binary");
  const std::string lines =
      R"({"s":"a","i":1,"d":1.5,"ts":"2024-01-02T03:04:05.123456Z","bi":"aGk="}
{"s":"x,\"y\"","i":2,"d":1e20,"bi":""}
{"s":"","d":"NaN"}
{"i":-1,"d":"Infinity"}
{"s":" sp ","d":1e-5}
{"s":"a\\b"}
{"s":"a\nb"}
{"s":"q\\\"z"}
{"s":"#c"}
)";
  EXPECT_EQ(Written("csv", {}, schema, lines),
            "a,1,1.5,2024-01-02T03:04:05.123Z,[68 69]\n\"x,\\\"y\\\"\",2,1.0E20,,[]\n"
            "\"\",,NaN,,\n,-1,Infinity,,\nsp,,1.0E-5,,\na\\b,,,,\n\"a\nb\",,,,\n"
            "\"q\\\\\\\"z\",,,,\n\"#c\",,,,\n");
  EXPECT_EQ(Written("csv", {{"escapeQuotes", "false"}}, Ddl("s string"),
                    "{\"s\":\"x,\\\"y\\\"\"}\n{\"s\":\"q\\\\\\\"z\"}\n"),
            "\"x,\\\"y\\\"\"\nq\\\"z\n");
  EXPECT_EQ(Written("csv", {{"nullValue", "NA"}, {"emptyValue", "EE"}}, Ddl("s string, i int"),
                    "{\"s\":\"\"}\n{\"i\":1}\n"),
            "EE,NA\nNA,1\n");
  EXPECT_EQ(Written("csv", {{"header", "true"}, {"quoteAll", "true"}}, Ddl("s string, i int"),
                    "{\"s\":\"a\"}\n"),
            "\"s\",\"i\"\n\"a\",\"\"\n");
  EXPECT_EQ(
      Written("csv",
              {{"ignoreLeadingWhiteSpace", "false"},
               {"ignoreTrailingWhiteSpace", "false"},
               {"escape", "\""},
               {"lineSep", "|"}},
              Ddl("s string"), "{\"s\":\" sp \"}\n{\"s\":\"x\\\"y\"}\n{\"s\":\"q\\\\\\\"z\"}\n"),
      " sp |\"x\"\"y\"|\"q\\\"\"z\"|");
  EXPECT_EQ(Written("csv", {{"sep", "||"}, {"timestampFormat", "yyyy/MM/dd"}},
                    Ddl("s string, ts timestamp"), "{\"s\":\"a|b\",\"ts\":\"2024-01-02\"}\n"),
            "a|b||2024/01/02\n");
}

TEST(JsonWriteTest, SparksText) {
  const SchemaPtr schema =
      Ddl("s string, d double, ts timestamp, de decimal(5,2), bi binary, ar array<int>, "
          "ma map<string,string>, st struct<p:int,q:int>, nt timestamp_ntz");
  const std::string lines =
      R"({"s":"a\"b\\c/\n\té\u0001","d":1.5,"ts":"2024-01-02T03:04:05.123456Z","de":1.5,)"
      R"("bi":"aGk=","ar":[1,null],"ma":{"k":null},"st":{"p":1},"nt":"2024-01-01T00:00:00.5"})"
      "\n{\"d\":\"NaN\",\"de\":0,\"ar\":[],\"st\":{}}\n";
  EXPECT_EQ(Written("json", {}, schema, lines),
            R"({"s":"a\"b\\c/\n\té\u0001","d":1.5,"ts":"2024-01-02T03:04:05.123Z","de":1.50,)"
            R"("bi":"aGk=","ar":[1,null],"ma":{"k":null},"st":{"p":1},)"
            R"("nt":"2024-01-01T00:00:00.500"})"
            "\n{\"d\":\"NaN\",\"de\":0.00,\"ar\":[],\"st\":{}}\n");
  EXPECT_EQ(Written("json", {{"ignoreNullFields", "false"}}, Ddl("a int, s struct<x:int>"),
                    "{\"s\":{}}\n"),
            "{\"a\":null,\"s\":{\"x\":null}}\n");
  EXPECT_EQ(Written("json",
                    {{"timeZone", "America/New_York"},
                     {"timestampFormat", "yyyy-MM-dd HH:mm:ss.SSSSSS z"}},
                    Ddl("ts timestamp"), "{\"ts\":\"2024-01-02T03:04:05.123456Z\"}\n"),
            "{\"ts\":\"2024-01-01 22:04:05.123456 EST\"}\n");
  EXPECT_EQ(Written("json", {{"pretty", "true"}, {"writeNonAsciiCharacterAsCodePoint", "true"}},
                    Ddl("z array<struct<a:int,b:array<map<string,int>>>>, y string"),
                    "{\"z\":[{\"a\":1,\"b\":[{\"x\":1}]}],\"y\":\"é\"}\n"),
            "{\n  \"z\" : [ {\n    \"a\" : 1,\n    \"b\" : [ {\n      \"x\" : 1\n    } ]\n  } ],\n"
            "  \"y\" : \"\\u00E9\"\n}\n");
}

TEST(TextFormatTest, Lines) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("text", {}, Ddl("value string")));
  const std::string path = files.Put("a.txt", "a\r\nb\rc\n\nd");
  for (const int64_t batch_rows : {int64_t{1}, int64_t{8192}}) {
    ReadRequest request;
    request.columns = Ddl("value string");
    request.batch_rows = batch_rows;
    EXPECT_EQ(files.Read(*format, path, request), (Rows{"a", "b", "c", "", "d"}));
    for (int64_t cut = 0; cut <= 9; ++cut) {
      ReadRequest first = request;
      first.range_end = cut;
      ReadRequest second = request;
      second.range_begin = cut;
      Rows rows = files.Read(*format, path, first);
      for (const std::string& row : files.Read(*format, path, second)) rows.push_back(row);
      EXPECT_EQ(rows, (Rows{"a", "b", "c", "", "d"})) << cut;
    }
  }
  auto separated = Unwrap(MakeFormat("text", {{"lineSep", "|;"}}, nullptr));
  const std::string other = files.Put("b.txt", "a|;b|;|;c");
  for (int64_t cut = 0; cut <= 9; ++cut) {
    ReadRequest request;
    request.columns = Ddl("value string");
    ReadRequest first = request;
    first.range_end = cut;
    request.range_begin = cut;
    Rows rows = files.Read(*separated, other, first);
    for (const std::string& row : files.Read(*separated, other, request)) rows.push_back(row);
    EXPECT_EQ(rows, (Rows{"a", "b", "", "c"})) << cut;
  }
}

TEST(TextFormatTest, SeparatorsThatOverlapThemselvesAreNotSplit) {
  EXPECT_TRUE(Unwrap(MakeFormat("text", {{"lineSep", "|;"}}, nullptr))->IsSplittable("a.txt"));
  EXPECT_FALSE(Unwrap(MakeFormat("text", {{"lineSep", "||"}}, nullptr))->IsSplittable("a.txt"));
  EXPECT_FALSE(Unwrap(MakeFormat("text", {}, nullptr))->IsSplittable("a.txt.gz"));
}

TEST(TextFormatTest, WholeTextAndSchemas) {
  FormatFiles files;
  auto whole = Unwrap(MakeFormat("text", {{"wholetext", "true"}}, nullptr));
  ReadRequest request;
  request.columns = Ddl("value string");
  EXPECT_EQ(files.Read(*whole, files.Put("a.txt", "a\nb\n"), request), (Rows{"a\nb\n"}));
  EXPECT_TRUE(IsCondition(MakeFormat("text", {}, Ddl("x int")).status(),
                          "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"));
  EXPECT_TRUE(IsCondition(MakeFormat("text", {}, Ddl("x string, y string")).status(),
                          "_LEGACY_ERROR_TEMP_1290"));
  EXPECT_EQ(Written("text", {}, Ddl("v string"), "{\"v\":\"a\"}\n{}\n{\"v\":\"b\"}\n"), "a\n\nb\n");
}

TEST(JsonFormatTest, MultiLineFilesAndLargeArrays) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("json", {{"multiLine", "true"}}, Ddl("a int")));
  EXPECT_FALSE(format->IsSplittable("x.json"));
  ReadRequest request;
  request.columns = Ddl("a int");
  request.batch_rows = 2;
  EXPECT_EQ(files.Read(*format, files.Put("a.json", "[{\"a\":\n1},{\"a\":2},{\"a\":3}]"), request),
            (Rows{"1", "2", "3"}));
  EXPECT_EQ(files.Read(*format, files.Put("b.json", "{\"a\":1}\n{\"a\":2}"), request), (Rows{"1"}));
  auto lines = Unwrap(MakeFormat("json", {}, Ddl("a int")));
  EXPECT_EQ(files.Read(*lines, files.Put("c.json", "[{\"a\":1},{\"a\":2},{\"a\":3}]\n{\"a\":4}\n"),
                       request),
            (Rows{"1", "2", "3", "4"}));
  EXPECT_EQ(SchemaToDdl(*Unwrap(lines->InferSchema(files.file_system(),
                                                   {files.Path("b.json"), files.Path("c.json")}))),
            "a BIGINT");
}

TEST(JsonFormatTest, DamagedGzip) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("json", {}, Ddl("a int")));
  ReadRequest request;
  request.columns = Ddl("a int");
  const Rows rows = files.Read(*format, files.Put("a.json.gz", "no gzip at all"), request);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_TRUE(rows[0].starts_with("ERROR"));
}

TEST(MakeFormatTest, Names) {
  for (const char* known : {"JSON", "csv", "Text", "parquet", "Orc"}) {
    EXPECT_TRUE(IsSupportedFormat(known));
    EXPECT_TRUE(MakeFormat(known, {}, nullptr).ok());
  }
  for (const char* refused : {"avro"}) {
    EXPECT_FALSE(IsSupportedFormat(refused));
    EXPECT_TRUE(IsCondition(MakeFormat(refused, {}, nullptr).status(), "UNSUPPORTED_FEATURE"));
  }
  EXPECT_TRUE(IsCondition(MakeFormat("nope", {}, nullptr).status(), "DATA_SOURCE_NOT_FOUND"));
}

}  // namespace
}  // namespace thalweg::formats
