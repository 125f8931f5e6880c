#include "thalweg/formats/text_compression.h"

#include <algorithm>
#include <utility>

#include <arrow/util/compression.h>

#include "thalweg/formats/format_options.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::formats {
namespace {

using arrow::util::Codec;

// zlib's default, which Java takes, too.
constexpr int kZlibLevel = 6;
constexpr size_t kPieceBytes = 256 << 10;
// Hadoop's blocks have 256 KiB unless somebody asked for others.
constexpr uint32_t kMostBlockBytes = 256U << 20;

struct Kind {
  TextCompression compression;
  std::string_view name;
  std::string_view class_name;
  std::string_view ending;
};
constexpr Kind kKinds[] = {
    {TextCompression::kGzip, "gzip", "org.apache.hadoop.io.compress.gzipcodec", ".gz"},
    {TextCompression::kBzip2, "bzip2", "org.apache.hadoop.io.compress.bzip2codec", ".bz2"},
    {TextCompression::kDeflate, "deflate", "org.apache.hadoop.io.compress.deflatecodec",
     ".deflate"},
    {TextCompression::kLz4, "lz4", "org.apache.hadoop.io.compress.lz4codec", ".lz4"},
    {TextCompression::kSnappy, "snappy", "org.apache.hadoop.io.compress.snappycodec", ".snappy"},
    {TextCompression::kZstd, "", "", ".zst"},
};

Status Damaged() { return Status::Invalid("the compressed data is damaged"); }
Status EndsEarly() { return Status::Invalid("the compressed data ends too early"); }

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

/// A codec without blocks of Hadoop's.
Result<std::unique_ptr<Codec>> MakeStreamCodec(TextCompression compression) {
  arrow::util::GZipCodecOptions options;
  options.compression_level = kZlibLevel;
  switch (compression) {
    case TextCompression::kGzip:
      return Codec::Create(arrow::Compression::GZIP, options);
    case TextCompression::kDeflate:
      options.gzip_format = arrow::util::GZipFormat::ZLIB;
      return Codec::Create(arrow::Compression::GZIP, options);
    case TextCompression::kBzip2:
      return Codec::Create(arrow::Compression::BZ2);
    default:
      return Codec::Create(arrow::Compression::ZSTD);
  }
}

/// Streams may follow one another, as gzip's members and zstd's frames do.
class StreamDecompressor final : public ByteTransformer {
 public:
  static Result<std::unique_ptr<ByteTransformer>> Make(TextCompression compression) {
    auto made = std::make_unique<StreamDecompressor>();
    ARROW_ASSIGN_OR_RAISE(made->codec_, MakeStreamCodec(compression));
    ARROW_ASSIGN_OR_RAISE(made->decompressor_, made->codec_->MakeDecompressor());
    return std::unique_ptr<ByteTransformer>(std::move(made));
  }

  Status Add(std::string_view bytes, std::string* out) override {
    bool has_more_output = false;
    while (!bytes.empty() || has_more_output) {
      if (decompressor_->IsFinished()) ARROW_RETURN_NOT_OK(decompressor_->Reset());
      const size_t before = out->size();
      out->resize(before + kPieceBytes);
      const auto done =
          decompressor_->Decompress(static_cast<int64_t>(bytes.size()), Bytes(bytes), kPieceBytes,
                                    reinterpret_cast<uint8_t*>(out->data()) + before);
      if (!done.ok()) return Damaged();
      out->resize(before + static_cast<size_t>(done->bytes_written));
      bytes.remove_prefix(static_cast<size_t>(done->bytes_read));
      in_stream_ = !decompressor_->IsFinished();
      has_more_output = done->need_more_output || done->bytes_written == kPieceBytes;
      if (done->bytes_read == 0 && done->bytes_written == 0 && in_stream_) {
        if (bytes.empty()) break;
        return Damaged();
      }
      if (!in_stream_) has_more_output = false;
    }
    return Status::OK();
  }

  Status Finish(std::string*) override { return in_stream_ ? EndsEarly() : Status::OK(); }

 private:
  std::unique_ptr<Codec> codec_;
  std::shared_ptr<arrow::util::Decompressor> decompressor_;
  bool in_stream_ = false;
};

class StreamCompressor final : public ByteTransformer {
 public:
  static Result<std::unique_ptr<ByteTransformer>> Make(TextCompression compression) {
    auto made = std::make_unique<StreamCompressor>();
    ARROW_ASSIGN_OR_RAISE(made->codec_, MakeStreamCodec(compression));
    ARROW_ASSIGN_OR_RAISE(made->compressor_, made->codec_->MakeCompressor());
    return std::unique_ptr<ByteTransformer>(std::move(made));
  }

  Status Add(std::string_view bytes, std::string* out) override {
    while (!bytes.empty()) {
      const size_t before = Grow(out);
      ARROW_ASSIGN_OR_RAISE(
          const auto done, compressor_->Compress(static_cast<int64_t>(bytes.size()), Bytes(bytes),
                                                 static_cast<int64_t>(kPieceBytes),
                                                 reinterpret_cast<uint8_t*>(out->data()) + before));
      out->resize(before + static_cast<size_t>(done.bytes_written));
      bytes.remove_prefix(static_cast<size_t>(done.bytes_read));
    }
    return Status::OK();
  }

  Status Finish(std::string* out) override {
    while (true) {
      const size_t before = Grow(out);
      ARROW_ASSIGN_OR_RAISE(const auto done,
                            compressor_->End(static_cast<int64_t>(kPieceBytes),
                                             reinterpret_cast<uint8_t*>(out->data()) + before));
      out->resize(before + static_cast<size_t>(done.bytes_written));
      if (!done.should_retry) return Status::OK();
    }
  }

