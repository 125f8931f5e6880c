// JSON records in a column of texts.

#include <arrow/api.h>

#include "thalweg/formats/built_text_records.h"
#include "thalweg/formats/json_parser.h"
#include "thalweg/formats/padded_texts.h"

namespace thalweg::formats {
namespace {

class JsonTextParser final : public TextRecordParser {
 public:
  explicit JsonTextParser(std::unique_ptr<JsonRowParser> parser) : parser_(std::move(parser)) {}

  Status Parse(const arrow::StringArray& texts) override {
    padded_.Reset(texts);
    for (int64_t row = 0; row < texts.length(); ++row) {
      ARROW_RETURN_NOT_OK(texts.IsNull(row) ? parser_->ParseNull()
                                            : parser_->ParseRecord(padded_[row]));
    }
    return Status::OK();
  }
  Result<Batch> Finish() override { return parser_->Finish(); }

 private:
  std::unique_ptr<JsonRowParser> parser_;
  PaddedTexts padded_;
};

class JsonTextInference final : public TextRecordInference {
 public:
  explicit JsonTextInference(const JsonOptions& options)
      : inference_(JsonTypeInference::Make(options)) {}

  Status Add(const arrow::StringArray& texts) override {
    for (int64_t row = 0; row < texts.length(); ++row) {
      ARROW_RETURN_NOT_OK(texts.IsNull(row) ? inference_->AddNull()
                                            : inference_->Add(texts.GetView(row)));
    }
    return Status::OK();
  }
  Result<SchemaPtr> Finish() override { return inference_->FinishSchema(); }

 private:
  std::unique_ptr<JsonTypeInference> inference_;
};

class JsonTexts final : public TextRecords {
 public:
  explicit JsonTexts(JsonOptions options) : options_(std::move(options)) {}

  Result<std::unique_ptr<TextRecordInference>> MakeInference(
      const std::optional<std::string>&) const override {
    return std::make_unique<JsonTextInference>(options_);
  }
  Result<std::unique_ptr<TextRecordParser>> MakeParser(
      const SchemaPtr& schema, const std::optional<std::string>&) const override {
    ARROW_ASSIGN_OR_RAISE(auto parser, JsonRowParser::Make(schema, options_));
    return std::make_unique<JsonTextParser>(std::move(parser));
  }

 private:
  const JsonOptions options_;
};

}  // namespace

Result<TextRecordsPtr> MakeJsonTexts(const FormatOptions& options, const FormatDefaults& defaults) {
  ARROW_ASSIGN_OR_RAISE(JsonOptions json, JsonOptions::Make(options, defaults));
  json.exact_text = false;
  return std::make_shared<JsonTexts>(std::move(json));
}

}  // namespace thalweg::formats
