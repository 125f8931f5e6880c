#include <random>

#include "thalweg/formats/format_files_test.h"
#include "thalweg/formats/xml_events.h"

namespace thalweg::formats {
namespace {

using Rows = std::vector<std::string>;

constexpr char kThree[] = "a int, b string, c string, _corrupt_record string";

FormatOptions WithRowTag(FormatOptions options) {
  if (!options.Find("rowTag")) options.Set("rowTag", "row");
  return options;
}

/// Reads XML text at several batch sizes, which must agree; with several lines a record also in
/// halves.
Rows Read(std::string_view text, const std::string& ddl, const FormatOptions& options = {}) {
  FormatFiles files;
  auto format = MakeFormat("xml", WithRowTag(options), Ddl(ddl));
  if (!format.ok()) return {FormatFiles::ErrorText(format.status())};
  const std::string path = files.Put("a.xml", text);
  Rows first;
  for (const int64_t batch_rows : {int64_t{1}, int64_t{8192}}) {
    ReadRequest request;
    request.columns = Ddl(ddl);
    request.batch_rows = batch_rows;
    const Rows rows = files.Read(**format, path, request);
    if (batch_rows == 1) first = rows;
    EXPECT_EQ(rows, first);
  }
  if (!(*format)->IsSplittable(path)) return first;
  const int64_t middle = static_cast<int64_t>(text.size() / 2);
  Rows halves;
  for (const bool second : {false, true}) {
    ReadRequest request;
    request.columns = Ddl(ddl);
    (second ? request.range_begin : request.range_end) = middle;
    for (const std::string& row : files.Read(**format, path, request)) halves.push_back(row);
  }
  EXPECT_EQ(halves, first);
  return first;
}

std::string Infer(std::string_view text, const FormatOptions& options = {}) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("xml", WithRowTag(options), nullptr));
  auto schema = format->InferSchema(files.file_system(), {files.Put("a.xml", text)});
  if (!schema.ok()) return FormatFiles::ErrorText(schema.status());
  return SimpleTypeName(*arrow::struct_((*schema)->fields()));
}

/// A record alone; `{}` in a row stands for it as the text of a corrupt record.
Rows ReadOne(std::string_view content, const std::string& ddl, const FormatOptions& options = {}) {
  const std::string text = "<r>" + std::string(content) + "</r>";
  Rows rows = Read(text, ddl, options);
  for (std::string& row : rows) {
    const size_t at = row.find(text);
    if (at != std::string::npos) row.replace(at, text.size(), "{}");
  }
  return rows;
}

std::string Written(const SchemaPtr& schema, const std::string& json,
                    const FormatOptions& options = {}) {
  FormatFiles files;
  auto lines = Unwrap(MakeFormat("json", {}, schema));
  ReadRequest request;
  request.columns = schema;
  auto reader = Unwrap(lines->OpenReader(files.Open(files.Put("in.json", json)), request));
  auto batch = Unwrap(reader->Next());
  auto format = Unwrap(MakeFormat("xml", WithRowTag(options), schema));
  std::vector<Batch> batches;
  if (batch) batches.push_back(std::move(*batch));
  const std::string path = files.Write(*format, schema, batches);
  ReadRequest whole;
  whole.columns = Ddl("value string");
  auto text = Unwrap(MakeFormat("text", {{"wholetext", "true"}}, whole.columns));
  const Rows rows = files.Read(*text, path, whole);
  return rows.empty() ? "" : rows[0];
}

// Expected rows, types and bytes are those of Spark 4.3.0.

