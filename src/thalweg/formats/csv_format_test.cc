#include <random>

#include "thalweg/formats/format_files_test.h"

namespace thalweg::formats {
namespace {

using Rows = std::vector<std::string>;

constexpr char kThree[] = "a string, b string, c string, _corrupt_record string";

/// Reads CSV text; batch sizes and ways to split the file must agree. `wanted`: all if empty.
Rows Read(std::string_view text, const std::string& ddl, const FormatOptions& options = {},
          const std::string& wanted = "") {
  FormatFiles files;
  auto format = MakeFormat("csv", options, Ddl(ddl));
  if (!format.ok()) return {FormatFiles::ErrorText(format.status())};
  const std::string path = files.Put("a.csv", text);
  Rows first;
  for (const int64_t batch_rows : {int64_t{1}, int64_t{8192}}) {
    ReadRequest request;
    request.columns = Ddl(wanted.empty() ? ddl : wanted);
    request.batch_rows = batch_rows;
    const Rows rows = files.Read(**format, path, request);
    if (batch_rows == 1) first = rows;
    EXPECT_EQ(rows, first);
  }
  if ((*format)->IsSplittable(path)) {
    const int64_t middle = static_cast<int64_t>(text.size() / 2);
    Rows halves;
    for (const bool second : {false, true}) {
      ReadRequest request;
      request.columns = Ddl(wanted.empty() ? ddl : wanted);
      (second ? request.range_begin : request.range_end) = middle;
      for (const std::string& row : files.Read(**format, path, request)) halves.push_back(row);
    }
    if (first.empty() || !first.back().starts_with("ERROR")) {
      EXPECT_EQ(halves, first);
    }
  }
  return first;
}

std::string Infer(std::string_view text, const FormatOptions& options) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("csv", options, nullptr));
  auto schema = format->InferSchema(files.file_system(), {files.Put("a.csv", text)});
  if (!schema.ok()) return FormatFiles::ErrorText(schema.status());
  return SimpleTypeName(*arrow::struct_((*schema)->fields()));
}

TEST(CsvReadTest, QuotesAndMissingValues) {
  EXPECT_EQ(Read("1,2,3\n\"x,y\",\"a\"\"b\",z\n\"a\\\"b\",'q',\"\\\\\"\n,\"\",\n1,2\n"
                 "1,2,3,4\n\n   \n"
                 "\"unclosed,2,3\n4,5,6\n",
                 kThree),
            (Rows{"1|2|3|null", "x,y|\"a\"\"b\"|z|null", "a\"b|'q'|\\|null", "null|null|null|null",
                  "1|2|null|1,2", "1|2|3|1,2,3,4", "unclosed,2,3|null|null|\"unclosed,2,3",
                  "4|5|6|null"}));
}

TEST(CsvReadTest, UnescapedQuotes) {
  EXPECT_EQ(
      Read("a\"b,c,d\n\"a\"b,c,d\n\"a\"b\"c,d,e\n\"a\" ,b,c\n \"a\",b,c\n\"a\"x\n"
           "\"ab\n\"\"\",b,c\n"
           "\"\"\"a\"\"\",b,c\n\"a\\nb\",c\\,d,e\n\"a\\\\b\",\\\"q,\"\\\\\"\n",
           kThree),
      (Rows{"a\"b|c|d|null", "\"a\"b|c|d|null", "\"a\"b\"c|d|e|null", "a|b|c|null",
            " \"a\"|b|c|null", "\"a\"x|null|null|\"a\"x", "ab|null|null|\"ab", "\"|b|c|null",
            "\"\"\"a\"\"\"|b|c|null", "a\\nb|c\\|d|\"a\\nb\",c\\,d,e", "a\\b|\\\"q|\\|null"}));
}

