#include "thalweg/formats/byte_source.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <zlib.h>

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

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(const InputFile& file) : path_(file.path), source_(file.file, 0) {}
  ~GzipSource() override {
    if (open_) inflateEnd(&stream_);
  }

  Status Open() {
    // 15 bits of window, plus 16: gzip wrapping.
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) return Status::IOError("zlib cannot start");
    open_ = true;
    return Status::OK();
  }

  Result<int64_t> Read(int64_t length, char* out) override {
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(std::min<int64_t>(length, 1 << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        ARROW_ASSIGN_OR_RAISE(const int64_t read, source_.Read(sizeof(input_), input_));
        if (read == 0) {
          if (in_member_) return Status::IOError("the gzip file ", path_, " ends too early");
          return 0;
        }
        stream_.next_in = reinterpret_cast<Bytef*>(input_);
        stream_.avail_in = static_cast<uInt>(read);
      }
      in_member_ = true;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        in_member_ = false;
        inflateReset(&stream_);  // another member may follow
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return Status::IOError("the gzip file ", path_, " is damaged");
      }
    }
    return static_cast<int64_t>(wanted - stream_.avail_out);
  }

 private:
  std::string path_;
  PlainSource source_;
  z_stream stream_ = {};
  bool open_ = false;
  bool in_member_ = false;
  char input_[64 * 1024];
};

/// Decodes what another source reads.
class DecodedSource final : public ByteSource {
 public:
  DecodedSource(std::unique_ptr<ByteSource> source, Charset charset)
      : source_(std::move(source)), decoder_(charset) {}

  Result<int64_t> Read(int64_t length, char* out) override {
    while (at_ == text_.size() && !at_end_) ARROW_RETURN_NOT_OK(ReadMore());
    const size_t taken = std::min(text_.size() - at_, static_cast<size_t>(length));
    std::memcpy(out, text_.data() + at_, taken);
    at_ += taken;
    return static_cast<int64_t>(taken);
  }

 private:
  Status ReadMore() {
    text_.clear();
    at_ = 0;
    ARROW_ASSIGN_OR_RAISE(const int64_t read, source_->Read(sizeof(input_), input_));
    decoder_.Decode({input_, static_cast<size_t>(read)}, &text_);
    if (read > 0) return Status::OK();
    at_end_ = true;
    decoder_.Finish(&text_);
    return Status::OK();
  }

  const std::unique_ptr<ByteSource> source_;
  CharsetDecoder decoder_;
  std::string text_;  // decoded; read up to at_
  size_t at_ = 0;
  bool at_end_ = false;
  char input_[64 * 1024];
};

class PlainSink final : public ByteSink {
 public:
  explicit PlainSink(WritableFile* file) : file_(file) {}
  Status FlushBytes() override {
    if (buffer_.empty()) return Status::OK();
    ARROW_RETURN_NOT_OK(file_->Append(buffer_));
    bytes_written_ += static_cast<int64_t>(buffer_.size());
    buffer_.clear();
    return Status::OK();
  }
  Status FinishBytes() override { return FlushBytes(); }

 private:
  WritableFile* file_;
};

class GzipSink final : public ByteSink {
 public:
  explicit GzipSink(WritableFile* file) : file_(file) {}
  ~GzipSink() override {
    if (open_) deflateEnd(&stream_);
  }

  Status Open() {
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      return Status::IOError("zlib cannot start");
    }
    open_ = true;
    return Status::OK();
  }
  Status FlushBytes() override { return buffer_.empty() ? Status::OK() : Deflate(Z_NO_FLUSH); }
  Status FinishBytes() override { return Deflate(Z_FINISH); }

 private:
  Status Deflate(int flush) {
    std::vector<char> output(256 * 1024);
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in = static_cast<uInt>(buffer_.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(output.data());
      stream_.avail_out = static_cast<uInt>(output.size());
      if (deflate(&stream_, flush) == Z_STREAM_ERROR) return Status::IOError("zlib failed");
      const size_t made = output.size() - stream_.avail_out;
      if (made > 0) ARROW_RETURN_NOT_OK(file_->Append({output.data(), made}));
      bytes_written_ += static_cast<int64_t>(made);
    } while (stream_.avail_out == 0);
    buffer_.clear();
    return Status::OK();
  }

  WritableFile* file_;
  z_stream stream_ = {};
  bool open_ = false;
};

}  // namespace

bool IsGzipPath(std::string_view path) { return path.ends_with(".gz"); }

Result<std::unique_ptr<ByteSource>> ByteSource::Make(const InputFile& file, int64_t offset) {
  std::unique_ptr<ByteSource> source;
  if (IsGzipPath(file.path)) {
    auto gzip = std::make_unique<GzipSource>(file);
    ARROW_RETURN_NOT_OK(gzip->Open());
    source = std::move(gzip);
  } else {
    source = std::make_unique<PlainSource>(file.file, offset);
  }
  if (file.charset == Charset::kUtf8) return source;
  return std::make_unique<DecodedSource>(std::move(source), file.charset);
}

void ByteSink::Encode() {
  if (!encoder_) return;
  std::string bytes;
  bytes.reserve(buffer_.size() * 2);
  encoder_->Encode(buffer_, &bytes);
  buffer_ = std::move(bytes);
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
  std::unique_ptr<ByteSink> sink;
  if (compression == TextCompression::kNone) {
    sink = std::make_unique<PlainSink>(file);
  } else {
    auto gzip = std::make_unique<GzipSink>(file);
    ARROW_RETURN_NOT_OK(gzip->Open());
    sink = std::move(gzip);
  }
  if (charset != Charset::kUtf8) sink->encoder_.emplace(charset);
  return sink;
}

}  // namespace thalweg::formats