TEST(XmlReadTest, BadValuesEndTheirElement) {
  EXPECT_EQ(ReadOne("<row><b>x</b><a>z</a><c>q</c></row><row><a>3</a></row>", kThree),
            (Rows{"null|x|null|{}", "3|null|null|null"}));
  EXPECT_EQ(ReadOne("<row><a>z</a><b>x</b></row><row><a>3</a></row>", kThree,
                    {{"mode", "DROPMALFORMED"}}),
            (Rows{"3|null|null|null"}));
  EXPECT_EQ(ReadOne("<row><a>z</a></row>", kThree, {{"mode", "FAILFAST"}}),
            (Rows{"ERROR MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"}));
  // What stands behind a bad value inside an element is read as a child of the outer one.
  EXPECT_EQ(ReadOne("<row><s><x>1</x><y>q</y><a>7</a></s><b>t</b></row><row><b>5</b></row>",
                    "a int, b string, s struct<x:int,y:int,a:int>, _corrupt_record string"),
            (Rows{"7|null|null|{}", "null|5|null|null"}));
}

TEST(XmlReadTest, TextThatIsNoXml) {
  EXPECT_EQ(ReadOne("<row><a>1</a></row><row><a>2</b></row><row><a>3</a></row>", kThree),
            (Rows{"1|null|null|null", "null|null|null|{}"}));
  EXPECT_EQ(Read("<r><row><a>1</a></row>", kThree), (Rows{"1|null|null|null"}));
  EXPECT_EQ(Read("<r><row><a>1</a></row><row><a>2", kThree),
            (Rows{"1|null|null|null", "null|null|null|<r><row><a>1</a></row><row><a>2"}));
  EXPECT_EQ(Read("<row><a>1</a></row>\n<row/>", kThree),
            (Rows{"1|null|null|null", "null|null|null|<row><a>1</a></row>\n<row/>"}));
  EXPECT_EQ(Read("", kThree), Rows());
  EXPECT_EQ(Read("<r></r>", kThree), Rows());
}

TEST(XmlReadTest, EntitiesAndDocumentTypes) {
  EXPECT_EQ(ReadOne("<row><a>1</a><b>&foo;</b><c>1</c></row><row><b>2</b></row>", kThree),
            (Rows{"1|null|null|{}", "null|2|null|null"}));
  EXPECT_EQ(Read("<!DOCTYPE r [<!ENTITY foo \"bar\">]><r><row><b>2</b></row></r>", kThree),
            (Rows{"null|2|null|null"}));
  const std::string declared =
      "<!DOCTYPE r [<!ENTITY foo \"bar\">]><r><row><b>&foo;</b></row><row><b>2</b></row></r>";
  EXPECT_EQ(Read(declared, kThree), (Rows{"null|null|null|" + declared, "null|2|null|null"}));
  EXPECT_EQ(Read("<!DOCTYPE r SYSTEM \"x.dtd\"><r><row><b>2</b></row></r>", kThree),
            (Rows{"null|2|null|null"}));
  EXPECT_EQ(ReadOne("<row><b>&lt;&#65;&amp;</b><c><![CDATA[<x>]]> y</c></row>", kThree),
            (Rows{"null|<A&|<x> y|null"}));
}

TEST(XmlReadTest, Nesting) {
  std::string deep;
  for (int i = 0; i < kMaxXmlDepth; ++i) deep += "<d>";
  deep = "<r><row>" + deep;
  EXPECT_EQ(Read(deep, kThree), (Rows{"null|null|null|" + deep}));
}

TEST(XmlReadTest, Strings) {
  EXPECT_EQ(ReadOne("<row><b>1<c k=\"v\">t</c>2<d>4 &lt; 5</d>z</b></row>", "b string"),
            (Rows{"1<c k=\"v\">t</c>2<d>4 < 5</d>z"}));
  EXPECT_EQ(ReadOne("<row><b/><c></c><a/></row>", kThree), (Rows{"null|||null"}));
  EXPECT_EQ(ReadOne("<row><b/><c></c><a/></row>", kThree, {{"nullValue", ""}}),
            (Rows{"null|null|null|null"}));
  EXPECT_EQ(ReadOne("<row><b>1<!-- c -->2</b><c> x </c></row>", kThree), (Rows{"null|12|x|null"}));
  EXPECT_EQ(
      ReadOne("<row><q k=\"1\">1<w/></q><b>x</b><z>2</z></row>", "b string, xs_any array<string>"),
      (Rows{"x|list<element: string>[1<w></w>, 2]"}));
}

