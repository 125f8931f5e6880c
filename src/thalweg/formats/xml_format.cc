#include <cstring>
#include <utility>

#include <arrow/api.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/byte_source.h"
#include "thalweg/formats/line_chunks.h"
#include "thalweg/formats/xml_events.h"
#include "thalweg/formats/xml_inference.h"
#include "thalweg/formats/xml_options.h"
#include "thalweg/formats/xml_row_parser.h"
#include "thalweg/formats/xml_writer.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats {
namespace {

/// A batch ends when texts of corrupt records have so many bytes: each may be the whole file.
constexpr int64_t kMaxCorruptBytes = 64 * 1024 * 1024;

bool IsFull(const XmlRowParser& parser, int64_t batch_rows) {
  return parser.num_rows() >= batch_rows || parser.corrupt_bytes() >= kMaxCorruptBytes;
}

std::optional<Batch> TakeBatch(XmlRowParser* parser) {
  if (parser->num_rows() == 0) return std::nullopt;
  return parser->Finish();
}

/// Reads the elements of the row tag.
class XmlFileReader final : public FormatReader {
 public:
  XmlFileReader(InputFile file, std::unique_ptr<XmlRecordReader> records,
                std::unique_ptr<XmlRowParser> parser, const XmlOptions& options, int64_t batch_rows)
      : file_(std::move(file)),
        records_(std::move(records)),
        parser_(std::move(parser)),
        row_tag_(options.row_tag),
        ignore_namespace_(options.ignore_namespace),
        batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    while (!IsFull(*parser_, batch_rows_)) {
      if (!SkipToRecord()) {
        ARROW_ASSIGN_OR_RAISE(const bool more, records_->Next(&events_));
        if (!more) break;
        at_ = 0;
      }
      ARROW_ASSIGN_OR_RAISE(at_, parser_->ParseRecord(events_, at_, [this] { return Text(); }));
    }
    return TakeBatch(parser_.get());
  }

 private:
  /// Whether there is a record in what a malformed one left.
  bool SkipToRecord() {
    for (; at_ < events_.events.size(); ++at_) {
      const XmlEvent& event = events_.events[at_];
      if (event.kind == XmlEvent::Kind::kError) return true;
      if (event.kind != XmlEvent::Kind::kStart) continue;
      const std::string_view name = events_.Text(event.text);
      if ((ignore_namespace_ ? LocalXmlName(name) : name) == row_tag_) return true;
    }
    return false;
  }

  /// The whole file: what stands for any of its malformed records.
  Result<std::string_view> Text() {
    if (!has_text_) {
      size_t size = 0;
      ARROW_ASSIGN_OR_RAISE(text_, ReadAllPadded(file_, &size));
      text_.resize(size);
      has_text_ = true;
    }
    return std::string_view(text_);
  }

  InputFile file_;
  std::unique_ptr<XmlRecordReader> records_;
  std::unique_ptr<XmlRowParser> parser_;
  const std::string row_tag_;
  const bool ignore_namespace_;
  int64_t batch_rows_;
  XmlEvents events_;
  size_t at_ = 0;
  std::string text_;
  bool has_text_ = false;
};

/// Reads one record a line. Where no column is wanted a line is a row, whatever it holds, as in
/// Spark.
class XmlLineReader final : public FormatReader {
 public:
  XmlLineReader(std::unique_ptr<LineChunks> chunks, std::unique_ptr<XmlRowParser> parser,
                bool counts_only, int64_t batch_rows)
      : chunks_(std::move(chunks)),
        parser_(std::move(parser)),
        counts_only_(counts_only),
        batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    while (!IsFull(*parser_, batch_rows_)) {
      std::string_view line;
      if (!cutter_.has_value() || !cutter_->Next(&line)) {
        ARROW_ASSIGN_OR_RAISE(const std::string_view chunk, chunks_->Next());
        if (chunk.empty()) break;
        cutter_.emplace(chunk, std::string_view());
        continue;
      }
      if (counts_only_) {
        parser_->AppendNull();
        continue;
      }
      texts_->Read(line, &events_);
      ARROW_RETURN_NOT_OK(
          parser_->ParseRecord(events_, 0, [&] { return Result<std::string_view>(line); })
              .status());
    }
    return TakeBatch(parser_.get());
  }

 private:
  std::unique_ptr<LineChunks> chunks_;
  std::unique_ptr<XmlTextReader> texts_ = XmlTextReader::Make();
  std::unique_ptr<XmlRowParser> parser_;
  const bool counts_only_;
  int64_t batch_rows_;
  std::optional<LineCutter> cutter_;
  XmlEvents events_;
};

/// A file without rows is empty.
class XmlFormatWriter final : public FormatWriter {
 public:
  XmlFormatWriter(std::unique_ptr<ByteSink> sink, std::unique_ptr<XmlRowWriter> writer)
      : sink_(std::move(sink)), writer_(std::move(writer)) {}

  Status Write(const Batch& batch) override {
    writer_->Bind(batch.columns);
    const int64_t rows = batch.num_selected();
    if (rows > 0 && !std::exchange(has_rows_, true)) {
      ARROW_RETURN_NOT_OK(writer_->AppendHeader(sink_->buffer()));
    }
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t row = batch.selection ? (*batch.selection)[static_cast<size_t>(i)] : i;
      ARROW_RETURN_NOT_OK(writer_->AppendRow(row, sink_->buffer()));
      ARROW_RETURN_NOT_OK(sink_->MaybeFlush());
    }
    return Status::OK();
  }
  Status Finish() override {
    if (has_rows_) writer_->AppendFooter(sink_->buffer());
    return sink_->Finish();
  }
  int64_t bytes_written() const override { return sink_->bytes_written(); }

 private:
  std::unique_ptr<ByteSink> sink_;
  std::unique_ptr<XmlRowWriter> writer_;
  bool has_rows_ = false;
};