TEST(CsvReadTest, UnescapedQuoteHandling) {
  const char* text =
      "\"a\"b,c,d\n\"a\"b\"c,d,e\n\"a\"b\",\"c\",d\n\"ab,c,d\nx\"y\",c,d\n\"a\" b\",c,d\n";
  const char* abc = "a string, b string, c string";
  EXPECT_EQ(Read(text, abc, {{"unescapedQuoteHandling", "STOP_AT_CLOSING_QUOTE"}}),
            (Rows{"a\"b,c,d|null|null", "a\"b\"c,d,e|null|null", "a\"b|c|d", "ab,c,d|null|null",
                  "x\"y\"|c|d", "a\" b|c|d"}));
  EXPECT_EQ(Read(text, abc), (Rows{"\"a\"b|c|d", "\"a\"b\"c|d|e", "\"a\"b\"|c|d",
                                   "ab,c,d|null|null", "x\"y\"|c|d", "\"a\" b\"|c|d"}));
  EXPECT_EQ(
      Read(text, abc, {{"unescapedQuoteHandling", "SKIP_VALUE"}}),
      (Rows{"null|c|d", "null|d|e", "null|c|d", "ab,c,d|null|null", "x\"y\"|c|d", "null|c|d"}));
  EXPECT_EQ(Read(text, abc, {{"unescapedQuoteHandling", "raise_error"}}),
            (Rows{"ERROR MALFORMED_CSV_RECORD"}));
  EXPECT_EQ(Read(text, abc, {{"unescapedQuoteHandling", "BACK_TO_DELIMITER"}}),
            (Rows{"ERROR UNSUPPORTED_FEATURE"}));
}

TEST(CsvReadTest, WhiteSpace) {
  const char* abc = "a string, b string, c string";
  EXPECT_EQ(Read(" a , \"b\" ,\"  c  \"\n  ,x, \n", abc), (Rows{" a | \"b\" |  c  ", "  |x| "}));
  EXPECT_EQ(Read(" a , \"b\" ,\"  c  \"\n  ,x, \n \" a\",b , \"c\"  \n", abc,
                 {{"ignoreLeadingWhiteSpace", "true"}, {"ignoreTrailingWhiteSpace", "true"}}),
            (Rows{"a|b|  c  ", "null|x|null", " a|b|c"}));
  EXPECT_EQ(Read(" a , \"b\" ,\"  c  \"\n", abc, {{"ignoreLeadingWhiteSpace", "true"}}),
            (Rows{"a |b|  c  "}));
  EXPECT_EQ(
      Read(" a , \"b\" ,\"  c  \"\n\"x\"  ,y  ,z\n", abc, {{"ignoreTrailingWhiteSpace", "true"}}),
      (Rows{" a| \"b\"|  c  ", "x|y|z"}));
}

TEST(CsvReadTest, NullAndEmptyValues) {
  const char* abc = "a string, b string, c string";
  EXPECT_EQ(Read("NA,\"NA\",\n\"\",,x\n", abc, {{"nullValue", "NA"}, {"emptyValue", "EMPTY"}}),
            (Rows{"null|null|null", "EMPTY|null|x"}));
  EXPECT_EQ(Read("\"\",,x\n", abc), (Rows{"null|null|x"}));
  EXPECT_EQ(Read("\"\",,x\n", abc, {{"emptyValue", "E"}}), (Rows{"E|null|x"}));
}

TEST(CsvReadTest, Numbers) {
  EXPECT_EQ(Read("1,1.5,true\n+1,1e3,TRUE\n 1,NaN,false\n1.0,Inf,x\n99999999999,-Inf,True\n"
                 "-5,1d,1\n,,\nx,abc,\n5,Infinity,f\n6, 1.5 ,false \n7,0x1p3,TRUE\n",
                 "a int, b double, d boolean, _corrupt_record string"),
            (Rows{"1|1.5|true|null", "1|1000|true|null", "null|nan|false| 1,NaN,false",
                  "null|inf|null|1.0,Inf,x", "null|-inf|true|99999999999,-Inf,True",
                  "-5|1|null|-5,1d,1", "null|null|null|null", "null|null|null|x,abc,",
                  "5|inf|null|5,Infinity,f", "6|1.5|null|6, 1.5 ,false ", "7|8|true|null"}));
  EXPECT_EQ(Read("1.005\n\"1,000.5\"\n1e3\n123456789.1\nabc\n", "a decimal(6,2)"),
            (Rows{"1.01", "1000.50", "1000.00", "null", "null"}));
  EXPECT_EQ(Read("hello,1\nx,128\n", "a binary, b tinyint"), (Rows{"hello|1", "x|null"}));
}

