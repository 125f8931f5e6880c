#include "thalweg/formats/byte_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "thalweg/formats/json_parser.h"

namespace thalweg::formats {
namespace {

class PlainSource final : public ByteSource {
 public:
  PlainSource(std::shared_ptr<const ReadableFile> file, int64_t offset)
      : file_(std::move(file)), offset_(offset) {}

  Result<int64_t> Read(int64_t length, char* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, file_->Read(offset_, length, out));
    offset_ += read;
    return read;
  }

 private:
  std::shared_ptr<const ReadableFile> file_;
  int64_t offset_;
};

/// What becomes of the bytes of another source.
class TransformedSource final : public ByteSource {
 public:
  TransformedSource(std::string path, std::unique_ptr<ByteSource> source,
                    std::unique_ptr<ByteTransformer> transformer)
      : path_(std::move(path)), source_(std::move(source)), transformer_(std::move(transformer)) {}

  Result<int64_t> Read(int64_t length, char* out) override {
    while (at_ == bytes_.size() && !at_end_) {
      const Status status = ReadMore();
      if (status.IsInvalid()) return Status::IOError(path_, ": ", status.message());
      ARROW_RETURN_NOT_OK(status);
    }
    const size_t taken = std::min(bytes_.size() - at_, static_cast<size_t>(length));
    std::memcpy(out, bytes_.data() + at_, taken);
    at_ += taken;
    return static_cast<int64_t>(taken);
  }

 private:
  Status ReadMore() {
    bytes_.clear();
    at_ = 0;
    ARROW_ASSIGN_OR_RAISE(const int64_t read, source_->Read(sizeof(input_), input_));
    if (read > 0) return transformer_->Add({input_, static_cast<size_t>(read)}, &bytes_);
    at_end_ = true;
    return transformer_->Finish(&bytes_);
  }

  const std::string path_;
  const std::unique_ptr<ByteSource> source_;
  const std::unique_ptr<ByteTransformer> transformer_;
  std::string bytes_;  // transformed; read up to at_
  size_t at_ = 0;
  bool at_end_ = false;
  char input_[64 * 1024];
};

class Decoding final : public ByteTransformer {
 public:
  explicit Decoding(Charset charset) : decoder_(charset) {}
  Status Add(std::string_view bytes, std::string* out) override {
    decoder_.Decode(bytes, out);
    return Status::OK();
  }
  Status Finish(std::string* out) override {
    decoder_.Finish(out);
    return Status::OK();
  }

 private:
  CharsetDecoder decoder_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> ByteSource::Make(const InputFile& file, int64_t offset) {
  std::unique_ptr<ByteSource> source = std::make_unique<PlainSource>(file.file, offset);
  const TextCompression compression = CompressionOfPath(file.path);
  if (compression != TextCompression::kNone) {
    ARROW_ASSIGN_OR_RAISE(auto decompressor, MakeDecompressor(compression));
    source =
        std::make_unique<TransformedSource>(file.path, std::move(source), std::move(decompressor));
  }
  if (file.charset != Charset::kUtf8) {
    source = std::make_unique<TransformedSource>(file.path, std::move(source),
                                                 std::make_unique<Decoding>(file.charset));
  }
  return source;
}

Result<std::string> ReadAllPadded(const InputFile& file, size_t* size) {
  ARROW_ASSIGN_OR_RAISE(auto source, ByteSource::Make(file, 0));
  std::string text;
  *size = 0;
  while (true) {
    text.resize(std::max<size_t>(*size * 2, static_cast<size_t>(file.file->size()) + 4096));
    ARROW_ASSIGN_OR_RAISE(
        const int64_t read,
        source->Read(static_cast<int64_t>(text.size() - *size), text.data() + *size));
    if (read == 0) break;
    *size += static_cast<size_t>(read);
  }
  text.resize(*size);
  text.append(static_cast<size_t>(kJsonPadding), '\0');
  return text;
}

Result<std::unique_ptr<ByteSink>> ByteSink::Make(WritableFile* file, TextCompression compression,
                                                 Charset charset) {
  std::unique_ptr<ByteSink> sink(new ByteSink(file));
  if (charset != Charset::kUtf8) sink->encoder_.emplace(charset);
  if (compression != TextCompression::kNone) {
    ARROW_ASSIGN_OR_RAISE(sink->compressor_, MakeCompressor(compression));
  }
  return sink;
}

Status ByteSink::Append(const std::string& bytes) {
  if (bytes.empty()) return Status::OK();
  ARROW_RETURN_NOT_OK(file_->Append(bytes));
  bytes_written_ += static_cast<int64_t>(bytes.size());
  return Status::OK();
}

Status ByteSink::Flush() {
  if (encoder_) {
    std::string encoded;
    encoded.reserve(buffer_.size() * 2);
    encoder_->Encode(buffer_, &encoded);
    buffer_ = std::move(encoded);
  }
  if (compressor_ != nullptr) {
    std::string compressed;
    ARROW_RETURN_NOT_OK(compressor_->Add(buffer_, &compressed));
    buffer_ = std::move(compressed);
  }
  ARROW_RETURN_NOT_OK(Append(buffer_));
  buffer_.clear();
  return Status::OK();
}

Status ByteSink::Finish() {
  ARROW_RETURN_NOT_OK(Flush());
  if (compressor_ == nullptr) return Status::OK();
  std::string rest;
  ARROW_RETURN_NOT_OK(compressor_->Finish(&rest));
  return Append(rest);
}

}  // namespace thalweg::formats
