#pragma once

// One row as Arrow scalars: keys of groups and values of state. Rows in numbers are record batches.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/status.h"

namespace thalweg {

/// Values by position; a row without values stands for "no row". Value type.
class Row {
 public:
  using Values = std::vector<std::shared_ptr<arrow::Scalar>>;

  Row() = default;
  explicit Row(Values values) : values_(std::move(values)) {}
  /// Row::Of(1, 2.5, "text", true, nullptr). Numbers take the width of the column they are meant
  /// for when the engine takes the row.
  template <typename... T>
  static Row Of(const T&... values) {
    return Row(Values{MakeValue(values)...});
  }

  int size() const { return static_cast<int>(values_.size()); }
  bool empty() const { return values_.empty(); }
  const Values& values() const { return values_; }
  const std::shared_ptr<arrow::Scalar>& value(int i) const { return values_[i]; }
  bool IsNull(int i) const { return !values_[i]->is_valid; }

  /// The value as bool, int32_t, int64_t, double or std::string. Times are what Arrow counts:
  /// microseconds, days. Errors: no such column, NULL, a value of another kind, a number that is
  /// too large for T.
  template <typename T>
  Result<T> Get(int i) const;
  bool Equals(const Row& other) const;
  /// "[a, 1]"
  std::string ToString() const;

  /// The number in an integer, a date, a timestamp or a duration; nothing for other values.
  static std::optional<int64_t> IntegerOf(const arrow::Scalar& value);

 private:
  template <typename T>
  static std::shared_ptr<arrow::Scalar> MakeValue(const T& value) {
    if constexpr (std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>) {
      return std::make_shared<arrow::NullScalar>();
    } else if constexpr (std::is_convertible_v<const T&, std::shared_ptr<arrow::Scalar>>) {
      return value;
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      return std::make_shared<arrow::StringScalar>(std::string(std::string_view(value)));
    } else {
      return arrow::MakeScalar(value);
    }
  }

  Values values_;
};

inline std::optional<int64_t> Row::IntegerOf(const arrow::Scalar& value) {
  switch (value.type->id()) {
    case arrow::Type::INT8:
      return static_cast<const arrow::Int8Scalar&>(value).value;
    case arrow::Type::INT16:
      return static_cast<const arrow::Int16Scalar&>(value).value;
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Scalar&>(value).value;
    case arrow::Type::DATE32:
      return static_cast<const arrow::Date32Scalar&>(value).value;
    case arrow::Type::INT64:
      return static_cast<const arrow::Int64Scalar&>(value).value;
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampScalar&>(value).value;
    case arrow::Type::DURATION:
      return static_cast<const arrow::DurationScalar&>(value).value;
    default:
      return std::nullopt;
  }
}

template <typename T>
Result<T> Row::Get(int i) const {
  if (i < 0 || i >= size()) return Status::Invalid("a row of ", size(), " values has no ", i);
  const arrow::Scalar& value = *values_[i];
  if (!value.is_valid) return Status::Invalid("value ", i, " of the row is NULL");
  if constexpr (std::is_same_v<T, bool>) {
    if (value.type->id() == arrow::Type::BOOL) {
      return static_cast<const arrow::BooleanScalar&>(value).value;
    }
  } else if constexpr (std::is_integral_v<T>) {
    if (const std::optional<int64_t> integer = IntegerOf(value)) {
      if (std::in_range<T>(*integer)) return static_cast<T>(*integer);
      return Status::Invalid("value ", i, " of the row, ", *integer, ", is too large");
    }
  } else if constexpr (std::is_floating_point_v<T>) {
    if (value.type->id() == arrow::Type::DOUBLE) {
      return static_cast<T>(static_cast<const arrow::DoubleScalar&>(value).value);
    }
    if (value.type->id() == arrow::Type::FLOAT) {
      return static_cast<T>(static_cast<const arrow::FloatScalar&>(value).value);
    }
    if (const std::optional<int64_t> integer = IntegerOf(value)) return static_cast<T>(*integer);
  } else {
    static_assert(std::is_same_v<T, std::string>, "ask for bool, a number or std::string");
    if (arrow::is_base_binary_like(value.type->id())) {
      return static_cast<const arrow::BaseBinaryScalar&>(value).value->ToString();
    }
  }
  return Status::Invalid("value ", i, " of the row is a ", value.type->ToString());
}

inline bool Row::Equals(const Row& other) const {
  if (size() != other.size()) return false;
  for (int i = 0; i < size(); ++i) {
    if (!values_[i]->Equals(*other.values_[i])) return false;
  }
  return true;
}

inline std::string Row::ToString() const {
  std::string text = "[";
  for (int i = 0; i < size(); ++i) text += (i > 0 ? ", " : "") + values_[i]->ToString();
  return text + "]";
}

}  // namespace thalweg