TEST(CsvReadTest, Times) {
  EXPECT_EQ(
      Read("2024-01-02,2024-01-02\n2024-1-2,2024-01-02T03:04:05Z\n"
           "2024,2024-01-02 03:04:05.123\n2024-01-02 00:00:00,x\n2024-01-02T03:04,2024\n",
           "a date, b timestamp, _corrupt_record string"),
      (Rows{"2024-01-02|2024-01-02 00:00:00.000000Z|null",
            "2024-01-02|2024-01-02 03:04:05.000000Z|null",
            "2024-01-01|2024-01-02 03:04:05.123000Z|null", "2024-01-02|null|2024-01-02 00:00:00,x",
            "2024-01-02|2024-01-01 00:00:00.000000Z|null"}));
  EXPECT_EQ(Read("01/02/2024,01/02/2024 03:04\n2024-01-01,x\n", "a date, b timestamp",
                 {{"dateFormat", "dd/MM/yyyy"}, {"timestampFormat", "dd/MM/yyyy HH:mm"}}),
            (Rows{"2024-02-01|2024-02-01 03:04:00.000000Z", "null|null"}));
}

TEST(CsvReadTest, CommentsAndHeaders) {
  EXPECT_EQ(Read("#x\n1,2,3\n #y,2,3\n4,5,6\n", "a string, b string, c string", {{"comment", "#"}}),
            (Rows{"1|2|3", " #y|2|3", "4|5|6"}));
  EXPECT_EQ(Read("\n#c\na,b,c\n1,2,3\na,b,c\n", "a string, b string, c string",
                 {{"comment", "#"}, {"header", "true"}}),
            (Rows{"1|2|3", "a|b|c"}));
  const FormatOptions strict = {{"header", "true"}, {"enforceSchema", "false"}};
  EXPECT_EQ(Read("x,b\n1,2\n", "a string, b string", {{"header", "true"}}), (Rows{"1|2"}));
  EXPECT_EQ(Read("x,b\n1,2\n", "a string, b string", strict),
            (Rows{"ERROR _LEGACY_ERROR_TEMP_3241"}));
  EXPECT_EQ(Read("a\n1\n", "a string, b string", strict), (Rows{"ERROR _LEGACY_ERROR_TEMP_3241"}));
  EXPECT_EQ(Read("A,B\n1,2\n", "a string, b string", strict), (Rows{"1|2"}));
  EXPECT_EQ(Read("\xEF\xBB\xBF"
                 "a,b\n1,2\n",
                 "a string, b string", strict),
            (Rows{"1|2"}));
}

TEST(CsvReadTest, ColumnPruning) {
  const char* text = "1,2,3\n1,2\n1\n1,2,3,4\nx,2,3\n";
  const char* abc = "a int, b int, c int";
  EXPECT_EQ(Read(text, abc, {}, "b int"), (Rows{"2", "2", "null", "2", "2"}));
  EXPECT_EQ(Read(text, std::string(abc) + ", _corrupt_record string", {},
                 "b int, _corrupt_record string"),
            (Rows{"2|null", "2|null", "null|null", "2|null", "2|null"}));
  EXPECT_EQ(Read(text, abc, {{"mode", "DROPMALFORMED"}}, "c int"),
            (Rows{"3", "null", "null", "3", "3"}));
  EXPECT_EQ(Read(text, abc, {{"mode", "DROPMALFORMED"}, {"columnPruning", "false"}}, "c int"),
            (Rows{"3", "3"}));
  EXPECT_EQ(Read(text, abc, {}, "c int, a int"),
            (Rows{"3|1", "null|1", "null|1", "3|1", "3|null"}));
}

TEST(CsvReadTest, Modes) {
  const char* abc = "a int, b int, c int";
  const char* text = "1,2,3\n1,2\n1,2,3,4\nx,2,3\n";
  EXPECT_EQ(Read(text, abc, {{"mode", "DROPMALFORMED"}}), (Rows{"1|2|3"}));
  EXPECT_EQ(Read("1,2\n", abc, {{"mode", "FAILFAST"}}),
            (Rows{"ERROR MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"}));
  EXPECT_EQ(Read("1,2\nx,2\n1\n", "a int, _corrupt_record string, b int"),
            (Rows{"1|null|2", "null|x,2|2", "1|1|null"}));
  EXPECT_EQ(Read("1\n", "a int, _corrupt_record string", {}, "_corrupt_record string"),
            (Rows{"ERROR UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN"}));
}

TEST(CsvReadTest, CountsRowsWithoutColumns) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("csv", {}, Ddl("a int, b int")));
  ReadRequest request;
  request.columns = arrow::schema(arrow::FieldVector());
  auto reader = Unwrap(format->OpenReader(files.Open(files.Put("a.csv", "1,2\n\nx\n")), request));
  EXPECT_EQ(Unwrap(reader->Next())->num_rows, 2);
}

