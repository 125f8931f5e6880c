#include <algorithm>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/byte_source.h"
#include "thalweg/formats/csv_header.h"
#include "thalweg/formats/csv_inference.h"
#include "thalweg/formats/csv_row_parser.h"
#include "thalweg/formats/csv_writer.h"
#include "thalweg/formats/line_chunks.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::formats {
namespace {

/// Whether a line holds a record: neither blank nor a comment.
bool IsRecordLine(std::string_view line, char comment) {
  if (comment != '\0' && !line.empty() && line.front() == comment) return false;
  return std::any_of(line.begin(), line.end(),
                     [](char c) { return static_cast<unsigned char>(c) > ' '; });
}

std::string_view WithoutByteOrderMark(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

/// The text with its line ends, of the kind that comes first, as '\n'.
std::string NormalizeLineEnds(std::string text, size_t* size, const std::string& separator) {
  std::string_view content(text.data(), *size);
  std::string line_end = separator;
  if (line_end.empty()) {
    const size_t first = content.find_first_of("\r\n");
    if (first == std::string_view::npos || content[first] == '\n') return text;
    line_end = content.substr(first).starts_with("\r\n") ? "\r\n" : "\r";
  }
  if (line_end == "\n") return text;
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < content.size();) {
    const size_t next = content.find(line_end, at);
    out.append(content.substr(at, next - at));
    if (next == std::string_view::npos) break;
    out.push_back('\n');
    at = next + line_end.size();
  }
  *size = out.size();
  out.append(64, '\0');
  return out;
}

/// Passes empty and comment lines in front of a record of multi-line data.
std::string_view SkipToRecord(std::string_view text, char comment) {
  while (!text.empty()) {
    if (text.front() == '\n') {
      text.remove_prefix(1);
    } else if (comment != '\0' && text.front() == comment) {
      const size_t line_end = text.find('\n');
      text.remove_prefix(line_end == std::string_view::npos ? text.size() : line_end + 1);
    } else {
      break;
    }
  }
  return text;
}

class CsvLineReader final : public FormatReader {
 public:
  CsvLineReader(std::string path, CsvOptions options, SchemaPtr schema,
                std::unique_ptr<LineChunks> chunks, std::unique_ptr<CsvRowParser> parser,
                bool has_header, int64_t batch_rows)
      : path_(std::move(path)),
        options_(std::move(options)),
        schema_(std::move(schema)),
        chunks_(std::move(chunks)),
        parser_(std::move(parser)),
        awaits_header_(has_header),
        batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    while (parser_->num_rows() < batch_rows_) {
      std::string_view line;
      if (!cutter_.has_value() || !cutter_->Next(&line)) {
        ARROW_ASSIGN_OR_RAISE(std::string_view chunk, chunks_->Next());
        if (chunk.empty()) break;
        if (std::exchange(at_start_, false)) chunk = WithoutByteOrderMark(chunk);
        cutter_.emplace(chunk, options_.line_separator);
        continue;
      }
      if (!IsRecordLine(line, options_.comment)) continue;
      if (std::exchange(awaits_header_, false)) {
        CsvTokenizer tokenizer(&options_);
        std::vector<CsvToken> header;
        ARROW_RETURN_NOT_OK(tokenizer.TokenizeLine(line, SIZE_MAX, &header));
        ARROW_RETURN_NOT_OK(CheckCsvHeader(header, *schema_, options_, path_));
        continue;
      }
      ARROW_RETURN_NOT_OK(parser_->ParseLine(line));
    }
    if (parser_->num_rows() == 0) return std::nullopt;
    return parser_->Finish();
  }

 private:
  std::string path_;
  CsvOptions options_;
  SchemaPtr schema_;
  std::unique_ptr<LineChunks> chunks_;
  std::unique_ptr<CsvRowParser> parser_;
  bool awaits_header_;
  bool at_start_ = true;
  int64_t batch_rows_;
  std::optional<LineCutter> cutter_;
};

