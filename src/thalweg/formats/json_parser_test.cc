#include "thalweg/formats/json_parser.h"

#include <random>

#include "thalweg/formats/format_files_test.h"

namespace thalweg::formats {
namespace {

using Rows = std::vector<std::string>;

JsonOptions Options(const FormatOptions& options = {}) {
  return Unwrap(JsonOptions::Make(options, FormatDefaults()));
}

/// Parses lines into columns `ddl`, at several batch sizes, which must agree.
Rows Parse(std::string_view lines, std::string_view ddl, const FormatOptions& options = {}) {
  Rows first;
  for (const int64_t batch_rows : {int64_t{1}, int64_t{8192}}) {
    auto parser = Unwrap(JsonRowParser::Make(Ddl(ddl), Options(options)));
    if (parser == nullptr) return {};
    std::string text(lines);
    text.append(static_cast<size_t>(kJsonPadding), '\0');
    std::string_view rest = std::string_view(text).substr(0, lines.size());
    Rows rows;
    while (!rest.empty()) {
      auto used = parser->ParseLines(rest, batch_rows);
      if (!used.ok()) {
        rows.push_back(FormatFiles::ErrorText(used.status()));
        break;
      }
      rest.remove_prefix(static_cast<size_t>(*used));
      FormatFiles::AppendRows(Unwrap(parser->Finish()), &rows);
    }
    if (batch_rows == 1) first = rows;
    EXPECT_EQ(rows, first);
  }
  return first;
}

constexpr char kCorrupt[] = ", _corrupt_record string";

TEST(JsonRowParserTest, RootsAndTrailingText) {
  EXPECT_EQ(
      Parse("{\"a\":1} xx\n{\"a\":2}}\n{\"a\":3},\n[{\"a\":4},{\"a\":5}]\n\"s\"\n5\n\n   \n"
            "null\n[]\n[1]\n[{\"a\":1},2]\n[null]\n[{\"a\":1}",
            std::string("a int") + kCorrupt),
      (Rows{"1|null", "2|null", "3|null", "4|null", "5|null", "null|\"s\"", "null|5", "null|null",
            "null|[1]", "null|[{\"a\":1},2]", "null|[null]", "null|[{\"a\":1}"}));
}

TEST(JsonRowParserTest, AnyValueFitsAString) {
  EXPECT_EQ(Parse(R"({"a": {"x" : 1.50, "y":[1, 2, "\u00e9\n"]}}
{"a": 1.500}
{"a":1e5}
{"a":true}
{"a":-0}
{"a":{}}
{"a":null}
{"a":NaN}
{"a":12345678901234567890123}
{"a":"x\u0041\/\ud83d\ude00"}
{"a":"x\ud800y"}
{"a":""})",
                  "a string"),
            (Rows{R"({"x" : 1.50, "y":[1, 2, "\u00e9\n"]})", "1.500", "1e5", "true", "-0", "{}",
                  "null", "NaN", "12345678901234567890123", "xA/\xF0\x9F\x98\x80", "x?y", ""}));
}

TEST(JsonRowParserTest, IntegersTakeOnlyIntegers) {
  EXPECT_EQ(
      Parse(R"({"a":1.0}
{"a":"1"}
{"a":3000000000}
{"a":-5}
{"a":1e2}
{"a":true}
{"a":""}
{"a":[1]}
{"a":{"b":1}}
{"a": 7 }
{"a":-2147483648}
{"a":99999999999999999999})",
            "a int, b tinyint"),
      (Rows{"null|null", "null|null", "null|null", "-5|null", "null|null", "null|null", "null|null",
            "null|null", "null|null", "7|null", "-2147483648|null", "null|null"}));
}

TEST(JsonRowParserTest, DoublesAndTheirWords) {
  EXPECT_EQ(Parse(R"({"a":1}
{"a":"NaN"}
{"a":NaN}
{"a":-Infinity}
{"a":"-INF"}
{"a":+INF}
{"a":INF}
{"a":"1.5"}
{"a":1e400}
{"a":""}
{"a":0.1}
{"a":123456789012345678901234.5e-3})",
                  std::string("a double") + kCorrupt),
            (Rows{"1|null", "nan|null", "nan|null", "-inf|null", "-inf|null", "inf|null",
                  "null|{\"a\":INF}", "null|{\"a\":\"1.5\"}", "inf|null", "null|{\"a\":\"\"}",
                  "0.1|null", "1.2345678901234568e+20|null"}));
}