TEST(CsvReadTest, MultiLine) {
  const FormatOptions multi = {{"multiLine", "true"}};
  EXPECT_EQ(Read("a,\"x\ny\",c\n1,2,3\r\n\"p\r\nq\",5,6", kThree, multi),
            (Rows{"a|x\ny|c|null", "1|2|3\r|null", "p\r\nq|5|6|null"}));
  EXPECT_EQ(Read("a,b,c\r\n\"p\r\nq\",5,6\r\n", kThree, multi),
            (Rows{"a|b|c|null", "p\nq|5|6|null"}));
  EXPECT_EQ(Read("a,\"x\ny,c\n1,2,3\n", "a string, b string, c string", multi),
            (Rows{"a|x\ny,c\n1,2,3\n|null"}));
  EXPECT_EQ(
      Read("a,b,c\n\n1,2,3\n1,2\n#x,1,2\n", kThree, {{"multiLine", "true"}, {"comment", "#"}}),
      (Rows{"a|b|c|null", "1|2|3|null", "1|2|null|1,2"}));
  EXPECT_EQ(
      Read("h1,\"h\n2\"\n1,2\n", "a string, b string", {{"multiLine", "true"}, {"header", "true"}}),
      (Rows{"1|2"}));
}

TEST(CsvReadTest, SeparatorsQuotesAndEscapes) {
  const char* abc = "a string, b string, c string";
  EXPECT_EQ(Read("1,2,3\r\n4,5,6\r7,8,9\n", abc), (Rows{"1|2|3", "4|5|6", "7|8|9"}));
  EXPECT_EQ(Read("1,2,3|4,5,6|", abc, {{"lineSep", "|"}}), (Rows{"1|2|3", "4|5|6"}));
  EXPECT_EQ(Read("1;2;3\n", abc, {{"sep", ";"}}), (Rows{"1|2|3"}));
  EXPECT_EQ(Read("1\t2\t3\n", abc, {{"delimiter", "\\t"}}), (Rows{"1|2|3"}));
  EXPECT_EQ(Read("1||2||3\n\"a||b\"||c|d||e\n", abc, {{"sep", "||"}}),
            (Rows{"1|2|3", "a||b|c|d|e"}));
  EXPECT_EQ(Read("'a,b',c,d\n", abc, {{"quote", "'"}}), (Rows{"a,b|c|d"}));
  EXPECT_EQ(Read("\"a,b\",c\n", abc, {{"quote", ""}}), (Rows{"\"a|b\"|c"}));
  EXPECT_EQ(Read("\"a\"\"b\",\"c\\\"d\",e\n\"a^\"b\",c,d\n", abc, {{"escape", "\""}}),
            (Rows{"a\"b|\"c\\\"d\"|e", "\"a^\"b\"|c|d"}));
  EXPECT_EQ(Read("\"a^\"b\",\"c^^\",\"^x\"\n\"a^^\"b\",c,d\n", abc, {{"escape", "^"}}),
            (Rows{"a\"b|c^|^x", "\"a^\"b\"|c|d"}));
  EXPECT_EQ(Read("\"a\\\\\"b\",\"c|\\\"\",x\n", abc, {{"charToEscapeQuoteEscaping", "|"}}),
            (Rows{"a\\\"b|c\\\"|x"}));
  EXPECT_EQ(Read("a\xff"
                 "b,2,3\n",
                 abc),
            (Rows{"a\xEF\xBF\xBD"
                  "b|2|3"}));
}

TEST(CsvReadTest, LimitsAndBadOptions) {
  EXPECT_EQ(Read("1,2,3,4\n", "a string", {{"maxColumns", "3"}}),
            (Rows{"ERROR MALFORMED_CSV_RECORD"}));
  EXPECT_EQ(Read("12345\n", "a string", {{"maxCharsPerColumn", "3"}}),
            (Rows{"ERROR MALFORMED_CSV_RECORD"}));
  const auto error = [](const FormatOptions& options) { return Read("1\n", "a int", options)[0]; };
  EXPECT_EQ(error({{"sep", "\\q"}}), "ERROR INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER");
  EXPECT_EQ(error({{"sep", ""}}), "ERROR INVALID_DELIMITER_VALUE.EMPTY_STRING");
  EXPECT_EQ(error({{"quote", "ab"}}), "ERROR OPTION_VALUE_EXCEEDS_ONE_CHARACTER");
  EXPECT_EQ(error({{"header", "x"}}), "ERROR STDS_INVALID_OPTION_VALUE.WITH_MESSAGE");
  EXPECT_EQ(error({{"maxColumns", "x"}}), "ERROR STDS_INVALID_OPTION_VALUE.WITH_MESSAGE");
  EXPECT_EQ(error({{"unescapedQuoteHandling", "x"}}),
            "ERROR STDS_INVALID_OPTION_VALUE.WITH_MESSAGE");
  EXPECT_EQ(error({{"lineSep", "abc"}}), "ERROR INVALID_LINE_SEPARATOR.TOO_LONG");
  EXPECT_EQ(error({{"compression", "abc"}}),
            "ERROR CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION");
  EXPECT_EQ(Read("1\n", "a array<int>"), (Rows{"ERROR UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"}));
}