class CsvFileReader final : public FormatReader {
 public:
  CsvFileReader(InputFile file, CsvOptions options, SchemaPtr schema,
                std::unique_ptr<CsvRowParser> parser, int64_t batch_rows)
      : file_(std::move(file)),
        options_(std::move(options)),
        schema_(std::move(schema)),
        parser_(std::move(parser)),
        batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    if (!open_) ARROW_RETURN_NOT_OK(Open());
    while (parser_->num_rows() < batch_rows_) {
      rest_ = SkipToRecord(rest_, options_.comment);
      if (rest_.empty()) break;
      ARROW_ASSIGN_OR_RAISE(const size_t used, parser_->ParseRecord(rest_));
      rest_.remove_prefix(used);
    }
    if (parser_->num_rows() == 0) return std::nullopt;
    return parser_->Finish();
  }

 private:
  Status Open() {
    open_ = true;
    size_t size;
    ARROW_ASSIGN_OR_RAISE(text_, ReadAllPadded(file_, &size));
    text_ = NormalizeLineEnds(std::move(text_), &size, options_.line_separator);
    rest_ = WithoutByteOrderMark(std::string_view(text_).substr(0, size));
    if (!options_.header) return Status::OK();
    rest_ = SkipToRecord(rest_, options_.comment);
    if (rest_.empty()) return Status::OK();
    CsvTokenizer tokenizer(&options_);
    std::vector<CsvToken> header;
    ARROW_ASSIGN_OR_RAISE(const size_t used, tokenizer.TokenizeRecord(rest_, &header));
    rest_.remove_prefix(used);
    return CheckCsvHeader(header, *schema_, options_, file_.path);
  }

  InputFile file_;
  CsvOptions options_;
  SchemaPtr schema_;
  std::unique_ptr<CsvRowParser> parser_;
  int64_t batch_rows_;
  bool open_ = false;
  std::string text_;
  std::string_view rest_;
};

class CsvFormatWriter final : public FormatWriter {
 public:
  CsvFormatWriter(std::unique_ptr<ByteSink> sink, SchemaPtr schema, const CsvOptions& options)
      : sink_(std::move(sink)),
        writer_(std::move(schema), options),
        separator_(options.line_separator.empty() ? "\n" : options.line_separator) {
    if (options.header) {
      writer_.AppendHeader(sink_->buffer());
      sink_->buffer()->append(separator_);
    }
  }

  Status Write(const Batch& batch) override {
    writer_.Bind(batch.columns);
    const int64_t rows = batch.num_selected();
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t row = batch.selection ? (*batch.selection)[static_cast<size_t>(i)] : i;
      writer_.AppendRow(row, sink_->buffer());
      sink_->buffer()->append(separator_);
      ARROW_RETURN_NOT_OK(sink_->MaybeFlush());
    }
    return Status::OK();
  }
  Status Finish() override { return sink_->Finish(); }
  int64_t bytes_written() const override { return sink_->bytes_written(); }

 private:
  std::unique_ptr<ByteSink> sink_;
  CsvRowWriter writer_;
  std::string separator_;
};

class CsvFormat final : public Format {
 public:
  CsvFormat(CsvOptions options, SchemaPtr schema)
      : options_(std::move(options)), schema_(std::move(schema)) {}

  std::string_view name() const override { return "csv"; }
  std::string extension() const override {
    return "." + options_.file_extension + std::string(CompressionEnding(options_.compression));
  }
  bool IsSplittable(std::string_view path) const override {
    return !options_.multi_line && CompressionOfPath(path) == TextCompression::kNone &&
           options_.charset == Charset::kUtf8 && IsSplittableSeparator(options_.line_separator);
  }
  SchemaPtr schema() const override { return schema_; }

