// XML records in a column of texts.

#include <arrow/api.h>

#include "thalweg/formats/built_text_records.h"
#include "thalweg/formats/xml_events.h"
#include "thalweg/formats/xml_inference.h"
#include "thalweg/formats/xml_row_parser.h"

namespace thalweg::formats {
namespace {

class XmlTextParser final : public TextRecordParser {
 public:
  explicit XmlTextParser(std::unique_ptr<XmlRowParser> parser) : parser_(std::move(parser)) {}

  Status Parse(const arrow::StringArray& texts) override {
    for (int64_t row = 0; row < texts.length(); ++row) {
      if (texts.IsNull(row)) {
        ARROW_RETURN_NOT_OK(parser_->ParseNull());
        continue;
      }
      const std::string_view text = texts.GetView(row);
      reader_->Read(text, &events_);
      ARROW_RETURN_NOT_OK(
          parser_->ParseRecord(events_, 0, [&] { return Result<std::string_view>(text); })
              .status());
    }
    return Status::OK();
  }
  Result<Batch> Finish() override { return parser_->Finish(); }

 private:
  std::unique_ptr<XmlTextReader> reader_ = XmlTextReader::Make();
  std::unique_ptr<XmlRowParser> parser_;
  XmlEvents events_;
};

class XmlTextInference final : public TextRecordInference {
 public:
  explicit XmlTextInference(const XmlOptions& options)
      : inference_(XmlTypeInference::Make(options)) {}

  Status Add(const arrow::StringArray& texts) override {
    for (int64_t row = 0; row < texts.length(); ++row) {
      // No XML at all: what NULL is too.
      reader_->Read(texts.IsNull(row) ? std::string_view() : texts.GetView(row), &events_);
      ARROW_RETURN_NOT_OK(inference_->Add(events_));
    }
    return Status::OK();
  }
  Result<SchemaPtr> Finish() override { return inference_->Finish(); }

 private:
  std::unique_ptr<XmlTextReader> reader_ = XmlTextReader::Make();
  std::unique_ptr<XmlTypeInference> inference_;
  XmlEvents events_;
};

class XmlTexts final : public TextRecords {
 public:
  explicit XmlTexts(XmlOptions options) : options_(std::move(options)) {}

  Result<std::unique_ptr<TextRecordInference>> MakeInference(
      const std::optional<std::string>&) const override {
    return std::make_unique<XmlTextInference>(options_);
  }
  Result<std::unique_ptr<TextRecordParser>> MakeParser(
      const SchemaPtr& schema, const std::optional<std::string>&) const override {
    ARROW_ASSIGN_OR_RAISE(auto parser, XmlRowParser::Make(schema, options_));
    return std::make_unique<XmlTextParser>(std::move(parser));
  }

 private:
  const XmlOptions options_;
};

}  // namespace

Result<TextRecordsPtr> MakeXmlTexts(const FormatOptions& options, const FormatDefaults& defaults) {
  ARROW_ASSIGN_OR_RAISE(auto xml, XmlOptions::Make(options, defaults, /*needs_row_tag=*/false));
  return std::make_shared<XmlTexts>(std::move(xml));
}

}  // namespace thalweg::formats
