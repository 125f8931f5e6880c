#include "thalweg/formats/orc/compression.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <arrow/util/compression.h>

namespace thalweg::formats::orc {
namespace {

constexpr size_t kHeaderBytes = 3;
constexpr int64_t kMostBlockBytes = int64_t{1} << 23;

Status Damaged() { return Status::Invalid("damaged compressed data in an ORC file"); }

Result<std::unique_ptr<arrow::util::Codec>> MakeCodec(CompressionKind kind) {
  using arrow::Compression;
  using arrow::util::Codec;
  switch (kind) {
    case CompressionKind::kZlib: {
      arrow::util::GZipCodecOptions options;
      options.gzip_format = arrow::util::GZipFormat::DEFLATE;
      return Codec::Create(Compression::GZIP, options);
    }
    case CompressionKind::kSnappy:
      return Codec::Create(Compression::SNAPPY);
    case CompressionKind::kLz4:
      return Codec::Create(Compression::LZ4);
    case CompressionKind::kZstd:
      return Codec::Create(Compression::ZSTD);
    default:
      return MakeError("UNSUPPORTED_FEATURE", {{"feature", "An ORC file compressed with LZO"}});
  }
}

uint8_t* Bytes(std::string* text) { return reinterpret_cast<uint8_t*>(text->data()); }
const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

}  // namespace

BlockCodec::BlockCodec(std::unique_ptr<arrow::util::Codec> codec, int64_t block_size)
    : codec_(std::move(codec)), block_size_(block_size) {}

BlockCodec::~BlockCodec() = default;

Result<std::unique_ptr<BlockCodec>> BlockCodec::Make(CompressionKind kind, uint64_t block_size) {
  std::unique_ptr<arrow::util::Codec> codec;
  std::shared_ptr<arrow::util::Decompressor> decompressor;
  if (kind != CompressionKind::kNone) {
    ARROW_ASSIGN_OR_RAISE(codec, MakeCodec(kind));
    if (kind == CompressionKind::kZstd) {
      ARROW_ASSIGN_OR_RAISE(decompressor, codec->MakeDecompressor());
    }
    if (block_size == 0 || block_size > kMostBlockBytes) {
      return Status::Invalid("an ORC file with compression blocks of ", block_size, " bytes");
    }
  }
  std::unique_ptr<BlockCodec> made(
      new BlockCodec(std::move(codec), static_cast<int64_t>(block_size)));
  made->decompressor_ = std::move(decompressor);
  return made;
}

Result<std::string> BlockCodec::Decompress(std::string bytes) {
  if (codec_ == nullptr) return bytes;
  std::string out;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    if (rest.size() < kHeaderBytes) return Damaged();
    const uint8_t* header = Bytes(rest);
    const size_t value = header[0] | header[1] << 8 | header[2] << 16;
    const size_t length = value >> 1;
    rest.remove_prefix(kHeaderBytes);
    if (length > rest.size()) return Damaged();
    const std::string_view chunk = rest.substr(0, length);
    rest.remove_prefix(length);
    if ((value & 1) != 0) {
      out.append(chunk);
    } else {
      ARROW_RETURN_NOT_OK(DecompressChunk(chunk, &out));
    }
    if (out.size() > std::numeric_limits<int32_t>::max()) {
      return Status::Invalid("a column of an ORC stripe has more than 2 GiB");
    }
  }
  return out;
}

Result<int64_t> BlockCodec::DecompressInto(std::string_view chunk, uint8_t* out) {
  const auto size = static_cast<int64_t>(chunk.size());
  // Of zstd, Arrow wants to be told how many bytes come out, unless they come out as a stream.
  if (decompressor_ == nullptr) return codec_->Decompress(size, Bytes(chunk), block_size_, out);
  ARROW_RETURN_NOT_OK(decompressor_->Reset());
  ARROW_ASSIGN_OR_RAISE(const auto done,
                        decompressor_->Decompress(size, Bytes(chunk), block_size_, out));
  if (!decompressor_->IsFinished()) return Damaged();
  return done.bytes_written;
}

Status BlockCodec::DecompressChunk(std::string_view chunk, std::string* out) {
  buffer_.resize(static_cast<size_t>(block_size_));
  const auto length = DecompressInto(chunk, Bytes(&buffer_));
  if (!length.ok() || *length < 0 || *length > block_size_) return Damaged();
  out->append(buffer_.data(), static_cast<size_t>(*length));
  return Status::OK();
}

Result<std::string> BlockCodec::Compress(std::string bytes) {
  if (codec_ == nullptr) return bytes;
  std::string out;
  const auto block = static_cast<size_t>(block_size_);
  for (size_t at = 0; at < bytes.size(); at += block) {
    const std::string_view all = bytes;
    ARROW_RETURN_NOT_OK(CompressChunk(all.substr(at, block), &out));
  }
  return out;
}

Status BlockCodec::CompressChunk(std::string_view chunk, std::string* out) {
  const auto size = static_cast<int64_t>(chunk.size());
  buffer_.resize(static_cast<size_t>(codec_->MaxCompressedLen(size, Bytes(chunk))));
  ARROW_ASSIGN_OR_RAISE(
      const int64_t length,
      codec_->Compress(size, Bytes(chunk), static_cast<int64_t>(buffer_.size()), Bytes(&buffer_)));
  const bool smaller = length < size;
  const std::string_view stored =
      smaller ? std::string_view(buffer_.data(), static_cast<size_t>(length)) : chunk;
  const size_t header = stored.size() << 1 | (smaller ? 0 : 1);
  out->push_back(static_cast<char>(header));
  out->push_back(static_cast<char>(header >> 8));
  out->push_back(static_cast<char>(header >> 16));
  out->append(stored);
  return Status::OK();
}

}  // namespace thalweg::formats::orc
