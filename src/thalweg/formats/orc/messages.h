#pragma once

// The messages of an ORC file: what its tail and the tails of its stripes say. They are Protocol
// Buffers; numbers and names of fields are those of the ORC v1 specification. Nothing that comes
// out of parsing is to be believed but its shape: file_tail.h checks the rest.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::formats::orc {

enum class CompressionKind : uint8_t { kNone, kZlib, kSnappy, kLzo, kLz4, kZstd };

enum class TypeKind : uint8_t {
  kBoolean,
  kByte,
  kShort,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kString,
  kBinary,
  kTimestamp,
  kList,
  kMap,
  kStruct,
  kUnion,
  kDecimal,
  kDate,
  kVarchar,
  kChar,
  kTimestampInstant,
};

enum class StreamKind : uint8_t {
  kPresent,
  kData,
  kLength,
  kDictionaryData,
  kDictionaryCount,
  kSecondary,
  kRowIndex,
  kBloomFilter,
  kBloomFilterUtf8,
};

enum class EncodingKind : uint8_t { kDirect, kDictionary, kDirectV2, kDictionaryV2 };

struct PostScript {
  uint64_t footer_length = 0;
  uint64_t compression = 0;  // a CompressionKind
  uint64_t compression_block_size = 256 << 10;
  uint64_t metadata_length = 0;
  std::string magic;
};

struct StripeInformation {
  uint64_t offset = 0;
  uint64_t index_length = 0;
  uint64_t data_length = 0;
  uint64_t footer_length = 0;
  uint64_t num_rows = 0;
};

struct Type {
  uint64_t kind = 0;               // a TypeKind
  std::vector<uint64_t> subtypes;  // positions among the types of the file
  std::vector<std::string> field_names;
  uint64_t precision = 0;
  uint64_t scale = 0;
  std::vector<std::pair<std::string, std::string>> attributes;
};

/// What is known of the values of a column in the file.
struct ColumnStatistics {
  uint64_t num_values = 0;
  bool has_null = false;
};

struct Footer {
  uint64_t content_length = 0;
  std::vector<StripeInformation> stripes;
  std::vector<Type> types;  // in pre-order; the first is the struct of all columns
  std::vector<std::pair<std::string, std::string>> metadata;
  uint64_t num_rows = 0;
  std::vector<ColumnStatistics> statistics;  // written only
  bool is_encrypted = false;                 // read only
  /// Whether old dates are of the proleptic Gregorian calendar. Written ones are.
  bool is_proleptic = false;
};

struct Stream {
  uint64_t kind = 0;  // a StreamKind
  uint64_t column = 0;
  uint64_t length = 0;
};

struct ColumnEncoding {
  uint64_t kind = 0;  // an EncodingKind
  uint64_t dictionary_size = 0;
};

struct StripeFooter {
  std::vector<Stream> streams;            // in the order in which they lie in the stripe
  std::vector<ColumnEncoding> encodings;  // of all columns
  std::string writer_time_zone;
};

/// Errors: Invalid for bytes that are no such message.
Result<PostScript> ParsePostScript(std::string_view bytes);
Result<Footer> ParseFooter(std::string_view bytes);
Result<StripeFooter> ParseStripeFooter(std::string_view bytes);

std::string Serialize(const PostScript& post_script);
std::string Serialize(const Footer& footer);
std::string Serialize(const StripeFooter& footer);

}  // namespace thalweg::formats::orc
