#include <arrow/api.h>

#include "thalweg/formats/batch_slices.h"
#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/byte_source.h"
#include "thalweg/formats/json_parser.h"
#include "thalweg/formats/json_writer.h"
#include "thalweg/formats/line_chunks.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats {
namespace {

/// Reads one record a line.
class JsonLineReader final : public FormatReader {
 public:
  JsonLineReader(std::unique_ptr<LineChunks> chunks, std::unique_ptr<JsonRowParser> parser,
                 std::string separator, int64_t batch_rows)
      : chunks_(std::move(chunks)),
        parser_(std::move(parser)),
        separator_(std::move(separator)),
        batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    // A record that is an array gives many rows at once.
    if (auto slice = slices_.Next(batch_rows_)) return slice;
    while (parser_->num_rows() < batch_rows_) {
      if (rest_.empty()) {
        ARROW_ASSIGN_OR_RAISE(rest_, chunks_->Next());
        if (rest_.empty()) break;
      }
      ARROW_RETURN_NOT_OK(separator_.empty() ? ParseLines() : ParseSeparated());
    }
    ARROW_ASSIGN_OR_RAISE(Batch batch, parser_->Finish());
    if (batch.num_rows == 0) return std::nullopt;
    if (batch.num_rows <= batch_rows_) return batch;
    slices_.Reset(std::move(batch));
    return slices_.Next(batch_rows_);
  }

 private:
  Status ParseLines() {
    ARROW_ASSIGN_OR_RAISE(const int64_t used, parser_->ParseLines(rest_, batch_rows_));
    rest_.remove_prefix(static_cast<size_t>(used));
    return Status::OK();
  }

  Status ParseSeparated() {
    while (!rest_.empty() && parser_->num_rows() < batch_rows_) {
      const size_t at = rest_.find(separator_);
      ARROW_RETURN_NOT_OK(parser_->ParseRecord(rest_.substr(0, at)));
      rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + separator_.size());
    }
    return Status::OK();
  }

  std::unique_ptr<LineChunks> chunks_;
  std::unique_ptr<JsonRowParser> parser_;
  std::string separator_;
  int64_t batch_rows_;
  std::string_view rest_;
  BatchSlices slices_;
};

/// Reads a file that is one JSON value: an object, or an array of them.
class JsonFileReader final : public FormatReader {
 public:
  JsonFileReader(InputFile file, std::unique_ptr<JsonRowParser> parser, int64_t batch_rows)
      : file_(std::move(file)), parser_(std::move(parser)), batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    if (!read_) {
      read_ = true;
      size_t size;
      ARROW_ASSIGN_OR_RAISE(const std::string text, ReadAllPadded(file_, &size));
      ARROW_RETURN_NOT_OK(parser_->ParseRecord(std::string_view(text).substr(0, size)));
      ARROW_ASSIGN_OR_RAISE(Batch batch, parser_->Finish());
      slices_.Reset(std::move(batch));
    }
    return slices_.Next(batch_rows_);
  }

 private:
  InputFile file_;
  std::unique_ptr<JsonRowParser> parser_;
  int64_t batch_rows_;
  bool read_ = false;
  BatchSlices slices_;
};

class JsonFormatWriter final : public FormatWriter {
 public:
  JsonFormatWriter(std::unique_ptr<ByteSink> sink, std::unique_ptr<JsonRowWriter> writer,
                   std::string separator)
      : sink_(std::move(sink)), writer_(std::move(writer)), separator_(std::move(separator)) {}

  Status Write(const Batch& batch) override {
    ARROW_RETURN_NOT_OK(writer_->Bind(batch.columns));
    const int64_t rows = batch.num_selected();
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t row = batch.selection ? (*batch.selection)[static_cast<size_t>(i)] : i;
      writer_->AppendRow(row, sink_->buffer());
      sink_->buffer()->append(separator_);
      ARROW_RETURN_NOT_OK(sink_->MaybeFlush());
    }
    return Status::OK();
  }
  Status Finish() override { return sink_->Finish(); }
  int64_t bytes_written() const override { return sink_->bytes_written(); }

 private:
  std::unique_ptr<ByteSink> sink_;
  std::unique_ptr<JsonRowWriter> writer_;
  std::string separator_;
};