bool IsSupported(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
    case arrow::Type::LARGE_BINARY:  // variants
      return false;
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      return IsSupported(*map.key_type()) && IsSupported(*map.item_type());
    }
    default:
      break;
  }
  for (const auto& field : type.fields()) {
    if (!IsSupported(*field->type())) return false;
  }
  return true;
}

class XmlFormat final : public Format {
 public:
  XmlFormat(XmlOptions options, SchemaPtr schema)
      : options_(std::move(options)), schema_(std::move(schema)) {}

  std::string_view name() const override { return "xml"; }
  std::string extension() const override {
    return ".xml" + std::string(CompressionEnding(options_.compression));
  }
  bool IsSplittable(std::string_view path) const override {
    return !options_.multi_line && CompressionOfPath(path) == TextCompression::kNone &&
           options_.charset == Charset::kUtf8;
  }
  SchemaPtr schema() const override { return schema_; }

  Result<SchemaPtr> InferSchema(FileSystem* file_system,
                                const std::vector<std::string>& paths) const override {
    if (paths.empty()) return nullptr;
    auto inference = XmlTypeInference::Make(options_);
    for (const std::string& path : paths) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const ReadableFile> file, file_system->Open(path));
      const InputFile input{path, std::move(file), 0, options_.charset};
      ARROW_RETURN_NOT_OK(options_.multi_line ? InferFile(input, inference.get())
                                              : InferLines(input, inference.get()));
    }
    return inference->Finish();
  }

  Status CheckSchema(const arrow::Schema& schema) const override {
    for (const auto& field : schema.fields()) {
      if (!IsSupported(*field->type())) return UnsupportedColumn("XML", *field);
    }
    return Status::OK();
  }

  Result<std::unique_ptr<FormatReader>> OpenReader(InputFile file,
                                                   ReadRequest request) const override {
    file.charset = options_.charset;
    ARROW_RETURN_NOT_OK(
        CheckNotOnlyCorruptRecords(*request.columns, options_.corrupt_record_column));
    ARROW_ASSIGN_OR_RAISE(auto parser, XmlRowParser::Make(request.columns, options_));
    if (options_.multi_line) {
      ARROW_ASSIGN_OR_RAISE(auto records, OpenRecords(file));
      return std::make_unique<XmlFileReader>(std::move(file), std::move(records), std::move(parser),
                                             options_, request.batch_rows);
    }
    ARROW_ASSIGN_OR_RAISE(auto chunks,
                          LineChunks::Make(file, request.range_begin, request.range_end, ""));
    return std::make_unique<XmlLineReader>(std::move(chunks), std::move(parser),
                                           request.columns->num_fields() == 0, request.batch_rows);
  }

  Result<std::unique_ptr<FormatWriter>> OpenWriter(WritableFile* file,
                                                   SchemaPtr schema) const override {
    ARROW_RETURN_NOT_OK(CheckSchema(*schema));
    ARROW_ASSIGN_OR_RAISE(auto writer, XmlRowWriter::Make(schema, options_));
    ARROW_ASSIGN_OR_RAISE(auto sink, ByteSink::Make(file, options_.compression, options_.charset));
    return std::make_unique<XmlFormatWriter>(std::move(sink), std::move(writer));
  }

 private:
  Result<std::unique_ptr<XmlRecordReader>> OpenRecords(const InputFile& file) const {
    ARROW_ASSIGN_OR_RAISE(auto source, ByteSource::Make(file, 0));
    return XmlRecordReader::Make(std::move(source), options_.row_tag, options_.ignore_namespace,
                                 options_.charset != Charset::kUtf8);
  }

  Status InferFile(const InputFile& file, XmlTypeInference* inference) const {
    ARROW_ASSIGN_OR_RAISE(auto records, OpenRecords(file));
    XmlEvents events;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool more, records->Next(&events));
      if (!more) return Status::OK();
      ARROW_RETURN_NOT_OK(inference->Add(events));
    }
  }

  Status InferLines(const InputFile& file, XmlTypeInference* inference) const {
    ARROW_ASSIGN_OR_RAISE(auto chunks, LineChunks::Make(file, 0, ReadRequest().range_end, ""));
    auto texts = XmlTextReader::Make();
    XmlEvents events;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::string_view chunk, chunks->Next());
      if (chunk.empty()) return Status::OK();
      LineCutter cutter(chunk, std::string_view());
      std::string_view line;
      while (cutter.Next(&line)) {
        texts->Read(line, &events);
        ARROW_RETURN_NOT_OK(inference->Add(events));
      }
    }
  }

  XmlOptions options_;
  SchemaPtr schema_;
};

}  // namespace

Result<FormatPtr> MakeXmlFormat(const FormatOptions& options, SchemaPtr schema,
                                const FormatDefaults& defaults) {
  ARROW_ASSIGN_OR_RAISE(auto xml, XmlOptions::Make(options, defaults, /*needs_row_tag=*/true));
  return std::make_shared<XmlFormat>(std::move(xml), std::move(schema));
}

}  // namespace thalweg::formats