TEST(JsonRowParserTest, DecimalsRoundHalfUp) {
  EXPECT_EQ(Parse(R"({"a":1.005}
{"a":"1,000.5"}
{"a":"1.5"}
{"a":1e3}
{"a":123456789.1}
{"a":"abc"}
{"a":NaN}
{"a":-0.005})",
                  "a decimal(6,2)"),
            (Rows{"1.01", "1000.50", "1.50", "1000.00", "null", "null", "null", "-0.01"}));
}

TEST(JsonRowParserTest, BadFieldsLeaveTheOthersAlone) {
  EXPECT_EQ(Parse(R"({"a":"x","b":1}
{"a":2,"b":"y"}
{"a":3,"b":4})",
                  std::string("a int, b int") + kCorrupt),
            (Rows{R"(null|1|{"a":"x","b":1})", R"(2|null|{"a":2,"b":"y"})", "3|4|null"}));
}

TEST(JsonRowParserTest, BadNestedValues) {
  EXPECT_EQ(Parse(R"({"s":{"x":"bad","y":"ok"},"l":[1,"x",3],"m":{"p":1,"q":"x"},"b":1}
{"s":{"x":1},"l":[1,null],"m":{"p":null},"b":2}
{"s":5,"l":{"x":1},"m":[1],"b":3})",
                  "s struct<x:int,y:string>, l array<int>, m map<string,int>, b int"),
            (Rows{"{x:int32 = null, y:string = ok}|null|null|1",
                  "{x:int32 = 1, y:string = null}|list<element: int32>[1, null]|"
                  "map<string, int32>[{key:string = p, value:int32 = null}]|2",
                  "null|null|null|3"}));
}

TEST(JsonRowParserTest, StructsInsideListsStayInPart) {
  EXPECT_EQ(Parse(R"({"a":[{"x":1},{"x":"q"},{"x":3}]}
{"a":[{"x":1},5]})",
                  "a array<struct<x:int>>"),
            (Rows{"list<element: struct<x: int32>>[{x:int32 = 1}, {x:int32 = null}, {x:int32 = 3}]",
                  "null"}));
}

TEST(JsonRowParserTest, TheLastOfRepeatedNamesWins) {
  EXPECT_EQ(Parse(R"({"a":1,"a":2,"s":"x","s":"longer"}
{"a":1,"a":null,"s":"x"}
{"a":1,"a":"x","l":[1,2],"l":[3]})",
                  "a int, s string, l array<int>"),
            (Rows{"2|longer|null", "null|x|null", "1|null|list<element: int32>[3]"}));
}

TEST(JsonRowParserTest, SyntaxErrorsAnywhereMakeTheRecordMalformed) {
  const Rows bad = {R"({"a":1,"b":tru})",
                    R"({"a":1,"b":"x\q"})",
                    R"({"b":[1,})",
                    R"({"a":1,"b":01})",
                    "{\"a\":1,\"b\":\"tab\there\"}",
                    R"({a:8})",
                    R"({"a":9,})",
                    R"({"a":1 "b":2})",
                    R"({"a" 1})",
                    R"({"a":1)",
                    R"({"a":1.})",
                    R"({"a":-})",
                    R"({"a":.5})",
                    R"({"a":1a})",
                    R"({"a":truex})",
                    R"({"a":"x)",
                    R"({"a":"\u00zz"})"};
  for (const std::string& line : bad) {
    EXPECT_EQ(Parse(line, std::string("a int") + kCorrupt), (Rows{"null|" + line}));
    EXPECT_EQ(Parse(line, "a int", {{"mode", "dropMalformed"}}), Rows{});
    EXPECT_EQ(Parse(line, "a int", {{"mode", "failfast"}}),
              (Rows{"ERROR MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"}));
  }
  EXPECT_EQ(Parse("{'a':7}\n{\"A\":10}\n{\"a\":1,\"b\":\"\\ud800\"}", "a int"),
            (Rows{"7", "null", "1"}));
}

TEST(JsonRowParserTest, InvalidUtf8AndByteOrderMarks) {
  EXPECT_EQ(Parse("{\"a\":\"x\xff\xc3y\"}\n\xef\xbb\xbf{\"a\":\"bom\"}\n",
                  std::string("a string") + kCorrupt),
            (Rows{"null|{\"a\":\"x\xEF\xBF\xBD\xEF\xBF\xBDy\"}", "bom|null"}));
}