TEST(XmlReadTest, Scalars) {
  EXPECT_EQ(ReadOne("<row><d>1,234.5abc</d></row><row><d>-1,2e3</d></row><row><d>NaN</d></row>"
                    "<row><d>x</d></row><row><d>1.5d</d></row>",
                    "d double, _corrupt_record string"),
            (Rows{"1234.5|null", "-12|null", "nan|null", "null|{}", "1.5|null"}));
  EXPECT_EQ(ReadOne("<row><d>1,234.567</d></row><row><d>12345.6</d></row>",
                    "d decimal(6,2), _corrupt_record string"),
            (Rows{"1234.57|null", "null|{}"}));
  EXPECT_EQ(ReadOne("<row><d>TRUE</d></row><row><d>0</d></row><row><d>yes</d></row>",
                    "d boolean, _corrupt_record string"),
            (Rows{"true|null", "false|null", "null|{}"}));
  EXPECT_EQ(ReadOne("<row><d>2024-01-02</d></row><row><d>2024-1-2</d></row>",
                    "d date, _corrupt_record string"),
            (Rows{"2024-01-02|null", "null|{}"}));
  EXPECT_EQ(ReadOne("<row><d>[41 4f]</d></row><row><d>abc</d></row>", "d binary"),
            (Rows{"AO", "null"}));
  EXPECT_EQ(ReadOne("<row><a>+1</a><a>--2</a></row><row><a> 7 </a></row>",
                    "a array<int>, _corrupt_record string"),
            (Rows{"list<element: int32>[1, 2]|null", "list<element: int32>[7]|null"}));
}

TEST(XmlReadTest, RowsOnLines) {
  EXPECT_EQ(Read("<row><a>1</a></row>\n<row><a>x</a></row>\n\nzz\n<o b=\"1\"><a>5</a></o> tail",
                 kThree, {{"multiLine", "false"}}),
            (Rows{"1|null|null|null", "null|null|null|<row><a>x</a></row>", "null|null|null|",
                  "null|null|null|zz", "5|null|null|null"}));
}

TEST(XmlReadTest, Encodings) {
  EXPECT_EQ(Read("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r><row><b>\xE9</b></row></r>",
                 "b string"),
            (Rows{"\xC3\xA9"}));
  EXPECT_EQ(Read("\xEF\xBB\xBF\xEF\xBB\xBF<r><row><b>x</b></row></r>", "b string"), (Rows{"x"}));
  EXPECT_EQ(Read("\xEF\xBB\xBF<r><row><b>\xC3\xA9</b></row></r>", "b string"), (Rows{"\xC3\xA9"}));
  // The option counts, not what the file declares.
  EXPECT_EQ(Read("<?xml version=\"1.0\" encoding=\"UTF-8\"?><r><row><b>\xE9</b></row></r>",
                 "b string", {{"encoding", "ISO-8859-1"}}),
            (Rows{"\xC3\xA9"}));
  EXPECT_EQ(Read("", "b string", {{"encoding", "latin1"}}),
            (Rows{"ERROR INVALID_PARAMETER_VALUE.CHARSET"}));
}

TEST(XmlReadTest, Options) {
  EXPECT_EQ(Read("", "a int", {{"rowTag", " "}}),
            (Rows{"ERROR STDS_INVALID_OPTION_VALUE.WITH_MESSAGE"}));
  EXPECT_EQ(Read("", "a int", {{"rootTag", "<a>"}}),
            (Rows{"ERROR STDS_INVALID_OPTION_VALUE.WITH_MESSAGE"}));
  EXPECT_EQ(Read("", "a int", {{"valueTag", "_"}}),
            (Rows{"ERROR STDS_INVALID_OPTION_VALUE.WITH_MESSAGE"}));
  EXPECT_EQ(Read("", "a int", {{"rowValidationXSDPath", "x"}}),
            (Rows{"ERROR UNSUPPORTED_FEATURE"}));
  EXPECT_EQ(Read("", "m map<int,int>"), (Rows{"ERROR INVALID_XML_SCHEMA_MAP_TYPE"}));
  EXPECT_TRUE(IsCondition(MakeFormat("xml", {}, nullptr).status(), "XML_ROW_TAG_MISSING"));
}

