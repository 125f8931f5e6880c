#pragma once

// The walk from JSON values into columns, directed by types. Internal to the JSON parsers.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "thalweg/formats/column_builder.h"
#include "thalweg/formats/json_options.h"
#include "thalweg/formats/json_scanner.h"

namespace thalweg::formats {

struct JsonObjectNode;

/// How to read values into one column; a tree that mirrors the type.
struct JsonValueNode {
  enum class Kind : uint8_t {
    kNull,
    kBoolean,
    kInteger,
    kFloat,
    kDouble,
    kDecimal,
    kString,
    kBinary,
    kDate,
    kTimestamp,
    kTimestampNtz,
    kDayTimeInterval,
    kYearMonthInterval,
    kList,
    kMap,
    kStruct,
    kVariant,
  };
  Kind kind = Kind::kNull;
  ColumnBuilder* builder = nullptr;
  int64_t minimum = 0;  // kInteger
  int64_t maximum = 0;
  int precision = 0;  // kDecimal
  int scale = 0;
  std::unique_ptr<JsonValueNode> element;  // kList, kMap (the value)
  std::unique_ptr<JsonObjectNode> object;  // kStruct
};

/// Finds the field of a name. Records of a stream mostly repeat the same names in the same order,
/// so each name remembers which one came after it last time.
class JsonFieldIndex {
 public:
  static constexpr int kUnwanted = -1;

  /// `names` must outlive the index.
  void Add(std::string_view name, int field);

  /// The field of the name that starts at `at` (at its opening quote), if it is the expected one
  /// and plain: passes name and closing quote. Else nothing moves and gives false.
  bool MatchExpected(int previous, const char** at, int* entry) const;
  /// The entry of a name, by hashing; remembers it as the follower of `previous`.
  int Find(int previous, std::string_view name);
  /// Field of an entry, or kUnwanted.
  int field(int entry) const { return entry < 0 ? kUnwanted : entries_[entry].field; }
  static constexpr int kStart = 0;

 private:
  struct Entry {
    std::string text;  // name and closing quote, padded with zeros to 32 bytes
    uint32_t length = 0;
    uint32_t mask = 0;  // bit i: byte i of the first 32 counts; 0: longer than that
    int field = kUnwanted;
    int next = -1;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  /// Names nobody wants are remembered too, up to this many.
  static constexpr size_t kMaxEntries = 1024;

  int AddEntry(std::string_view name, int field);

  std::vector<Entry> entries_ = {Entry()};  // entry 0 stands for the beginning of the object
  std::unordered_map<std::string, int, Hash, std::equal_to<>> by_name_;
};

struct JsonObjectNode {
  JsonFieldIndex index;
  std::vector<JsonValueNode> fields;
};

/// Reads values where its scanner stands. One thread.
class JsonValueReader {
 public:
  enum class Outcome : uint8_t {
    kOk,      // one row appended
    kBad,     // the value does not fit its type: passed, nothing appended
    kSyntax,  // not JSON: the columns are in disorder, truncate them
  };

  explicit JsonValueReader(JsonOptions options)
      : options_(std::move(options)), scanner_(&options_) {}
  JsonValueReader(const JsonValueReader&) = delete;
  JsonValueReader& operator=(const JsonValueReader&) = delete;

  const JsonOptions& options() const { return options_; }
  JsonScanner& scanner() { return scanner_; }
  /// Whether a nested value was bad since it was last cleared, though its row was appended.
  bool has_bad_value() const { return has_bad_value_; }
  void ClearBadValue() { has_bad_value_ = false; }

  /// Binds the type of `builder`. Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE,
  /// INVALID_JSON_SCHEMA_MAP_TYPE.
  static Result<JsonValueNode> MakeNode(const std::string& column, ColumnBuilder* builder);
  static Result<std::unique_ptr<JsonObjectNode>> MakeObjectNode(
      const std::vector<std::string>& names, const std::vector<ColumnBuilder*>& builders);

  Outcome ReadValue(JsonValueNode& node);
  /// Reads the fields of an object at '{' into row `row` of the fields' columns. Fields that are
  /// missing or bad are left out: the caller appends their nulls. kOk or kSyntax.
  Outcome ReadObject(JsonObjectNode& node, int64_t row);

 private:
  Outcome ReadInteger(JsonValueNode& node);
  Outcome ReadNumberSlowly(JsonValueNode& node);
  Outcome ReadFloating(JsonValueNode& node);
  Outcome ReadString(JsonValueNode& node);
  Outcome ReadStringFromOther(JsonValueNode& node);
  Outcome ReadParsedText(JsonValueNode& node);
  Outcome ReadBoolean(JsonValueNode& node);
  Outcome ReadNestedValue(JsonValueNode& node);
  Outcome ReadVariant(JsonValueNode& node);
  Outcome ReadList(JsonValueNode& node);
  Outcome ReadMap(JsonValueNode& node);
  Outcome ReadStruct(JsonValueNode& node);
  /// null appends null; anything else is passed and bad.
  Outcome ReadNullOrBad(JsonValueNode& node);
  bool AppendText(JsonValueNode& node, std::string_view text);
  bool AppendNumber(JsonValueNode& node, const JsonNumber& number);
  bool AppendFloatingWord(JsonValueNode& node, std::string_view text);

  JsonOptions options_;
  JsonScanner scanner_;
  bool has_bad_value_ = false;
  std::string scratch_;
  std::string name_scratch_;
};

inline bool JsonFieldIndex::MatchExpected(int previous, const char** at, int* entry) const {
  const int expected = entries_[static_cast<size_t>(previous)].next;
  if (expected < 0) return false;
  const Entry& candidate = entries_[static_cast<size_t>(expected)];
  const char* text = *at + 1;
#if defined(__SSE2__)
  if (candidate.mask != 0) {
    const auto* name = reinterpret_cast<const __m128i*>(candidate.text.data());
    const auto* there = reinterpret_cast<const __m128i*>(text);
    uint32_t equal = static_cast<uint32_t>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(name), _mm_loadu_si128(there))));
    if (candidate.mask > 0xFFFF) {
      equal |= static_cast<uint32_t>(_mm_movemask_epi8(
                   _mm_cmpeq_epi8(_mm_loadu_si128(name + 1), _mm_loadu_si128(there + 1))))
               << 16;
    }
    if ((equal & candidate.mask) != candidate.mask) return false;
    *at = text + candidate.length;
    *entry = expected;
    return true;
  }
#endif
  if (std::memcmp(text, candidate.text.data(), candidate.length) != 0) return false;
  *at = text + candidate.length;
  *entry = expected;
  return true;
}

}  // namespace thalweg::formats
