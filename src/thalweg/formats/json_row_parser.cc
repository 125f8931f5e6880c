#include <algorithm>
#include <cstring>
#include <optional>

#include <arrow/api.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/json_parser.h"
#include "thalweg/formats/json_value_reader.h"
#include "thalweg/formats/line_scan.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats {
namespace {

using Outcome = JsonValueReader::Outcome;

/// Bytes of lines whose UTF-8 is checked at once.
constexpr size_t kUtf8CheckBytes = 64 * 1024;

class RowParser final : public JsonRowParser {
 public:
  explicit RowParser(JsonOptions options) : reader_(std::move(options)) {}

  Status Bind(const SchemaPtr& columns) {
    ARROW_RETURN_NOT_OK(CheckMapKeys(*columns, "INVALID_JSON_SCHEMA_MAP_TYPE", "jsonSchema"));
    std::vector<std::string> names;
    std::vector<ColumnBuilder*> builders;
    for (const auto& field : columns->fields()) {
      ARROW_ASSIGN_OR_RAISE(auto builder, ColumnBuilder::Make(field->type()));
      if (field->name() == reader_.options().corrupt_record_column) {
        if (field->type()->id() != arrow::Type::STRING) {
          return MakeError("INVALID_CORRUPT_RECORD_TYPE",
                           {{"columnName", "`" + field->name() + "`"},
                            {"actualType", "\"" + SqlTypeName(*field->type()) + "\""}});
        }
        corrupt_ = builder.get();
      } else {
        names.push_back(field->name());
        builders.push_back(builder.get());
      }
      columns_.push_back(std::move(builder));
    }
    ARROW_ASSIGN_OR_RAISE(root_, JsonValueReader::MakeObjectNode(names, builders));
    return Status::OK();
  }

  Status ParseRecord(std::string_view record) override {
    const bool valid = IsValidUtf8(record);
    const char behind = record.data()[record.size()];
    if (behind == '\n' || behind == '\r' || behind == '\0') return ParseLine(record, valid);
    record_copy_.assign(record);
    record_copy_.append(static_cast<size_t>(kJsonPadding), '\0');
    return ParseLine(std::string_view(record_copy_).substr(0, record.size()), valid);
  }

  Status ParseNull() override { return HandleMalformed(std::nullopt, num_rows_); }

  Result<int64_t> ParseLines(std::string_view lines, int64_t max_rows) override {
    const char* at = lines.data();
    const char* end = at + lines.size();
    const char* checked_end = at;
    bool valid = true;
    while (at < end && num_rows_ < max_rows) {
      if (at >= checked_end) {
        checked_end = Utf8CheckEnd(at, end);
        valid = IsValidUtf8({at, static_cast<size_t>(checked_end - at)});
      }
      const char* line_end = FindLineEnd(at, end);
      const std::string_view line(at, static_cast<size_t>(line_end - at));
      ARROW_RETURN_NOT_OK(ParseLine(line, valid || IsValidUtf8(line)));
      at = line_end + 1;
    }
    return std::min<int64_t>(at - lines.data(), static_cast<int64_t>(lines.size()));
  }

  int64_t num_rows() const override { return num_rows_; }

  Result<Batch> Finish() override {
    Batch batch;
    batch.num_rows = num_rows_;
    for (auto& column : columns_) batch.columns.push_back(column->Finish());
    num_rows_ = 0;
    return batch;
  }

 private:
  static const char* Utf8CheckEnd(const char* at, const char* end) {
    if (static_cast<size_t>(end - at) <= kUtf8CheckBytes) return end;
    const void* last = memrchr(at, '\n', kUtf8CheckBytes);
    if (last != nullptr) return static_cast<const char*>(last) + 1;
    const void* next =
        std::memchr(at + kUtf8CheckBytes, '\n', static_cast<size_t>(end - at) - kUtf8CheckBytes);
    return next != nullptr ? static_cast<const char*>(next) + 1 : end;
  }

  Status ParseLine(std::string_view line, bool valid_utf8) {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    JsonScanner& scanner = reader_.scanner();
    scanner.Reset(line);
    scanner.SkipBlanks();
    if (scanner.AtEnd()) return Status::OK();
    const int64_t first_row = num_rows_;
    reader_.ClearBadValue();
    const bool well_formed = valid_utf8 && ReadRoot();
    if (well_formed && !reader_.has_bad_value()) {
      if (corrupt_ != nullptr) {
        for (int64_t row = first_row; row < num_rows_; ++row) corrupt_->AppendNull();
      }
      return Status::OK();
    }
    if (!well_formed) DropRowsFrom(first_row);
    return HandleMalformed(line, first_row);
  }

  /// The root's rows without the corrupt record column; false when it is not JSON or no rows.
  bool ReadRoot() {
    JsonScanner& scanner = reader_.scanner();
    if (*scanner.at() == '{') return ReadRow();
    if (!scanner.Accept('[')) return false;
    scanner.SkipBlanks();
    bool more = !scanner.Accept(']');
    while (more) {
      if (*scanner.at() != '{' || !ReadRow() || !scanner.ScanSeparator(']', &more)) return false;
    }
    return true;
  }

  bool ReadRow() {
    if (reader_.ReadObject(*root_, num_rows_) != Outcome::kOk) return false;
    FillRow();
    return true;
  }

  void FillRow() {
    for (auto& field : root_->fields) {
      if (field.builder->length() == num_rows_) field.builder->AppendNull();
    }
    ++num_rows_;
  }

  void DropRowsFrom(int64_t row) {
    for (auto& field : root_->fields) field.builder->Truncate(row);
    num_rows_ = row;
  }

  /// `line`: nothing for NULL.
  Status HandleMalformed(std::optional<std::string_view> line, int64_t first_row) {
    switch (reader_.options().mode) {
      case ReadMode::kDropMalformed:
        DropRowsFrom(first_row);
        return Status::OK();
      case ReadMode::kFailFast:
        return MakeError(
            "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
            {{"badRecord", std::string(line.value_or("null"))}, {"failFastMode", "FAILFAST"}});
      case ReadMode::kPermissive:
        break;
    }
    if (num_rows_ == first_row) FillRow();
    if (corrupt_ == nullptr) return Status::OK();
    if (!line.has_value()) {
      corrupt_->AppendNull();
    } else {
      std::string scratch;
      const std::string_view text = ReplaceInvalidUtf8(*line, &scratch);
      for (int64_t row = first_row; row < num_rows_; ++row) corrupt_->AppendBytes(text);
    }
    return Status::OK();
  }

  JsonValueReader reader_;
  std::vector<std::unique_ptr<ColumnBuilder>> columns_;
  ColumnBuilder* corrupt_ = nullptr;
  std::unique_ptr<JsonObjectNode> root_;
  int64_t num_rows_ = 0;
  std::string record_copy_;
};

}  // namespace

Result<std::unique_ptr<JsonRowParser>> JsonRowParser::Make(SchemaPtr columns, JsonOptions options) {
  auto parser = std::make_unique<RowParser>(std::move(options));
  ARROW_RETURN_NOT_OK(parser->Bind(columns));
  return std::unique_ptr<JsonRowParser>(std::move(parser));
}

}  // namespace thalweg::formats
