#include "thalweg/formats/orc_columns.h"

#include <limits>
#include <string>
#include <utility>

#include <arrow/api.h>
#include <arrow/util/bit_util.h>
#include <fmt/format.h>

#include "thalweg/types/data_types.h"

namespace thalweg::formats {
namespace {

/// Integers as smaller ones: null where they do not fit.
template <typename From, typename To>
Result<ArrayDataPtr> Narrow(const ArrayDataPtr& data, const TypePtr& type) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(data->length * static_cast<int64_t>(sizeof(To))));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> validity,
                        arrow::AllocateEmptyBitmap(data->length));
  const auto* from = data->GetValues<From>(1);
  const uint8_t* valid = data->GetValues<uint8_t>(0, 0);
  auto* to = reinterpret_cast<To*>(values->mutable_data());
  for (int64_t i = 0; i < data->length; ++i) {
    const bool fits = from[i] >= std::numeric_limits<To>::min() &&
                      from[i] <= std::numeric_limits<To>::max() &&
                      (valid == nullptr || arrow::bit_util::GetBit(valid, data->offset + i));
    to[i] = fits ? static_cast<To>(from[i]) : To{};
    if (fits) arrow::bit_util::SetBit(validity->mutable_data(), i);
  }
  return arrow::ArrayData::Make(type, data->length, {std::move(validity), std::move(values)});
}

template <typename From>
Result<ArrayDataPtr> NarrowFrom(const ArrayDataPtr& data, const TypePtr& type) {
  switch (type->id()) {
    case arrow::Type::INT8:
      return Narrow<From, int8_t>(data, type);
    case arrow::Type::INT16:
      return Narrow<From, int16_t>(data, type);
    default:
      return Narrow<From, int32_t>(data, type);
  }
}

Result<ArrayDataPtr> NarrowInteger(const ArrayDataPtr& data, const TypePtr& type) {
  switch (data->type->id()) {
    case arrow::Type::INT16:
      return NarrowFrom<int16_t>(data, type);
    case arrow::Type::INT32:
      return NarrowFrom<int32_t>(data, type);
    default:
      return NarrowFrom<int64_t>(data, type);
  }
}

class OrcConverter final : public ColumnConverter {
 public:
  OrcConverter(std::string column, bool case_sensitive)
      : ColumnConverter(case_sensitive), column_(std::move(column)) {}

 protected:
  Status Mismatch(const arrow::DataType& from, const arrow::DataType& wanted) const override {
    return Status::Invalid(
        fmt::format("the column `{}` is {} in the file, which cannot be read as {}", column_,
                    SqlTypeName(from), SqlTypeName(wanted)));
  }

  Result<ArrayDataPtr> ConvertLeaf(const ArrayDataPtr& data, const TypePtr& wanted) const override {
    const arrow::DataType& from = *data->type;
    if (IsStoredAlike(from, *wanted)) return WithType(data, wanted);
    if (IsInteger(from) && IsInteger(*wanted)) {
      return from.byte_width() > wanted->byte_width() ? NarrowInteger(data, wanted)
                                                      : Cast(data, wanted, true);
    }
    if (IsInteger(from) && IsDecimal(*wanted)) {
      const auto& decimal = static_cast<const arrow::DecimalType&>(*wanted);
      // Arrow wants room for all integers of the type, whatever the values are.
      const TypePtr wide = DecimalOf(kMaxDecimalPrecision, decimal.scale());
      ARROW_ASSIGN_OR_RAISE(const ArrayDataPtr widened, Cast(data, wide, true));
      return Cast(widened, wanted, true);
    }
    const bool casts = (IsInteger(from) && (IsFloating(*wanted) || IsString(*wanted))) ||
                       (from.id() == arrow::Type::FLOAT && wanted->id() == arrow::Type::DOUBLE) ||
                       (IsDecimal(from) && IsDecimal(*wanted));
    return casts ? Cast(data, wanted, !IsFloating(*wanted)) : Mismatch(from, *wanted);
  }

 private:
  /// What files hold as integers of one width.
  static bool IsStoredAlike(const arrow::DataType& from, const arrow::DataType& wanted) {
    const auto is_long = [](const arrow::DataType& type) {
      return type.id() == arrow::Type::INT64 || type.id() == arrow::Type::DURATION ||
             IsTimestampNtz(type);
    };
    const auto is_int = [](const arrow::DataType& type) {
      return type.id() == arrow::Type::INT32 || type.id() == arrow::Type::INTERVAL_MONTHS;
    };
    return (is_long(from) && is_long(wanted)) || (is_int(from) && is_int(wanted));
  }

  const std::string column_;
};

}  // namespace

Result<ArrayDataPtr> ConvertFromOrc(const ArrayDataPtr& data, const arrow::Field& wanted,
                                    bool case_sensitive) {
  return OrcConverter(wanted.name(), case_sensitive).Convert(data, wanted.type());
}

}  // namespace thalweg::formats