bool IsWritable(const arrow::DataType& type) {
  if (type.id() == arrow::Type::INTERVAL_MONTH_DAY_NANO) return false;
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    return IsWritable(*map.key_type()) && IsWritable(*map.item_type());
  }
  for (const auto& field : type.fields()) {
    if (!IsWritable(*field->type())) return false;
  }
  return true;
}

class JsonFormat final : public Format {
 public:
  JsonFormat(JsonOptions options, SchemaPtr schema)
      : options_(std::move(options)), schema_(std::move(schema)) {}

  std::string_view name() const override { return "json"; }
  std::string extension() const override {
    return ".json" + std::string(CompressionEnding(options_.compression));
  }
  bool IsSplittable(std::string_view path) const override {
    return !options_.multi_line && CompressionOfPath(path) == TextCompression::kNone &&
           options_.charset == Charset::kUtf8 && IsSplittableSeparator(options_.line_separator);
  }
  SchemaPtr schema() const override { return schema_; }

  Result<SchemaPtr> InferSchema(FileSystem* file_system,
                                const std::vector<std::string>& paths) const override {
    if (paths.empty()) return nullptr;
    auto inference = JsonTypeInference::Make(options_);
    for (const std::string& path : paths) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const ReadableFile> file, file_system->Open(path));
      ARROW_RETURN_NOT_OK(InferFile({path, std::move(file), 0, options_.charset}, inference.get()));
    }
    return inference->FinishSchema();
  }

  Status CheckSchema(const arrow::Schema& schema) const override {
    for (const auto& field : schema.fields()) {
      if (!IsWritable(*field->type())) return UnsupportedColumn("JSON", *field);
    }
    return Status::OK();
  }

  Result<std::unique_ptr<FormatReader>> OpenReader(InputFile file,
                                                   ReadRequest request) const override {
    file.charset = options_.charset;
    ARROW_RETURN_NOT_OK(
        CheckNotOnlyCorruptRecords(*request.columns, options_.corrupt_record_column));
    ARROW_ASSIGN_OR_RAISE(auto parser, JsonRowParser::Make(request.columns, options_));
    if (options_.multi_line) {
      return std::make_unique<JsonFileReader>(std::move(file), std::move(parser),
                                              request.batch_rows);
    }
    ARROW_ASSIGN_OR_RAISE(
        auto chunks,
        LineChunks::Make(file, request.range_begin, request.range_end, options_.line_separator));
    return std::make_unique<JsonLineReader>(std::move(chunks), std::move(parser),
                                            options_.line_separator, request.batch_rows);
  }

  Result<std::unique_ptr<FormatWriter>> OpenWriter(WritableFile* file,
                                                   SchemaPtr schema) const override {
    ARROW_RETURN_NOT_OK(CheckSchema(*schema));
    ARROW_ASSIGN_OR_RAISE(auto sink, ByteSink::Make(file, options_.compression, options_.charset));
    ARROW_ASSIGN_OR_RAISE(auto writer, JsonRowWriter::Make(schema, options_));
    return std::make_unique<JsonFormatWriter>(
        std::move(sink), std::move(writer),
        options_.line_separator.empty() ? "\n" : options_.line_separator);
  }

 private:
  Status InferFile(const InputFile& file, JsonTypeInference* inference) const {
    if (options_.multi_line) {
      size_t size;
      ARROW_ASSIGN_OR_RAISE(const std::string text, ReadAllPadded(file, &size));
      return inference->Add(std::string_view(text).substr(0, size));
    }
    ARROW_ASSIGN_OR_RAISE(
        auto chunks, LineChunks::Make(file, 0, ReadRequest().range_end, options_.line_separator));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::string_view chunk, chunks->Next());
      if (chunk.empty()) return Status::OK();
      LineCutter cutter(chunk, options_.line_separator);
      std::string_view line;
      while (cutter.Next(&line)) ARROW_RETURN_NOT_OK(inference->Add(line));
    }
  }

  JsonOptions options_;
  SchemaPtr schema_;
};

}  // namespace

Result<FormatPtr> MakeJsonFormat(const FormatOptions& options, SchemaPtr schema,
                                 const FormatDefaults& defaults) {
  ARROW_ASSIGN_OR_RAISE(auto json, JsonOptions::Make(options, defaults));
  return std::make_shared<JsonFormat>(std::move(json), std::move(schema));
}

}  // namespace thalweg::formats