 private:
  /// Makes room for a piece; gives where it begins.
  static size_t Grow(std::string* out) {
    const size_t before = out->size();
    out->resize(before + kPieceBytes);
    return before;
  }

  std::unique_ptr<Codec> codec_;
  std::shared_ptr<arrow::util::Compressor> compressor_;
};

Result<std::unique_ptr<Codec>> MakeBlockCodec(TextCompression compression) {
  return Codec::Create(compression == TextCompression::kLz4 ? arrow::Compression::LZ4
                                                            : arrow::Compression::SNAPPY);
}

/// Hadoop's blocks: the length of a block, then chunks with their compressed lengths until the
/// block is whole. Lengths are big-endian.
class BlockDecompressor final : public ByteTransformer {
 public:
  explicit BlockDecompressor(std::unique_ptr<Codec> codec) : codec_(std::move(codec)) {}

  Status Add(std::string_view bytes, std::string* out) override {
    waiting_.append(bytes);
    std::string_view rest = waiting_;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool more, TakeNext(&rest, out));
      if (!more) break;
    }
    waiting_.erase(0, waiting_.size() - rest.size());
    return Status::OK();
  }

  Status Finish(std::string*) override {
    return waiting_.empty() && left_in_block_ == 0 ? Status::OK() : EndsEarly();
  }

 private:
  static uint32_t Length(std::string_view bytes) {
    const uint8_t* b = Bytes(bytes);
    return uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | b[3];
  }

  /// The head of a block or a whole chunk. False: more bytes are needed.
  Result<bool> TakeNext(std::string_view* rest, std::string* out) {
    if (rest->size() < 4) return false;
    const uint32_t length = Length(*rest);
    if (length > kMostBlockBytes) return Damaged();
    if (left_in_block_ == 0) {
      left_in_block_ = length;
      rest->remove_prefix(4);
      return true;
    }
    if (rest->size() - 4 < length) return false;
    const size_t before = out->size();
    out->resize(before + left_in_block_);
    const auto made = codec_->Decompress(length, Bytes(*rest) + 4, left_in_block_,
                                         reinterpret_cast<uint8_t*>(out->data()) + before);
    if (!made.ok() || *made <= 0 || *made > static_cast<int64_t>(left_in_block_)) return Damaged();
    out->resize(before + static_cast<size_t>(*made));
    left_in_block_ -= static_cast<uint32_t>(*made);
    rest->remove_prefix(size_t{4} + length);
    return true;
  }

  const std::unique_ptr<Codec> codec_;
  std::string waiting_;
  uint32_t left_in_block_ = 0;
};

class BlockCompressor final : public ByteTransformer {
 public:
  explicit BlockCompressor(std::unique_ptr<Codec> codec) : codec_(std::move(codec)) {}

  Status Add(std::string_view bytes, std::string* out) override {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPieceBytes))) {
      const std::string_view block = bytes.substr(0, kPieceBytes);
      const auto size = static_cast<int64_t>(block.size());
      buffer_.resize(static_cast<size_t>(codec_->MaxCompressedLen(size, Bytes(block))));
      ARROW_ASSIGN_OR_RAISE(
          const int64_t length,
          codec_->Compress(size, Bytes(block), static_cast<int64_t>(buffer_.size()),
                           reinterpret_cast<uint8_t*>(buffer_.data())));
      AppendLength(static_cast<uint32_t>(size), out);
      AppendLength(static_cast<uint32_t>(length), out);
      out->append(buffer_.data(), static_cast<size_t>(length));
    }
    return Status::OK();
  }
  Status Finish(std::string*) override { return Status::OK(); }

 private:
  static void AppendLength(uint32_t length, std::string* out) {
    for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<char>(length >> shift));
  }

  const std::unique_ptr<Codec> codec_;
  std::string buffer_;
};

bool HasBlocks(TextCompression compression) {
  return compression == TextCompression::kLz4 || compression == TextCompression::kSnappy;
}

}  // namespace

std::string_view CompressionEnding(TextCompression compression) {
  for (const Kind& kind : kKinds) {
    if (kind.compression == compression) return kind.ending;
  }
  return "";
}

TextCompression CompressionOfPath(std::string_view path) {
  for (const Kind& kind : kKinds) {
    if (path.ends_with(kind.ending)) return kind.compression;
  }
  return TextCompression::kNone;
}

Result<TextCompression> ParseTextCompression(const FormatOptions& options) {
  const auto value = options.Find("compression", "codec");
  if (!value) return TextCompression::kNone;
  const std::string codec = ToLowerAscii(*value);
  if (codec == "none" || codec == "uncompressed") return TextCompression::kNone;
  for (const Kind& kind : kKinds) {
    if (!codec.empty() && (codec == kind.name || codec == kind.class_name)) return kind.compression;
  }
  return MakeError("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                   {{"codecName", *value},
                    {"availableCodecs", "bzip2, deflate, uncompressed, snappy, none, lz4, gzip"}});
}

Result<std::unique_ptr<ByteTransformer>> MakeDecompressor(TextCompression compression) {
  if (!HasBlocks(compression)) return StreamDecompressor::Make(compression);
  ARROW_ASSIGN_OR_RAISE(auto codec, MakeBlockCodec(compression));
  return std::make_unique<BlockDecompressor>(std::move(codec));
}

Result<std::unique_ptr<ByteTransformer>> MakeCompressor(TextCompression compression) {
  if (!HasBlocks(compression)) return StreamCompressor::Make(compression);
  ARROW_ASSIGN_OR_RAISE(auto codec, MakeBlockCodec(compression));
  return std::make_unique<BlockCompressor>(std::move(codec));
}

}  // namespace thalweg::formats
