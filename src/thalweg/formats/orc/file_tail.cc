#include "thalweg/formats/orc/file_tail.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "thalweg/formats/orc/compression.h"

namespace thalweg::formats::orc {
namespace {

constexpr std::string_view kMagic = "ORC";
// Footers are small; more is a sign of damage, or of an attack.
constexpr uint64_t kMostFooterBytes = uint64_t{1} << 30;
constexpr size_t kMostTypes = 1'000'000;
constexpr int kMostDepth = 256;

Status NotOrc(const char* why) { return Status::Invalid("malformed ORC file: ", why); }

/// Whether the types are a tree of no great depth.
Status CheckTypes(const std::vector<Type>& types) {
  if (types.empty() || types.size() > kMostTypes) return NotOrc("no types");
  if (types[0].kind != static_cast<uint64_t>(TypeKind::kStruct)) return NotOrc("no columns");
  std::vector<int> depths(types.size(), -1);
  depths[0] = 0;
  for (size_t i = 0; i < types.size(); ++i) {
    const Type& type = types[i];
    if (depths[i] < 0) return NotOrc("a type that belongs to none");
    const bool is_struct = type.kind == static_cast<uint64_t>(TypeKind::kStruct);
    if (is_struct && type.field_names.size() != type.subtypes.size()) {
      return NotOrc("fields without names");
    }
    const auto children = [&](TypeKind kind, size_t count) {
      return type.kind != static_cast<uint64_t>(kind) || type.subtypes.size() == count;
    };
    if (!children(TypeKind::kList, 1) || !children(TypeKind::kMap, 2)) {
      return NotOrc("a nested type without its parts");
    }
    for (const uint64_t child : type.subtypes) {
      if (child <= i || child >= types.size() || depths[child] >= 0) {
        return NotOrc("types that are no tree");
      }
      depths[child] = depths[i] + 1;
      if (depths[child] > kMostDepth) return NotOrc("types that are nested too deeply");
    }
  }
  return Status::OK();
}

Status CheckStripes(const Footer& footer, uint64_t file_size) {
  for (const StripeInformation& stripe : footer.stripes) {
    uint64_t end = 0;
    const bool overflows = __builtin_add_overflow(stripe.offset, stripe.index_length, &end) ||
                           __builtin_add_overflow(end, stripe.data_length, &end) ||
                           __builtin_add_overflow(end, stripe.footer_length, &end);
    if (overflows || end > file_size) return NotOrc("a stripe beyond the end");
    if (stripe.num_rows > uint64_t{1} << 40) return NotOrc("a stripe of too many rows");
  }
  return Status::OK();
}

}  // namespace

Result<std::string> ReadBytes(arrow::io::RandomAccessFile* file, uint64_t offset, uint64_t length) {
  ARROW_ASSIGN_OR_RAISE(const int64_t size, file->GetSize());
  if (offset > static_cast<uint64_t>(size) || length > static_cast<uint64_t>(size) - offset) {
    return NotOrc("it ends too early");
  }
  std::string bytes(length, '\0');
  ARROW_ASSIGN_OR_RAISE(
      const int64_t read,
      file->ReadAt(static_cast<int64_t>(offset), static_cast<int64_t>(length), bytes.data()));
  if (static_cast<uint64_t>(read) != length) return NotOrc("it became shorter while it was read");
  return bytes;
}

Result<FileTail> ReadFileTail(arrow::io::RandomAccessFile* file) {
  ARROW_ASSIGN_OR_RAISE(const int64_t signed_size, file->GetSize());
  const auto size = static_cast<uint64_t>(signed_size);
  if (size <= kMagic.size() + 1) return NotOrc("it is too short");
  ARROW_ASSIGN_OR_RAISE(const std::string last, ReadBytes(file, size - 1, 1));
  const uint64_t length = static_cast<uint8_t>(last[0]);
  if (length == 0 || length + 1 > size) return NotOrc("no postscript");
  ARROW_ASSIGN_OR_RAISE(const std::string bytes, ReadBytes(file, size - 1 - length, length));
  ARROW_ASSIGN_OR_RAISE(const PostScript post_script, ParsePostScript(bytes));
  if (post_script.magic != kMagic) return NotOrc("no postscript");
  if (post_script.compression > static_cast<uint64_t>(CompressionKind::kZstd)) {
    return NotOrc("an unknown compression");
  }
  if (post_script.footer_length > std::min(kMostFooterBytes, size - 1 - length)) {
    return NotOrc("its footer is longer than the file");
  }
  FileTail tail;
  tail.compression = static_cast<CompressionKind>(post_script.compression);
  tail.compression_block_size = post_script.compression_block_size;
  ARROW_ASSIGN_OR_RAISE(const auto codec,
                        BlockCodec::Make(tail.compression, tail.compression_block_size));
  ARROW_ASSIGN_OR_RAISE(
      std::string footer,
      ReadBytes(file, size - 1 - length - post_script.footer_length, post_script.footer_length));
  ARROW_ASSIGN_OR_RAISE(footer, codec->Decompress(std::move(footer)));
  ARROW_ASSIGN_OR_RAISE(tail.footer, ParseFooter(footer));
  if (tail.footer.is_encrypted) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "An encrypted ORC file"}});
  }
  ARROW_RETURN_NOT_OK(CheckTypes(tail.footer.types));
  ARROW_RETURN_NOT_OK(CheckStripes(tail.footer, size));
  return tail;
}

}  // namespace thalweg::formats::orc
