#include "thalweg/formats/text_records.h"

#include <random>

#include <arrow/api.h>

#include "thalweg/formats/format_files_test.h"

namespace thalweg::formats {
namespace {

using Texts = std::vector<std::optional<std::string>>;

/// The texts [begin, end) as a column that is a slice of a longer one.
ArrayPtr Column(const Texts& texts, size_t begin, size_t end) {
  arrow::StringBuilder builder;
  EXPECT_TRUE(builder.Append("in front").ok());
  for (size_t i = begin; i < end; ++i) {
    EXPECT_TRUE((texts[i] ? builder.Append(*texts[i]) : builder.AppendNull()).ok());
  }
  return Unwrap(builder.Finish())->Slice(1);
}

template <typename Consumer>
Status Feed(const Texts& texts, size_t batch_rows, const Consumer& consume) {
  for (size_t begin = 0; begin < texts.size(); begin += batch_rows) {
    const ArrayPtr column = Column(texts, begin, std::min(begin + batch_rows, texts.size()));
    ARROW_RETURN_NOT_OK(consume(static_cast<const arrow::StringArray&>(*column)));
  }
  return Status::OK();
}

Result<std::vector<std::string>> ParseAll(const TextRecords& records, const Texts& texts,
                                          const SchemaPtr& schema,
                                          const std::optional<std::string>& first,
                                          size_t batch_rows) {
  ARROW_ASSIGN_OR_RAISE(auto parser, records.MakeParser(schema, first));
  std::vector<std::string> rows;
  ARROW_RETURN_NOT_OK(Feed(texts, batch_rows, [&](const arrow::StringArray& column) -> Status {
    ARROW_RETURN_NOT_OK(parser->Parse(column));
    ARROW_ASSIGN_OR_RAISE(const Batch batch, parser->Finish());
    FormatFiles::AppendRows(batch, &rows);
    return Status::OK();
  }));
  return rows;
}

/// The rows of texts that come one at a time, and all at once: both must be the same. An error is
/// a row too.
std::vector<std::string> Read(const char* format, const Texts& texts, const char* ddl,
                              const FormatOptions& options = {},
                              const std::optional<std::string>& first = std::nullopt) {
  auto records = TextRecords::Make(format, options, {});
  if (!records.ok()) return {FormatFiles::ErrorText(records.status())};
  const auto one = ParseAll(**records, texts, Ddl(ddl), first, 1);
  const auto all = ParseAll(**records, texts, Ddl(ddl), first, 1000);
  EXPECT_EQ(one.status().ToString(), all.status().ToString());
  if (!all.ok()) return {FormatFiles::ErrorText(all.status())};
  EXPECT_EQ(*one, *all);
  return *all;
}

std::string Infer(const char* format, const Texts& texts, const FormatOptions& options = {},
                  const std::optional<std::string>& first = std::nullopt) {
  auto records = Unwrap(TextRecords::Make(format, options, {}));
  auto inference = records->MakeInference(first);
  // It keeps what it needs.
  records.reset();
  if (!inference.ok()) return FormatFiles::ErrorText(inference.status());
  const Status status =
      Feed(texts, 2, [&](const arrow::StringArray& column) { return (*inference)->Add(column); });
  if (!status.ok()) return FormatFiles::ErrorText(status);
  return SimpleTypeName(*arrow::struct_(Unwrap((*inference)->Finish())->fields()));
}

TEST(TextRecordsTest, JsonTextsAreRecordsWhateverLineEndsTheyHave) {
  EXPECT_EQ(Read("json", {"{\n\"a\":\r\n1}", "", "[{\"a\":2},{\"a\":3}]", "{"},
                 "a int, _corrupt_record string"),
            (std::vector<std::string>{"1|null", "2|null", "3|null", "null|{"}));
}

TEST(TextRecordsTest, NullIsAMalformedRecordWithoutText) {
  const Texts json = {"{\"a\":1}", std::nullopt};
  const std::vector<std::string> kept = {"1|null", "null|null"};
  EXPECT_EQ(Read("json", json, "a int, _corrupt_record string"), kept);
  EXPECT_EQ(Read("json", json, "a int", {{"mode", "DROPMALFORMED"}}),
            (std::vector<std::string>{"1"}));
  EXPECT_EQ(Read("json", json, "a int", {{"mode", "FAILFAST"}}),
            (std::vector<std::string>{"ERROR MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"}));
  EXPECT_EQ(Infer("json", json), "struct<_corrupt_record:string,a:bigint>");
  const Texts xml = {"<p><a>1</a></p>", std::nullopt};
  EXPECT_EQ(Read("xml", xml, "a int, _corrupt_record string"), kept);
  EXPECT_EQ(Read("xml", xml, "a int", {{"mode", "DROPMALFORMED"}}),
            (std::vector<std::string>{"1"}));
  EXPECT_EQ(Read("xml", xml, "a int", {{"mode", "FAILFAST"}}),
            (std::vector<std::string>{"ERROR MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"}));
  EXPECT_EQ(Infer("xml", xml), "struct<_corrupt_record:string,a:bigint>");
  EXPECT_EQ(Read("csv", {"1", std::nullopt, "2"}, "a int"), (std::vector<std::string>{"1", "2"}));
}

TEST(TextRecordsTest, CsvLeavesOutHeadersBlanksAndComments) {
  const Texts texts = {"", "  ", "#c", "a,b", "1,x", "a,b", "\n2,y\n3,z"};
  const FormatOptions options = {{"header", "true"}, {"comment", "#"}};
  EXPECT_EQ(Read("csv", texts, "a int, b string", options, "a,b"),
            (std::vector<std::string>{"1|x", "2|y"}));
  EXPECT_EQ(
      Infer("csv", texts, {{"header", "true"}, {"comment", "#"}, {"inferSchema", "true"}}, "a,b"),
      "struct<a:int,b:string>");
  EXPECT_EQ(Infer("csv", {}), "struct<>");
  const auto records = Unwrap(TextRecords::Make("csv", options, {}));
  EXPECT_TRUE(records->NeedsFirstRecord(/*infers=*/false));
  EXPECT_FALSE(records->IsRecord("   "));
  EXPECT_FALSE(records->IsRecord("#c"));
  EXPECT_TRUE(records->IsRecord("\t"));
}

TEST(TextRecordsTest, CsvComparesAHeaderThatIsNotEnforced) {
  const FormatOptions options = {{"header", "true"}, {"enforceSchema", "false"}};
  EXPECT_EQ(Read("csv", {"x,b", "1,2"}, "a int, b int", options, "x,b"),
            (std::vector<std::string>{"ERROR _LEGACY_ERROR_TEMP_3241"}));
  EXPECT_EQ(Read("csv", {"A,b", "1,2"}, "a int, b int", options, "A,b"),
            (std::vector<std::string>{"1|2"}));
}

TEST(TextRecordsTest, XmlTakesAnyElement) {
  EXPECT_EQ(Read("xml", {"<q><a>1</a></q><q><a>2</a></q>", "<", "x"},
                 "a int, _corrupt_record string", {{"rowTag", "p"}}),
            (std::vector<std::string>{"1|null", "null|<", "null|x"}));
}

TEST(TextRecordsTest, RefusesWhatTheFormatRefuses) {
  EXPECT_EQ(Read("json", {}, "m map<int,int>"),
            (std::vector<std::string>{"ERROR INVALID_JSON_SCHEMA_MAP_TYPE"}));
  EXPECT_EQ(Read("csv", {}, "a int, _corrupt_record int"),
            (std::vector<std::string>{"ERROR INVALID_CORRUPT_RECORD_TYPE"}));
  EXPECT_EQ(Read("csv", {}, "a int", {{"sep", ""}}),
            (std::vector<std::string>{"ERROR INVALID_DELIMITER_VALUE.EMPTY_STRING"}));
  EXPECT_EQ(Read("orc", {}, "a int"), (std::vector<std::string>{"ERROR UNSUPPORTED_FEATURE"}));
}

TEST(TextRecordsTest, AnyBytesGiveRowsOrAnError) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  constexpr std::string_view kCharacters = "{}[]\":,<>/a1 \n\r\t\\&;#=\xC3\xA9\xFF-.e";
  for (int round = 0; round < 300; ++round) {
    Texts texts(random() % 20);
    for (auto& text : texts) {
      if (random() % 10 == 0) continue;
      text.emplace();
      for (size_t length = random() % 40; length > 0; --length) {
        text->push_back(kCharacters[random() % kCharacters.size()]);
      }
    }
    for (const char* format : {"json", "csv", "xml"}) {
      Read(format, texts, "a int, b array<string>, _corrupt_record string");
      Read(format, texts, "a int, b string, _corrupt_record string");
      Infer(format, texts, {{"inferSchema", "true"}},
            texts.empty() || !texts[0] ? std::nullopt : texts[0]);
    }
  }
}

}  // namespace
}  // namespace thalweg::formats