TEST(JsonRowParserTest, LineEnds) {
  EXPECT_EQ(Parse("{\"a\":1}\r\n{\"a\":2}\r{\"a\":3}\n", "a int"), (Rows{"1", "2", "3"}));
}

TEST(JsonRowParserTest, Timestamps) {
  EXPECT_EQ(
      Parse(R"({"a":"2024-01-02T03:04:05.123456Z"}
{"a":"2024-01-02 03:04:05"}
{"a":"2024-01-02"}
{"a":"2024"}
{"a":1700000000}
{"a":1.5}
{"a":"x"}
{"a":""}
{"a":"2024-01-02T03:04:05+0100"}
{"a":"2024-01-02T03:04:05GMT+01:00"}
{"a":" 2024-01-02 "}
{"a":"2024-01-02T25:04:05Z"})",
            "a timestamp"),
      (Rows{"2024-01-02 03:04:05.123456Z", "2024-01-02 03:04:05.000000Z",
            "2024-01-02 00:00:00.000000Z", "2024-01-01 00:00:00.000000Z",
            "2023-11-14 22:13:20.000000Z", "null", "null", "null", "2024-01-02 02:04:05.000000Z",
            "2024-01-02 02:04:05.000000Z", "2024-01-02 00:00:00.000000Z", "null"}));
  EXPECT_EQ(
      Parse(R"({"a":"2024-03-10T02:30:00"})", "a timestamp", {{"timeZone", "America/New_York"}}),
      (Rows{"2024-03-10 07:30:00.000000Z"}));
  EXPECT_EQ(Parse(R"({"a":"2024-01-02T03:04:05Z"}
{"a":"2024-01-02 03:04:05"}
{"a":5})",
                  "a timestamp_ntz"),
            (Rows{"null", "2024-01-02 03:04:05.000000", "null"}));
}

TEST(JsonRowParserTest, DatesAndPatterns) {
  EXPECT_EQ(Parse(R"({"a":"2024-01-02T03:04:05Z"}
{"a":"2024-01-02"}
{"a":"2024-1-2"}
{"a":"2024"}
{"a":"x"}
{"a":5}
{"a":"2024-02-30"}
{"a":"19000"})",
                  "a date"),
            (Rows{"2024-01-02", "2024-01-02", "2024-01-02", "2024-01-01", "null", "null", "null",
                  // Five digits are a year, as in Spark.
                  "19000-01-01"}));
  EXPECT_EQ(Parse(R"({"a":"02/01/2024 03:04","d":"02.01.24"}
{"a":"2024-01-02","d":"2024-01-02"})",
                  "a timestamp, d date",
                  {{"timestampFormat", "dd/MM/yyyy HH:mm"}, {"dateFormat", "dd.MM.yy"}}),
            (Rows{"2024-01-02 03:04:00.000000Z|2024-01-02", "null|null"}));
}

TEST(JsonRowParserTest, Binary) {
  EXPECT_EQ(Parse(R"({"a":"aGVsbG8="}
{"a":"aGVsbG8"}
{"a":"!!"}
{"a":""})",
                  "a binary"),
            (Rows{"hello", "null", "null", ""}));
}

TEST(JsonRowParserTest, LenientGrammar) {
  EXPECT_EQ(Parse("{a:8, b1_$:2}\n{/*x*/\"a\":1}\n{\"a\":007}\n{\"a\":\"\\q\"}\n{\"a\":\"a\tb\"}",
                  "a string",
                  {{"allowUnquotedFieldNames", "true"},
                   {"allowComments", "true"},
                   {"allowNumericLeadingZeros", "true"},
                   {"allowBackslashEscapingAnyCharacter", "true"},
                   {"allowUnquotedControlChars", "true"}}),
            (Rows{"8", "1", "007", "q", "a\tb"}));
  EXPECT_EQ(Parse("{'a':7}", "a int", {{"allowSingleQuotes", "false"}}), (Rows{"null"}));
  EXPECT_EQ(Parse("{\"a\":NaN}", "a double", {{"allowNonNumericNumbers", "false"}}),
            (Rows{"null"}));
}

TEST(JsonRowParserTest, LongNamesAndChangingOrder) {
  const std::string name(50, 'n');
  const std::string lines = "{\"" + name + "\":1,\"b\":2}\n{\"b\":3,\"" + name +
                            "\":4}\n{\"x\":0,\"" + name + "\":5}\n{\"" + name + "x\":6}\n";
  EXPECT_EQ(Parse(lines, name + " int, b int"), (Rows{"1|2", "4|3", "5|null", "null|null"}));
}