/// Any bytes are read without harm: to valid columns, the same at every size of batches.
TEST(XmlReadTest, DamagedText) {
  const std::string text =
      "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY e \"x\">]><r><row k=\"1\"><a>1</a><b>x&amp;"
      "<c n=\"v\">t</c><![CDATA[<y>]]></b><l>1</l><l>2</l><s><x>1</x><y>2</y></s><m><p>1</p></m>"
      "</row><row><a>2</a><!-- c --><b/><s x=\"3\"/></row></r>";
  const char* ddl =
      "_k int, a int, b string, l array<int>, s struct<x:int,_x:int,_VALUE:string>, "
      "m map<string,int>, xs_any array<string>, _corrupt_record string";
  std::mt19937_64 random(20240229);
  for (int round = 0; round < 500; ++round) {
    std::string damaged = text;
    for (uint64_t change = random() % 4 + 1; change > 0; --change) {
      const size_t at = random() % damaged.size();
      switch (random() % 4) {
        case 0:
          damaged[at] = "<>&\"/ =]a\0\x80\n"[random() % 12];
          break;
        case 1:
          damaged.erase(at, random() % 8);
          break;
        case 2:
          damaged.insert(at, damaged.substr(random() % damaged.size(), random() % 30));
          break;
        default:
          damaged.resize(at + 1);
          break;
      }
    }
    Read(damaged, ddl);
    Read(damaged, ddl, {{"multiLine", "false"}});
    Infer(damaged);
  }
}

TEST(XmlInferenceTest, Types) {
  EXPECT_EQ(Infer("<r><row><a>1</a><b>1.5</b><c>true</c><d>2024-01-01</d>"
                  "<e>2024-01-01 00:00:00</e><f>x</f><g/><h>1d</h><i>.5</i><j>+5</j></row></r>"),
            "struct<a:bigint,b:double,c:boolean,d:date,e:timestamp,f:string,g:string,h:string,"
            "i:double,j:bigint>");
  EXPECT_EQ(Infer("<r><row><a>1</a></row><row><a>1.5</a></row></r>"), "struct<a:double>");
  EXPECT_EQ(Infer("<r><row><d>2024-01-01</d></row><row><d>2024-01-01 00:00:00</d></row></r>"),
            "struct<d:timestamp>");
  EXPECT_EQ(Infer("<r><row><a>1</a><b>2.50</b></row></r>", {{"inferSchema", "false"}}),
            "struct<a:string,b:string>");
}

TEST(XmlInferenceTest, AttributesAndText) {
  EXPECT_EQ(Infer("<r><row A=\"1\" b=\"x\"><c d=\"2\">3</c><c>4</c><e f=\"true\"/></row>"
                  "<row><e/></row></r>"),
            "struct<_A:bigint,_b:string,c:array<struct<_VALUE:bigint,_d:bigint>>,"
            "e:struct<_f:boolean>>");
  EXPECT_EQ(Infer("<r><row><b>1<c/>2<d>4</d>z</b></row></r>"),
            "struct<b:struct<_VALUE:array<string>,c:string,d:bigint>>");
  EXPECT_EQ(
      Infer("<r><row><a><x>1</x></a></row><row><a>5</a></row><row><a k=\"1\">7</a></row></r>"),
      "struct<a:struct<_VALUE:string,_k:bigint>>");
  EXPECT_EQ(Infer("<r><row>text</row><row><a>1</a></row></r>"), "struct<_VALUE:string,a:bigint>");
  EXPECT_EQ(Infer("<r><row><Foo>1</Foo><foo>2</foo></row><row><FOO>3</FOO></row></r>"),
            "struct<Foo:array<bigint>>");
  EXPECT_EQ(Infer("<r xmlns:n=\"u\"><n:row><n:a n:k=\"1\">1</n:a></n:row></r>",
                  {{"ignoreNamespace", "true"}}),
            "struct<a:struct<_VALUE:bigint,_k:bigint>>");
  EXPECT_EQ(Infer("<r><row><a>1</a></row><row><a>2</b></row></r>"),
            "struct<_corrupt_record:string,a:bigint>");
  EXPECT_EQ(Infer("<r><row a=\"1\"/><row a=\"\"/></r>"), "struct<_a:string>");
  EXPECT_EQ(Infer("<r><row a=\"1\"/><row a=\"\"/></r>", {{"nullValue", ""}}), "struct<_a:bigint>");
  EXPECT_EQ(Infer("<r><row/></r>"), "struct<>");
}

