#pragma once

// Reading values of type VARIANT. Nothing is believed of the bytes: every read is checked against
// their end. Errors: MALFORMED_VARIANT, UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"
#include "thalweg/types/decimal_math.h"
#include "thalweg/types/time_zone.h"
#include "thalweg/types/variant_type.h"

namespace thalweg {

/// What a variant may be. Integers of any width are kLong.
enum class VariantKind {
  kNull,
  kBoolean,
  kLong,
  kString,
  kDouble,
  kDecimal,
  kDate,
  kTimestamp,
  kTimestampNtz,
  kFloat,
  kBinary,
  kUuid,
  kObject,
  kArray
};

/// A decimal without zeros at its end: unscaled * 10^-scale. `scale` may be negative.
struct VariantDecimal {
  Int128 unscaled;
  int scale;
};

struct VariantField;

/// One variant, or a part of one: a view of bytes of someone else.
class VariantValue {
 public:
  /// Checks the version of the metadata and the type and size of the value.
  static Result<VariantValue> Make(const VariantBytes& bytes);

  VariantKind kind() const { return kind_; }
  /// The bytes of this value alone, and the metadata of all.
  const VariantBytes& bytes() const { return bytes_; }

  /// For the kind of the name; other kinds give what their bytes happen to be.
  bool boolean() const;
  /// Also days of dates and microseconds of times.
  int64_t number() const;
  double floating() const;  // kDouble, kFloat
  /// The decimal as it was written, up to 38 digits. Errors: MALFORMED_VARIANT.
  Result<VariantDecimal> decimal() const;
  /// As decimal(), without zeros at the end; the scale is never negative.
  Result<VariantDecimal> shortest_decimal() const;
  std::string_view text() const;  // kString, kBinary, kUuid (its 16 bytes)

  /// Number of fields of an object, elements of an array; 0 for others.
  uint32_t size() const { return size_; }
  Result<VariantValue> Element(uint32_t index) const;
  Result<VariantField> Field(uint32_t index) const;
  /// By its name; none if there is no such field.
  Result<std::optional<VariantValue>> FindField(std::string_view name) const;

 private:
  explicit VariantValue(const VariantBytes& bytes) : bytes_(bytes) {}
  Status ReadHeader();
  Status ReadPrimitive(int type);
  Status ReadNested();
  Status SetPayload(size_t begin, size_t size);
  Result<VariantValue> At(uint64_t offset) const;
  Result<std::string_view> Key(uint32_t id) const;

  VariantBytes bytes_;
  VariantKind kind_ = VariantKind::kNull;
  /// A primitive's bytes without its header.
  std::string_view payload_;
  uint8_t scale_ = 0;
  uint32_t size_ = 0;
  uint8_t id_width_ = 0;
  uint8_t offset_width_ = 0;
  size_t ids_begin_ = 0;
  size_t offsets_begin_ = 0;
  size_t data_begin_ = 0;
};

struct VariantField {
  std::string_view name;
  VariantValue value;
};

/// Appends the JSON text of a variant; times are shown in the zone.
/// Errors: MALFORMED_VARIANT.
Status AppendVariantJson(const VariantValue& value, TimeZone* zone, std::string* out);
/// "f24f9b64-81fa-49d1-b74e-8c09a6e31c56" from 16 bytes.
std::string UuidText(std::string_view bytes);

}  // namespace thalweg