  Result<SchemaPtr> InferSchema(FileSystem* file_system,
                                const std::vector<std::string>& paths) const override {
    if (paths.empty()) return nullptr;
    std::unique_ptr<CsvTypeInference> inference;
    std::string first_line;
    for (const std::string& path : paths) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const ReadableFile> opened, file_system->Open(path));
      const InputFile file{path, std::move(opened), 0, options_.charset};
      ARROW_RETURN_NOT_OK(options_.multi_line ? InferRecords(file, &inference)
                                              : InferLines(file, &first_line, &inference));
    }
    if (inference == nullptr) return arrow::schema(arrow::FieldVector());
    return inference->Finish();
  }

  Status CheckSchema(const arrow::Schema& schema) const override {
    for (const auto& field : schema.fields()) {
      const auto id = field->type()->id();
      if (arrow::is_nested(id) || id == arrow::Type::NA ||
          id == arrow::Type::INTERVAL_MONTH_DAY_NANO || IsVariant(*field->type())) {
        return UnsupportedColumn("CSV", *field);
      }
    }
    return Status::OK();
  }

  Result<std::unique_ptr<FormatReader>> OpenReader(InputFile file,
                                                   ReadRequest request) const override {
    file.charset = options_.charset;
    ARROW_RETURN_NOT_OK(
        CheckNotOnlyCorruptRecords(*request.columns, options_.corrupt_record_column));
    const SchemaPtr schema = schema_ != nullptr ? schema_ : request.columns;
    ARROW_RETURN_NOT_OK(CheckSchema(*schema));
    ARROW_ASSIGN_OR_RAISE(auto parser, CsvRowParser::Make(*schema, *request.columns, options_));
    if (options_.multi_line) {
      return std::make_unique<CsvFileReader>(std::move(file), options_, schema, std::move(parser),
                                             request.batch_rows);
    }
    ARROW_ASSIGN_OR_RAISE(
        auto chunks,
        LineChunks::Make(file, request.range_begin, request.range_end, options_.line_separator));
    const bool has_header = options_.header && request.range_begin == 0;
    return std::make_unique<CsvLineReader>(file.path, options_, schema, std::move(chunks),
                                           std::move(parser), has_header, request.batch_rows);
  }

  Result<std::unique_ptr<FormatWriter>> OpenWriter(WritableFile* file,
                                                   SchemaPtr schema) const override {
    ARROW_RETURN_NOT_OK(CheckSchema(*schema));
    ARROW_ASSIGN_OR_RAISE(auto sink, ByteSink::Make(file, options_.compression, options_.charset));
    return std::make_unique<CsvFormatWriter>(std::move(sink), std::move(schema), options_);
  }

 private:
  Status StartInference(const std::vector<CsvToken>& first,
                        std::unique_ptr<CsvTypeInference>* inference) const {
    return CsvTypeInference::Make(CsvColumnNames(first, options_), options_).Value(inference);
  }

  Status InferLines(const InputFile& file, std::string* first_line,
                    std::unique_ptr<CsvTypeInference>* inference) const {
    ARROW_ASSIGN_OR_RAISE(
        auto chunks, LineChunks::Make(file, 0, ReadRequest().range_end, options_.line_separator));
    CsvTokenizer tokenizer(&options_);
    std::vector<CsvToken> tokens;
    bool at_start = true;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(std::string_view chunk, chunks->Next());
      if (chunk.empty()) return Status::OK();
      if (std::exchange(at_start, false)) chunk = WithoutByteOrderMark(chunk);
      LineCutter cutter(chunk, options_.line_separator);
      std::string_view line;
      while (cutter.Next(&line)) {
        if (!IsRecordLine(line, options_.comment)) continue;
        const bool is_first = *inference == nullptr;
        // Types need every line, names only the first one.
        if (!is_first && !options_.infer_schema) return Status::OK();
        if (!is_first && options_.header && line == *first_line) continue;
        ARROW_RETURN_NOT_OK(tokenizer.TokenizeLine(line, SIZE_MAX, &tokens));
        if (is_first) {
          *first_line = std::string(line);
          ARROW_RETURN_NOT_OK(StartInference(tokens, inference));
          if (options_.header) continue;
        }
        (*inference)->Add(tokens);
      }
    }
  }

  Status InferRecords(const InputFile& file, std::unique_ptr<CsvTypeInference>* inference) const {
    size_t size;
    ARROW_ASSIGN_OR_RAISE(std::string text, ReadAllPadded(file, &size));
    text = NormalizeLineEnds(std::move(text), &size, options_.line_separator);
    std::string_view rest = WithoutByteOrderMark(std::string_view(text).substr(0, size));
    CsvTokenizer tokenizer(&options_);
    std::vector<CsvToken> tokens;
    bool awaits_header = options_.header;
    while (true) {
      rest = SkipToRecord(rest, options_.comment);
      if (rest.empty()) return Status::OK();
      ARROW_ASSIGN_OR_RAISE(const size_t used, tokenizer.TokenizeRecord(rest, &tokens));
      rest.remove_prefix(used);
      if (*inference == nullptr) ARROW_RETURN_NOT_OK(StartInference(tokens, inference));
      if (!std::exchange(awaits_header, false)) (*inference)->Add(tokens);
    }
  }

  CsvOptions options_;
  SchemaPtr schema_;
};

}  // namespace

Result<FormatPtr> MakeCsvFormat(const FormatOptions& options, SchemaPtr schema,
                                const FormatDefaults& defaults) {
  ARROW_ASSIGN_OR_RAISE(auto csv, CsvOptions::Make(options, defaults));
  return std::make_shared<CsvFormat>(std::move(csv), std::move(schema));
}

}  // namespace thalweg::formats