TEST(XmlWriteTest, Layout) {
  const std::string declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
  EXPECT_EQ(
      Written(Ddl("a array<int>, b array<array<int>>, s struct<x:int,_y:int>, "
                  "f struct<p:int>, m map<string,int>"),
              R"({"a":[1,null,3],"b":[[1,2],[3]],"s":{"x":1,"_y":2},"f":{},"m":{"k":1,"_j":2}})"),
      declaration +
          "<ROWS>\n    <row>\n        <a>1</a>\n        <a>3</a>\n        <b>\n"
          "            <item>1</item>\n            <item>2</item>\n        </b>\n        <b>\n"
          "            <item>3</item>\n        </b>\n        <s y=\"2\">\n            <x>1</x>\n"
          "        </s>\n        <f/>\n        <m j=\"2\">\n            <k>1</k>\n        </m>\n"
          "    </row>\n</ROWS>");
  EXPECT_EQ(Written(Ddl("a int, b array<int>, s struct<x:int>"), R"({"a":1,"b":[1,2],"s":{"x":1}})",
                    {{"indent", ""}}),
            declaration + "<ROWS>\n<row><a>1</a><b>1</b><b>2</b><s><x>1</x></s></row>\n</ROWS>");
  EXPECT_EQ(
      Written(Ddl("a int"), R"({"a":1})",
              {{"indent", "\t"}, {"rootTag", "books foo=\"bar\" x='y'"}, {"declaration", ""}}),
      "<books foo=\"bar\" x=\"y\">\n\t<row>\n\t\t<a>1</a>\n\t</row>\n</books>");
  EXPECT_EQ(
      Written(Ddl("_a int, b string, _VALUE string, _n int, _e date"),
              R"({"_a":1,"b":"x<&\"\n'>","_VALUE":"v","_e":"2024-01-02"})", {{"declaration", ""}}),
      "<ROWS>\n    <row a=\"1\" e=\"19724\">\n        <b>x&lt;&amp;\"\n'></b>v\n    </row>\n"
      "</ROWS>");
  EXPECT_EQ(Written(Ddl("a int, b string"), "{\"b\":\"\"}\n{\"a\":2}",
                    {{"declaration", ""}, {"nullValue", "N"}}),
            "<ROWS>\n    <row>\n        <a>N</a>\n        <b></b>\n    </row>\n    <row>\n"
            "        <a>2</a>\n        <b>N</b>\n    </row>\n</ROWS>");
  EXPECT_EQ(Written(Ddl("a int"), ""), "");
}

TEST(XmlWriteTest, NamesAndCharacters) {
  FormatFiles files;
  for (const char* name : {"a b", "1a", "a:b", "-a"}) {
    const SchemaPtr schema = arrow::schema({arrow::field(name, arrow::int32())});
    auto format = Unwrap(MakeFormat("xml", {{"rowTag", "row"}}, schema));
    auto file = Unwrap(files.file_system()->CreateNew(files.Path(name)));
    auto writer = Unwrap(format->OpenWriter(file.get(), schema));
    Batch batch;
    batch.num_rows = 1;
    batch.columns = {Unwrap(arrow::MakeArrayFromScalar(arrow::Int32Scalar(1), 1))};
    EXPECT_TRUE(IsCondition(writer->Write(batch), "UNSUPPORTED_FEATURE")) << name;
  }
}

}  // namespace
}  // namespace thalweg::formats
