#include <arrow/api.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/byte_source.h"
#include "thalweg/formats/column_builder.h"
#include "thalweg/formats/line_chunks.h"
#include "thalweg/formats/value_text.h"

namespace thalweg::formats {
namespace {

struct TextOptions {
  bool whole_text = false;
  std::string line_separator;
  TextCompression compression = TextCompression::kNone;
};

/// One row a line, or one a file. Without wanted columns the rows are only counted.
class TextReader final : public FormatReader {
 public:
  TextReader(InputFile file, TextOptions options, int64_t batch_rows)
      : file_(std::move(file)), options_(std::move(options)), batch_rows_(batch_rows) {}

  Status Open(const ReadRequest& request) {
    if (request.columns->num_fields() > 0) {
      ARROW_ASSIGN_OR_RAISE(column_, ColumnBuilder::Make(arrow::utf8()));
    }
    if (options_.whole_text) return Status::OK();
    return LineChunks::Make(file_, request.range_begin, request.range_end, options_.line_separator)
        .Value(&chunks_);
  }

  Result<std::optional<Batch>> Next() override {
    if (options_.whole_text) {
      ARROW_RETURN_NOT_OK(ReadWhole());
    } else {
      ARROW_RETURN_NOT_OK(ReadLines());
    }
    if (rows_ == 0) return std::nullopt;
    Batch batch;
    batch.num_rows = std::exchange(rows_, 0);
    if (column_ != nullptr) batch.columns.push_back(column_->Finish());
    return batch;
  }

 private:
  Status ReadWhole() {
    if (std::exchange(done_, true)) return Status::OK();
    size_t size;
    ARROW_ASSIGN_OR_RAISE(const std::string text, ReadAllPadded(file_, &size));
    AppendRow(std::string_view(text).substr(0, size));
    return Status::OK();
  }

  Status ReadLines() {
    while (rows_ < batch_rows_) {
      std::string_view line;
      if (cutter_.has_value() && cutter_->Next(&line)) {
        AppendRow(line);
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(const std::string_view chunk, chunks_->Next());
      if (chunk.empty()) break;
      cutter_.emplace(chunk, options_.line_separator);
    }
    return Status::OK();
  }

  void AppendRow(std::string_view text) {
    ++rows_;
    if (column_ != nullptr) column_->AppendBytes(ReplaceInvalidUtf8(text, &scratch_));
  }

  InputFile file_;
  TextOptions options_;
  int64_t batch_rows_;
  std::unique_ptr<ColumnBuilder> column_;
  std::unique_ptr<LineChunks> chunks_;
  std::optional<LineCutter> cutter_;
  int64_t rows_ = 0;
  bool done_ = false;
  std::string scratch_;
};

class TextWriter final : public FormatWriter {
 public:
  TextWriter(std::unique_ptr<ByteSink> sink, std::string separator)
      : sink_(std::move(sink)), separator_(std::move(separator)) {}

  Status Write(const Batch& batch) override {
    const auto& values = static_cast<const arrow::StringArray&>(*batch.columns[0]);
    const int64_t rows = batch.num_selected();
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t row = batch.selection ? (*batch.selection)[static_cast<size_t>(i)] : i;
      if (!values.IsNull(row)) sink_->buffer()->append(values.GetView(row));
      sink_->buffer()->append(separator_);
      ARROW_RETURN_NOT_OK(sink_->MaybeFlush());
    }
    return Status::OK();
  }
  Status Finish() override { return sink_->Finish(); }
  int64_t bytes_written() const override { return sink_->bytes_written(); }

 private:
  std::unique_ptr<ByteSink> sink_;
  std::string separator_;
};

class TextFormat final : public Format {
 public:
  TextFormat(TextOptions options, SchemaPtr schema)
      : options_(std::move(options)), schema_(std::move(schema)) {}

  std::string_view name() const override { return "text"; }
  std::string extension() const override {
    return ".txt" + std::string(CompressionEnding(options_.compression));
  }
  bool IsSplittable(std::string_view path) const override {
    return !options_.whole_text && CompressionOfPath(path) == TextCompression::kNone &&
           IsSplittableSeparator(options_.line_separator);
  }
  SchemaPtr schema() const override { return schema_; }

  Result<SchemaPtr> InferSchema(FileSystem*, const std::vector<std::string>&) const override {
    return arrow::schema({arrow::field("value", arrow::utf8())});
  }

  Status CheckSchema(const arrow::Schema& schema) const override {
    if (schema.num_fields() != 1) {
      return MakeError("_LEGACY_ERROR_TEMP_1290",
                       {{"schemaSize", std::to_string(schema.num_fields())}});
    }
    if (schema.field(0)->type()->id() != arrow::Type::STRING) {
      return UnsupportedColumn("Text", *schema.field(0));
    }
    return Status::OK();
  }

  Result<std::unique_ptr<FormatReader>> OpenReader(InputFile file,
                                                   ReadRequest request) const override {
    if (request.columns->num_fields() > 0) ARROW_RETURN_NOT_OK(CheckSchema(*request.columns));
    auto reader = std::make_unique<TextReader>(std::move(file), options_, request.batch_rows);
    ARROW_RETURN_NOT_OK(reader->Open(request));
    return std::unique_ptr<FormatReader>(std::move(reader));
  }

  Result<std::unique_ptr<FormatWriter>> OpenWriter(WritableFile* file,
                                                   SchemaPtr schema) const override {
    ARROW_RETURN_NOT_OK(CheckSchema(*schema));
    ARROW_ASSIGN_OR_RAISE(auto sink, ByteSink::Make(file, options_.compression));
    return std::make_unique<TextWriter>(
        std::move(sink), options_.line_separator.empty() ? "\n" : options_.line_separator);
  }

 private:
  TextOptions options_;
  SchemaPtr schema_;
};

}  // namespace

Result<FormatPtr> MakeTextFormat(const FormatOptions& options, SchemaPtr schema,
                                 const FormatDefaults& defaults) {
  ARROW_RETURN_NOT_OK(CheckLocale(options));
  ARROW_ASSIGN_OR_RAISE(const Charset charset, FindCharset(options, "TextOptions"));
  if (charset != Charset::kUtf8) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "An encoding other than UTF-8 in the format text"}});
  }
  TextOptions text;
  ARROW_ASSIGN_OR_RAISE(text.whole_text, options.GetBoolean("wholetext", false));
  ARROW_ASSIGN_OR_RAISE(text.compression, ParseTextCompression(options));
  text.line_separator = options.Get("lineSep", "");
  auto format = std::make_shared<TextFormat>(std::move(text), schema);
  if (schema != nullptr) ARROW_RETURN_NOT_OK(format->CheckSchema(*schema));
  return std::static_pointer_cast<const Format>(std::move(format));
}

}  // namespace thalweg::formats
