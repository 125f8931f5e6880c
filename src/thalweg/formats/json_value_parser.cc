#include <arrow/api.h>

#include "thalweg/formats/json_parser.h"
#include "thalweg/formats/json_value_reader.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats {
namespace {

using Outcome = JsonValueReader::Outcome;

class ValueParser final : public JsonValueParser {
 public:
  explicit ValueParser(JsonOptions options) : reader_(std::move(options)) {}

  Status Bind(const TypePtr& type) {
    if (reader_.options().mode == ReadMode::kDropMalformed) {
      return MakeError("PARSE_MODE_UNSUPPORTED",
                       {{"funcName", "`from_json`"}, {"mode", "DROPMALFORMED"}});
    }
    ARROW_ASSIGN_OR_RAISE(builder_, ColumnBuilder::Make(type));
    if (type->id() == arrow::Type::STRUCT) return BindStruct(*type);
    ARROW_ASSIGN_OR_RAISE(root_, JsonValueReader::MakeNode("from_json", builder_.get()));
    return Status::OK();
  }

  Result<ArrayPtr> Parse(const arrow::Array& texts) override {
    const auto& strings = static_cast<const arrow::StringArray&>(texts);
    for (int64_t row = 0; row < strings.length(); ++row) {
      if (strings.IsNull(row)) {
        builder_->AppendNull();
      } else {
        ARROW_RETURN_NOT_OK(ParseText(strings.GetView(row)));
      }
    }
    return builder_->Finish();
  }

 private:
  Status BindStruct(const arrow::DataType& type) {
    std::vector<std::string> names;
    std::vector<ColumnBuilder*> builders;
    for (int i = 0; i < type.num_fields(); ++i) {
      const auto& field = *type.field(i);
      ColumnBuilder* child = builder_->child(static_cast<size_t>(i));
      if (field.name() == reader_.options().corrupt_record_column) {
        if (field.type()->id() != arrow::Type::STRING) {
          return MakeError("INVALID_CORRUPT_RECORD_TYPE",
                           {{"columnName", "`" + field.name() + "`"},
                            {"actualType", "\"" + SqlTypeName(*field.type()) + "\""}});
        }
        corrupt_ = child;
      } else {
        names.push_back(field.name());
        builders.push_back(child);
      }
    }
    ARROW_ASSIGN_OR_RAISE(root_.object, JsonValueReader::MakeObjectNode(names, builders));
    root_.kind = JsonValueNode::Kind::kStruct;
    root_.builder = builder_.get();
    return Status::OK();
  }

  Status ParseText(std::string_view text) {
    text_.assign(text);
    text_.append(static_cast<size_t>(kJsonPadding), '\0');
    JsonScanner& scanner = reader_.scanner();
    scanner.Reset(std::string_view(text_).substr(0, text.size()));
    scanner.SkipBlanks();
    if (scanner.AtEnd()) {
      builder_->AppendNull();
      return Status::OK();
    }
    reader_.ClearBadValue();
    const int64_t row = builder_->length();
    const bool appended =
        root_.kind == JsonValueNode::Kind::kStruct ? ReadStruct(row) : ReadOther();
    if (appended && !reader_.has_bad_value()) return Status::OK();
    if (reader_.options().mode == ReadMode::kFailFast) {
      return MakeError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                       {{"badRecord", std::string(text)}, {"failFastMode", "FAILFAST"}});
    }
    if (!appended) AppendMalformed(text, row);
    return Status::OK();
  }

  /// Appends the struct unless the text is malformed; a bad field makes the record corrupt.
  bool ReadStruct(int64_t row) {
    JsonScanner& scanner = reader_.scanner();
    if (*scanner.at() != '{') return false;
    if (reader_.ReadObject(*root_.object, row) != Outcome::kOk) return false;
    if (corrupt_ != nullptr && reader_.has_bad_value()) {
      corrupt_->AppendBytes(std::string_view(text_).substr(0, text_.size() - kJsonPadding));
    }
    builder_->AppendStructEnd();
    return true;
  }

  bool ReadOther() {
    JsonScanner& scanner = reader_.scanner();
    const JsonKind kind = scanner.Peek();
    // An object stands for an array of one struct.
    const bool single = root_.kind == JsonValueNode::Kind::kList && kind == JsonKind::kObject &&
                        root_.element->kind == JsonValueNode::Kind::kStruct;
    if (!single) return reader_.ReadValue(root_) == Outcome::kOk;
    if (reader_.ReadValue(*root_.element) != Outcome::kOk) return false;
    builder_->AppendListEnd();
    return true;
  }

  void AppendMalformed(std::string_view text, int64_t row) {
    builder_->Truncate(row);
    if (root_.kind != JsonValueNode::Kind::kStruct) {
      builder_->AppendNull();
      return;
    }
    if (corrupt_ != nullptr) corrupt_->AppendBytes(text);
    builder_->AppendStructEnd();
  }

  JsonValueReader reader_;
  std::unique_ptr<ColumnBuilder> builder_;
  ColumnBuilder* corrupt_ = nullptr;
  JsonValueNode root_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<JsonValueParser>> JsonValueParser::Make(TypePtr type, JsonOptions options) {
  options.exact_text = false;
  auto parser = std::make_unique<ValueParser>(std::move(options));
  ARROW_RETURN_NOT_OK(parser->Bind(type));
  return std::unique_ptr<JsonValueParser>(std::move(parser));
}

}  // namespace thalweg::formats
