#pragma once

// Writing values of type VARIANT, byte for byte as Spark writes them: names in the metadata in the
// order in which they came, numbers as narrow as they go.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/types/decimal_math.h"
#include "thalweg/types/variant_layout.h"
#include "thalweg/types/variant_type.h"
#include "thalweg/types/variant_value.h"

namespace thalweg {

/// Writes one variant at a time. Parts of objects and arrays are appended first, from position()
/// on, and then made one by FinishObject() or FinishArray(). Memory is used again from value to
/// value. NOT thread-safe.
class VariantBuilder {
 public:
  /// With `allow_duplicates` the last of fields of one name counts; else they are an error.
  explicit VariantBuilder(bool allow_duplicates = false) : allow_duplicates_(allow_duplicates) {}

  struct Field {
    uint32_t id;
    uint32_t offset;
  };

  /// Forgets the value.
  void Reset();
  uint32_t AddName(std::string_view name);
  size_t position() const { return value_.size(); }

  void AppendNull() { AppendHeader(variant::Primitive::kNull); }
  void AppendBoolean(bool value);
  void AppendLong(int64_t value);
  void AppendDouble(double value);
  void AppendFloat(float value);
  void AppendDecimal(Int128 unscaled, int scale);
  void AppendDate(int32_t days);
  void AppendTimestamp(int64_t micros);
  void AppendTimestampNtz(int64_t micros);
  void AppendString(std::string_view text);
  void AppendBinary(std::string_view bytes);
  /// A copy with names of its own. Errors: MALFORMED_VARIANT.
  Status AppendVariant(const VariantValue& value);

  /// `fields` of the object whose parts begin at `start`; sorted by it.
  /// Errors: VARIANT_DUPLICATE_KEY.
  Status FinishObject(size_t start, std::vector<Field>* fields);
  void FinishArray(size_t start, const std::vector<uint32_t>& offsets);

  /// Appends what a column keeps of the value. Errors: VARIANT_SIZE_LIMIT.
  Status Finish(std::string* packed);

 private:
  void AppendHeader(variant::Primitive type);
  template <typename T>
  void AppendFixed(variant::Primitive type, T value);
  void AppendSized(variant::Primitive type, std::string_view bytes);
  Status AppendNested(const VariantValue& value, int depth);
  /// Drops all but the last of fields of one name; fields are sorted, by offset within a name.
  Status RemoveDuplicates(size_t start, std::vector<Field>* fields);
  void WriteMetadata();

  const bool allow_duplicates_;
  std::string value_;
  std::string metadata_;
  std::string head_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, uint32_t> ids_;
};

}  // namespace thalweg