TEST(JsonRowParserTest, RefusedSchemas) {
  EXPECT_TRUE(
      IsCondition(JsonRowParser::Make(Ddl("a int, _corrupt_record int"), Options()).status(),
                  "INVALID_CORRUPT_RECORD_TYPE"));
  EXPECT_TRUE(IsCondition(JsonRowParser::Make(Ddl("a map<int,int>"), Options()).status(),
                          "INVALID_JSON_SCHEMA_MAP_TYPE"));
}

TEST(JsonRowParserTest, MutatedRecordsNeverBreakTheColumns) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string record =
      R"({"a":1,"b":"x\ny","c":[{"d":1.5},{"d":null}],"e":{"k":"v"},"f":"2024-01-02T03:04:05Z"})";
  std::string lines;
  for (int i = 0; i < 3000; ++i) {
    std::string mutated = record;
    for (uint64_t n = random() % 4; n > 0; --n) {
      mutated[random() % mutated.size()] = "{}[]:,\"\\ 1ex\t\n"[random() % 15];
    }
    lines += mutated + "\n";
  }
  Parse(lines,
        "a int, b string, c array<struct<d:double>>, e map<string,string>, f timestamp"
        ", _corrupt_record string");
}

std::string FromJson(const std::string& text, std::string_view type,
                     const FormatOptions& options = {}) {
  auto parser = Unwrap(JsonValueParser::Make(Unwrap(ParseDataType(type)), Options(options)));
  arrow::StringBuilder builder;
  EXPECT_TRUE(builder.Append(text).ok());
  auto parsed = parser->Parse(**builder.Finish());
  if (!parsed.ok()) return FormatFiles::ErrorText(parsed.status());
  EXPECT_TRUE((*parsed)->ValidateFull().ok());
  return FormatFiles::Cell(**parsed, 0);
}