TEST(CsvInferTest, TypesOfColumns) {
  EXPECT_EQ(Infer("i,l,d,dt,ts,b,s,n,dec,m\n"
                  "1,1,1.5,2024-01-01,2024-01-01T00:00:00,true,x,,99999999999999999999,1\n"
                  "2,9999999999,2,2024-01-02,2024-01-01,false,1,,1,x\n",
                  {{"header", "true"}, {"inferSchema", "true"}}),
            "struct<i:int,l:bigint,d:double,dt:date,ts:timestamp,b:boolean,s:string,n:string,"
            "dec:decimal(20,0),m:string>");
  EXPECT_EQ(Infer("1,x\n2.5,y,z\n", {{"inferSchema", "true"}}), "struct<_c0:double,_c1:string>");
  EXPECT_EQ(Infer("2024-01-01,2024-01-01 00:00:00,2024-1-1,12:00\n"
                  "2024-01-01 01:00:00,2024-01-01,2024,x\n",
                  {{"inferSchema", "true"}}),
            "struct<_c0:timestamp,_c1:timestamp,_c2:timestamp,_c3:string>");
  EXPECT_EQ(Infer("1,1.5,1\ntrue,2024-01-01,9999999999\n", {{"inferSchema", "true"}}),
            "struct<_c0:string,_c1:string,_c2:bigint>");
  EXPECT_EQ(Infer("01/02/2024,01/02/2024 03:04\n", {{"inferSchema", "true"},
                                                    {"dateFormat", "dd/MM/yyyy"},
                                                    {"timestampFormat", "dd/MM/yyyy HH:mm"}}),
            "struct<_c0:date,_c1:timestamp>");
  EXPECT_EQ(Infer("2024-01-01\n", {{"inferSchema", "true"}, {"preferDate", "false"}}),
            "struct<_c0:timestamp>");
}

TEST(CsvInferTest, Names) {
  EXPECT_EQ(Infer("a,A,,b\"q, \"x y\"\n1,2,3,4,5\n", {{"header", "true"}}),
            "struct<a0:string,A1:string,_c2:string,b\"q:string, \"x y\":string>");
  EXPECT_EQ(Infer("", {}), "struct<>");
  EXPECT_EQ(Infer("#x\na,b\n", {{"comment", "#"}, {"header", "true"}}),
            "struct<a:string,b:string>");
  EXPECT_EQ(Infer("h1,\"h\n2\"\n1,2\n",
                  {{"header", "true"}, {"multiLine", "true"}, {"inferSchema", "true"}}),
            "struct<h1:int,h\n2:int>");
}

TEST(CsvReadTest, AnyRangesReadEveryRowOnce) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += std::to_string(i) + "," + std::string(random() % 20, 'x');
    text += random() % 3 == 0 ? "\r\n" : (random() % 2 == 0 ? "\n" : "\r");
  }
  FormatFiles files;
  const std::string path = files.Put("a.csv", text);
  auto format = Unwrap(MakeFormat("csv", {}, Ddl("a int, b string")));
  ReadRequest whole;
  whole.columns = Ddl("a int");
  const Rows all = files.Read(*format, path, whole);
  ASSERT_EQ(all.size(), 200u);
  for (int round = 0; round < 50; ++round) {
    Rows pieces;
    int64_t at = 0;
    while (at < static_cast<int64_t>(text.size())) {
      ReadRequest request = whole;
      request.range_begin = at;
      at += 1 + static_cast<int64_t>(random() % 500);
      request.range_end = at;
      for (const std::string& row : files.Read(*format, path, request)) pieces.push_back(row);
    }
    ASSERT_EQ(pieces, all);
  }
}

}  // namespace
}  // namespace thalweg::formats
