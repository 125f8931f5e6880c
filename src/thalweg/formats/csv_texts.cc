// CSV records in a column of texts.

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/formats/built_text_records.h"
#include "thalweg/formats/csv_header.h"
#include "thalweg/formats/csv_inference.h"
#include "thalweg/formats/csv_row_parser.h"
#include "thalweg/formats/padded_texts.h"

namespace thalweg::formats {
namespace {

/// Whether a text is a record. Unlike lines of files, a text of other white space than spaces is.
bool IsCsvText(std::string_view text, char comment) {
  if (text.find_first_not_of(' ') == std::string_view::npos) return false;
  return comment == '\0' || text.front() != comment;
}

/// The text without the empty lines in front of its record.
std::string_view WithoutEmptyLines(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
  return text;
}

/// The texts that are records with data, one after the other.
class CsvDataTexts {
 public:
  /// `header`: a text that is none; nothing: all are.
  CsvDataTexts(char comment, std::optional<std::string> header)
      : comment_(comment), header_(std::move(header)) {}

  /// `take`: Status(std::string_view text).
  template <typename Take>
  Status ForEach(const arrow::StringArray& texts, const Take& take) {
    padded_.Reset(texts);
    for (int64_t row = 0; row < texts.length(); ++row) {
      if (texts.IsNull(row)) continue;
      const std::string_view text = padded_[row];
      if (!IsCsvText(text, comment_) || text == header_) continue;
      ARROW_RETURN_NOT_OK(take(WithoutEmptyLines(text)));
    }
    return Status::OK();
  }

 private:
  const char comment_;
  const std::optional<std::string> header_;
  PaddedTexts padded_;
};

class CsvTextParser final : public TextRecordParser {
 public:
  CsvTextParser(CsvDataTexts texts, std::unique_ptr<CsvRowParser> parser)
      : texts_(std::move(texts)), parser_(std::move(parser)) {}

  Status Parse(const arrow::StringArray& texts) override {
    return texts_.ForEach(
        texts, [this](std::string_view text) { return parser_->ParseRecord(text).status(); });
  }
  Result<Batch> Finish() override { return parser_->Finish(); }

 private:
  CsvDataTexts texts_;
  std::unique_ptr<CsvRowParser> parser_;
};

class CsvTextInference final : public TextRecordInference {
 public:
  CsvTextInference(CsvOptions options, CsvDataTexts texts, std::unique_ptr<CsvTypeInference> types)
      : options_(std::move(options)), texts_(std::move(texts)), types_(std::move(types)) {}

  Status Add(const arrow::StringArray& texts) override {
    return texts_.ForEach(texts, [this](std::string_view text) -> Status {
      ARROW_RETURN_NOT_OK(tokenizer_.TokenizeRecord(text, &tokens_).status());
      types_->Add(tokens_);
      return Status::OK();
    });
  }
  Result<SchemaPtr> Finish() override { return types_->Finish(); }

 private:
  const CsvOptions options_;
  CsvTokenizer tokenizer_{&options_};
  CsvDataTexts texts_;
  std::unique_ptr<CsvTypeInference> types_;
  std::vector<CsvToken> tokens_;
};

/// The values of a record.
class SingleRecord {
 public:
  explicit SingleRecord(const CsvOptions& options) : options_(options) {}
  /// Valid as long as this is.
  Result<std::vector<CsvToken>> Tokenize(std::string_view text) {
    text_ = text;
    text_.append(static_cast<size_t>(kJsonPadding), '\0');
    std::vector<CsvToken> tokens;
    const std::string_view record = std::string_view(text_).substr(0, text.size());
    ARROW_RETURN_NOT_OK(tokenizer_.TokenizeRecord(WithoutEmptyLines(record), &tokens).status());
    return tokens;
  }

 private:
  const CsvOptions& options_;
  CsvTokenizer tokenizer_{&options_};
  std::string text_;
};

class CsvTexts final : public TextRecords {
 public:
  explicit CsvTexts(CsvOptions options) : options_(std::move(options)) {}

  bool NeedsFirstRecord(bool infers) const override { return infers || options_.header; }
  bool IsRecord(std::string_view text) const override { return IsCsvText(text, options_.comment); }

  Result<std::unique_ptr<TextRecordInference>> MakeInference(
      const std::optional<std::string>& first_record) const override {
    std::vector<std::string> names;
    if (first_record) {
      SingleRecord record(options_);
      ARROW_ASSIGN_OR_RAISE(const auto tokens, record.Tokenize(*first_record));
      names = CsvColumnNames(tokens, options_);
    }
    ARROW_ASSIGN_OR_RAISE(auto types, CsvTypeInference::Make(std::move(names), options_));
    return std::make_unique<CsvTextInference>(options_, DataTexts(first_record), std::move(types));
  }

  Result<std::unique_ptr<TextRecordParser>> MakeParser(
      const SchemaPtr& schema, const std::optional<std::string>& first_record) const override {
    if (first_record && options_.header) {
      SingleRecord record(options_);
      ARROW_ASSIGN_OR_RAISE(const auto tokens, record.Tokenize(*first_record));
      ARROW_RETURN_NOT_OK(CheckCsvHeader(tokens, *schema, options_, "the texts"));
    }
    ARROW_ASSIGN_OR_RAISE(auto parser, CsvRowParser::Make(*schema, *schema, options_));
    return std::make_unique<CsvTextParser>(DataTexts(first_record), std::move(parser));
  }

 private:
  CsvDataTexts DataTexts(const std::optional<std::string>& first_record) const {
    return {options_.comment, options_.header ? first_record : std::nullopt};
  }

  const CsvOptions options_;
};

}  // namespace

Result<TextRecordsPtr> MakeCsvTexts(const FormatOptions& options, const FormatDefaults& defaults) {
  ARROW_ASSIGN_OR_RAISE(auto csv, CsvOptions::Make(options, defaults));
  return std::make_shared<CsvTexts>(std::move(csv));
}

}  // namespace thalweg::formats