TEST(JsonValueParserTest, Structs) {
  const char* type = "struct<a:int,b:string>";
  EXPECT_EQ(FromJson(R"({"a":1,"b":"x"})", type), "{a:int32 = 1, b:string = x}");
  EXPECT_EQ(FromJson(R"({"a":"q","b":"x"})", type), "{a:int32 = null, b:string = x}");
  for (const char* malformed : {R"({"a")", "null", R"([{"a":1}])", "5"}) {
    EXPECT_EQ(FromJson(malformed, type), "{a:int32 = null, b:string = null}") << malformed;
  }
  EXPECT_EQ(FromJson("", type), "null");
  EXPECT_EQ(FromJson("  ", type), "null");
  EXPECT_EQ(FromJson(R"({"a":"q"})", "struct<a:int,_corrupt_record:string>"),
            R"({a:int32 = null, _corrupt_record:string = {"a":"q"}})");
  EXPECT_EQ(FromJson(R"({"a":"x"})", type, {{"mode", "FAILFAST"}}),
            "ERROR MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
}

TEST(JsonValueParserTest, ArraysAndMaps) {
  EXPECT_EQ(FromJson("[1,2]", "array<int>"), "list<element: int32>[1, 2]");
  for (const char* malformed : {R"({"a":1})", R"([1,"x"])", "null", "[", "5"}) {
    EXPECT_EQ(FromJson(malformed, "array<int>"), "null") << malformed;
  }
  EXPECT_EQ(FromJson(R"({"a":1})", "array<struct<a:int>>"),
            "list<element: struct<a: int32>>[{a:int32 = 1}]");
  EXPECT_EQ(FromJson(R"([{"a":"x"},{"a":2}])", "array<struct<a:int>>"),
            "list<element: struct<a: int32>>[{a:int32 = null}, {a:int32 = 2}]");
  EXPECT_EQ(FromJson(R"({"a":1})", "map<string,int>"),
            "map<string, int32>[{key:string = a, value:int32 = 1}]");
  EXPECT_EQ(FromJson(R"({"a":"x","b":2})", "map<string,int>"), "null");
}

TEST(JsonValueParserTest, TextOfOtherValuesIsNormalised) {
  EXPECT_EQ(FromJson(R"({"a":{"x":  1.50, "y" : [ 1 ]}})", "struct<a:string>"),
            R"({a:string = {"x":1.5,"y":[1]}})");
  EXPECT_EQ(FromJson(R"({"a": 1.50})", "struct<a:string>"), "{a:string = 1.5}");
}

std::string Infer(const Rows& records, const FormatOptions& options = {}) {
  auto inference = JsonTypeInference::Make(Options(options));
  for (const std::string& record : records) {
    const Status added = inference->Add(record);
    if (!added.ok()) return FormatFiles::ErrorText(added);
  }
  const SchemaPtr schema = Unwrap(inference->FinishSchema());
  return SimpleTypeName(*arrow::struct_(schema->fields()));
}

TEST(JsonTypeInferenceTest, WidensAcrossRecords) {
  EXPECT_EQ(Infer({R"({"b":1,"a":"x","c":1.5,"d":true,"e":null,"f":[1,2.5],"g":{"z":1,"y":null},)"
                   R"("h":[],"i":{},"j":12345678901234567890,)"
                   R"("k":123456789012345678901234567890123456789012})",
                   R"({"b":"q","d":1,"cc":3,"f":["x"],"g":5})"}),
            "struct<a:string,b:string,c:double,cc:bigint,d:string,e:string,f:array<string>,"
            "g:string,h:array<string>,j:decimal(20,0),k:double>");
  EXPECT_EQ(Infer({R"([{"b":1},{"c":2}])", R"({"d":1})", "null", ""}),
            "struct<b:bigint,c:bigint,d:bigint>");
  EXPECT_EQ(Infer({R"({"n":12345678901234567890})", R"({"n":1.5})", R"({"m":1})",
                   R"({"m":99999999999999999999})"}),
            "struct<m:decimal(20,0),n:double>");
  EXPECT_EQ(Infer({R"({"b":NaN,"c":"","d":[null],"e":[[]],"f":{"g":{}}})"}),
            "struct<b:double,c:string,d:array<string>,e:array<array<string>>>");
}

TEST(JsonTypeInferenceTest, Options) {
  EXPECT_EQ(
      Infer({R"({"b":1.5,"c":"2.25","e":1e-5,"f":"abc","g":1})"}, {{"prefersDecimal", "true"}}),
      "struct<b:decimal(2,1),c:decimal(3,2),e:decimal(5,5),f:string,g:bigint>");
  EXPECT_EQ(Infer({R"({"b":1.5,"c":true,"d":[1]})"}, {{"primitivesAsString", "true"}}),
            "struct<b:string,c:string,d:array<string>>");
  EXPECT_EQ(
      Infer({R"({"b":null,"c":[null],"d":{},"e":[],"f":1})"}, {{"dropFieldIfAllNull", "true"}}),
      "struct<f:bigint>");
  EXPECT_EQ(Infer({R"({"b":"2024-01-01T00:00:00"})", R"({"b":"2024-01-01"})"},
                  {{"inferTimestamp", "true"}}),
            "struct<b:timestamp>");
}

TEST(JsonTypeInferenceTest, MalformedRecords) {
  const Rows records = {R"({"b":1})", R"({"b")"};
  EXPECT_EQ(Infer(records), "struct<_corrupt_record:string,b:bigint>");
  EXPECT_EQ(Infer({R"({"b":1})", "5"}), "struct<_corrupt_record:string,b:bigint>");
  EXPECT_EQ(Infer(records, {{"mode", "DROPMALFORMED"}}), "struct<b:bigint>");
  EXPECT_EQ(Infer(records, {{"mode", "FAILFAST"}}),
            "ERROR MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
}

TEST(JsonOptionsTest, BadValues) {
  const auto make = [](const FormatOptions& options) {
    return FormatFiles::ErrorText(JsonOptions::Make(options, FormatDefaults()).status());
  };
  EXPECT_EQ(make({{"multiLine", "bogus"}}), "ERROR STDS_INVALID_OPTION_VALUE.WITH_MESSAGE");
  EXPECT_EQ(make({{"samplingRatio", "bogus"}}), "ERROR STDS_INVALID_OPTION_VALUE.WITH_MESSAGE");
  EXPECT_EQ(make({{"encoding", "latin1"}}), "ERROR INVALID_PARAMETER_VALUE.CHARSET");
  EXPECT_EQ(make({{"locale", "de-DE"}}), "ERROR UNSUPPORTED_FEATURE");
  EXPECT_EQ(make({{"compression", "brotli"}}),
            "ERROR CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION");
  EXPECT_EQ(make({{"timestampFormat", "YYYY"}}),
            "ERROR INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION");
}

}  // namespace
}  // namespace thalweg::formats
