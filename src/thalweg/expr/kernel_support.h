#pragma once

// What kernels of scalar functions are written with.
//
// Most kernels are one lambda over row values:
//
//   // Never fails and is defined for any input: also called on rows that are null, so that the
//   // loop has no branch and vectorises. Fixed-width results only.
//   DenseKernel<int32_t, int32_t>(date32(), [](int32_t days) { return days + 1; });
//
//   // Called on rows without a null argument only. May return the value, std::optional (nullopt is
//   // NULL), Result (an error ends the query) or Result<std::optional>.
//   RowKernel<std::string, std::string_view>(utf8(), [](std::string_view s) { return Upper(s); });
//   RowKernel<int64_t, int64_t, int64_t>(int64(), [](int64_t a, int64_t b) -> Result<int64_t> {
//     if (b == 0) return MakeError("DIVIDE_BY_ZERO");
//     return a / b;
//   });
//
//   // A lambda that takes `const EvalContext&` first gets the context.
//   RowKernel<std::string, int64_t>(utf8(), [](const EvalContext& context, int64_t micros) {...});
//
// The first template argument is the result, the others are the arguments, as row value types:
//   bool            boolean            int8_t .. int64_t, float, double   numbers of that width
//   int32_t         date, interval year to month
//   int64_t         timestamp, timestamp_ntz, interval day to second
//   Int128          decimal (unscaled; precision and scale are in the bound types)
//   MonthDayNanos   interval (calendar)
//   std::string_view (argument) / std::string or std::string_view (result)    string, binary
//
// A NULL argument makes the result NULL. Functions that want NULLs (coalesce-like, collections)
// use the views below: they read an array or a scalar alike, by row index.

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/datum.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"
#include "thalweg/expr/expression.h"
#include "thalweg/types/decimal_math.h"

namespace thalweg::expr {

using MonthDayNanos = arrow::MonthDayNanoIntervalType::MonthDayNanos;

/// The datum as an array of `num_rows` (a scalar is repeated).
Result<ArrayPtr> ToArray(const arrow::Datum& datum, int64_t num_rows);

/// True if every argument is a scalar (also for no arguments).
bool AllScalars(const std::vector<arrow::Datum>& arguments);

/// An array of `num_rows` nulls, or a null scalar when `as_scalar`.
Result<arrow::Datum> NullResult(const TypePtr& type, int64_t num_rows, bool as_scalar);

/// Element 0 of a one-row array as a scalar, else the array.
Result<arrow::Datum> FinishDatum(const ArrayPtr& array, bool as_scalar);

// ---- Views: row access to an argument, whether array or scalar. They borrow from the datum. ----

/// Null-ness of a row; the base of every view.
class NullView {
 public:
  explicit NullView(const arrow::Datum& datum);
  bool IsNull(int64_t row) const {
    return all_null_ || (bitmap_ != nullptr && !arrow::bit_util::GetBit(bitmap_, offset_ + row));
  }
  bool IsValid(int64_t row) const { return !IsNull(row); }
  /// False when surely no row is null.
  bool MayHaveNulls() const { return all_null_ || bitmap_ != nullptr; }
  bool AllNull() const { return all_null_; }
  bool is_scalar() const { return is_scalar_; }

 protected:
  const uint8_t* bitmap_ = nullptr;
  int64_t offset_ = 0;
  bool all_null_ = false;
  bool is_scalar_ = false;
};

namespace internal {
/// First value byte of an array (offset applied, `width` bytes a value) or scalar of fixed width;
/// 32 zero bytes for a null scalar or an array of type null.
const uint8_t* FixedWidthData(const arrow::Datum& datum, int width);
}  // namespace internal

/// Numbers, dates, timestamps, intervals. Value() of a null row is unspecified but readable.
template <typename T>
class PrimitiveView : public NullView {
 public:
  explicit PrimitiveView(const arrow::Datum& datum)
      : NullView(datum),
        values_(reinterpret_cast<const T*>(internal::FixedWidthData(datum, sizeof(T)))),
        stride_(datum.is_array() && !(datum.type()->id() == arrow::Type::NA) ? 1 : 0) {}
  T Value(int64_t row) const { return values_[row * stride_]; }
  /// Dense values; only row 0 may be read when is_scalar().
  const T* data() const { return values_; }
  int64_t stride() const { return stride_; }

 private:
  const T* values_;
  int64_t stride_;
};

/// decimal(p, s) as unscaled 128-bit integers.
class DecimalView : public NullView {
 public:
  explicit DecimalView(const arrow::Datum& datum)
      : NullView(datum),
        values_(internal::FixedWidthData(datum, 16)),
        stride_(datum.is_array() && !(datum.type()->id() == arrow::Type::NA) ? 16 : 0) {}
  Int128 Value(int64_t row) const {
    Int128 value;
    std::memcpy(&value, values_ + row * stride_, sizeof(value));
    return value;
  }

 private:
  const uint8_t* values_;
  int64_t stride_;
};

class BooleanView : public NullView {
 public:
  explicit BooleanView(const arrow::Datum& datum);
  bool Value(int64_t row) const {
    return bits_ != nullptr ? arrow::bit_util::GetBit(bits_, bits_offset_ + row) : constant_;
  }

 private:
  const uint8_t* bits_ = nullptr;
  int64_t bits_offset_ = 0;
  bool constant_ = false;
};

/// string and binary.
class StringView : public NullView {
 public:
  explicit StringView(const arrow::Datum& datum);
  std::string_view Value(int64_t row) const {
    if (offsets_ == nullptr) return constant_;
    const int32_t begin = offsets_[row];
    return {reinterpret_cast<const char*>(bytes_) + begin,
            static_cast<size_t>(offsets_[row + 1] - begin)};
  }
  /// Bytes of all rows together (of the one value if scalar).
  int64_t TotalBytes() const { return total_bytes_; }

 private:
  const int32_t* offsets_ = nullptr;
  const uint8_t* bytes_ = nullptr;
  std::string_view constant_;
  int64_t total_bytes_ = 0;
};

/// array and map: element i of row r is values()->...(Offset(r) + i). The elements of a map are
/// structs of key and value.
class ListView : public NullView {
 public:
  explicit ListView(const arrow::Datum& datum);
  int64_t Offset(int64_t row) const { return offsets_ == nullptr ? 0 : offsets_[row]; }
  int64_t Length(int64_t row) const {
    return offsets_ == nullptr ? constant_length_ : offsets_[row + 1] - offsets_[row];
  }
  /// All elements; indices of Offset() are valid here.
  const ArrayPtr& values() const { return values_; }

 private:
  const int32_t* offsets_ = nullptr;
  int64_t constant_length_ = 0;
  ArrayPtr values_;
};

namespace internal {
template <typename T>
struct ViewOf {
  using type = PrimitiveView<T>;
};
template <>
struct ViewOf<bool> {
  using type = BooleanView;
};
template <>
struct ViewOf<Int128> {
  using type = DecimalView;
};
template <>
struct ViewOf<std::string_view> {
  using type = StringView;
};
template <>
struct ViewOf<std::string> {
  using type = StringView;
};
}  // namespace internal

/// The view for a row value type: ViewFor<int32_t>, ViewFor<std::string_view>, ViewFor<Int128>...
template <typename T>
using ViewFor = typename internal::ViewOf<T>::type;

// ---- Nulls of a result ----

/// Which rows of a result are null because an argument is.
struct NullMask {
  /// Validity from bit 0; null when no row is null (or all are: see all_null).
  std::shared_ptr<arrow::Buffer> bitmap;
  int64_t null_count = 0;
  bool all_null = false;

  bool IsNull(int64_t row) const {
    return all_null || (bitmap != nullptr && !arrow::bit_util::GetBit(bitmap->data(), row));
  }
};

/// Rows where any argument is null.
Result<NullMask> IntersectNulls(const std::vector<arrow::Datum>& arguments, int64_t num_rows);

// ---- Writers: build the result array straight into buffers ----

/// Results of fixed width: T is the physical value (see the table above); bool and strings have
/// their own writers below, with the same members. Rows start as zero.
template <typename T>
class ResultWriter {
 public:
  static Result<ResultWriter> Make(TypePtr type, int64_t num_rows, NullMask nulls) {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(num_rows * sizeof(T)));
    return ResultWriter(std::move(type), num_rows, std::move(nulls), std::move(buffer));
  }
  T* data() { return values_; }
  Status Set(int64_t row, T value) {
    values_[row] = value;
    return Status::OK();
  }
  /// Marks a row that the mask calls valid as null.
  Status SetNull(int64_t row) {
    values_[row] = T{};
    extra_nulls_.push_back(row);
    return Status::OK();
  }
  /// A row that the mask calls null already.
  Status SkipNull(int64_t row) {
    values_[row] = T{};
    return Status::OK();
  }
  Result<ArrayPtr> Finish();

 private:
  ResultWriter(TypePtr type, int64_t num_rows, NullMask nulls,
               std::unique_ptr<arrow::Buffer> buffer)
      : type_(std::move(type)),
        num_rows_(num_rows),
        nulls_(std::move(nulls)),
        buffer_(std::move(buffer)),
        values_(reinterpret_cast<T*>(buffer_->mutable_data())) {}
  TypePtr type_;
  int64_t num_rows_;
  NullMask nulls_;
  std::shared_ptr<arrow::Buffer> buffer_;
  T* values_;
  std::vector<int64_t> extra_nulls_;
};

namespace internal {
/// An array of one value buffer, with `extra_nulls` added to the mask.
Result<ArrayPtr> FinishArray(const TypePtr& type, int64_t num_rows, NullMask nulls,
                             const std::vector<int64_t>& extra_nulls,
                             std::shared_ptr<arrow::Buffer> values);
}  // namespace internal

template <typename T>
Result<ArrayPtr> ResultWriter<T>::Finish() {
  return internal::FinishArray(type_, num_rows_, std::move(nulls_), extra_nulls_,
                               std::move(buffer_));
}

template <>
class ResultWriter<bool> {
 public:
  static Result<ResultWriter> Make(TypePtr type, int64_t num_rows, NullMask nulls);
  Status Set(int64_t row, bool value) {
    if (value) arrow::bit_util::SetBit(buffer_->mutable_data(), row);
    return Status::OK();
  }
  Status SetNull(int64_t row) {
    extra_nulls_.push_back(row);
    return Status::OK();
  }
  Status SkipNull(int64_t) { return Status::OK(); }
  /// The result bits, all zero at first.
  uint8_t* bits() { return buffer_->mutable_data(); }
  Result<ArrayPtr> Finish() {
    return internal::FinishArray(type_, num_rows_, std::move(nulls_), extra_nulls_,
                                 std::move(buffer_));
  }

 private:
  TypePtr type_;
  int64_t num_rows_ = 0;
  NullMask nulls_;
  std::shared_ptr<arrow::Buffer> buffer_;
  std::vector<int64_t> extra_nulls_;
};

/// string and binary; rows must be written in order, each once.
template <>
class ResultWriter<std::string> {
 public:
  static Result<ResultWriter> Make(const TypePtr& type, int64_t num_rows, NullMask nulls);
  Status Set(int64_t, std::string_view value) {
    return builder_->Append(reinterpret_cast<const uint8_t*>(value.data()),
                            static_cast<int32_t>(value.size()));
  }
  Status SetNull(int64_t) { return builder_->AppendNull(); }
  Status SkipNull(int64_t) { return builder_->AppendNull(); }
  Status ReserveBytes(int64_t bytes) { return builder_->ReserveData(bytes); }
  Result<ArrayPtr> Finish() { return builder_->Finish(); }

 private:
  std::unique_ptr<arrow::BinaryBuilder> builder_;
};

template <>
class ResultWriter<std::string_view> : public ResultWriter<std::string> {
 public:
  static Result<ResultWriter> Make(const TypePtr& type, int64_t num_rows, NullMask nulls) {
    ARROW_ASSIGN_OR_RAISE(auto writer,
                          ResultWriter<std::string>::Make(type, num_rows, std::move(nulls)));
    return ResultWriter(std::move(writer));
  }

 private:
  explicit ResultWriter(ResultWriter<std::string> writer)
      : ResultWriter<std::string>(std::move(writer)) {}
};

// ---- Kernels from lambdas ----

namespace internal {

template <typename T>
struct IsResult : std::false_type {};
template <typename T>
struct IsResult<Result<T>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// Writes what a row lambda returned: value, optional, Result of either.
template <typename Writer, typename Answer>
Status WriteAnswer(Writer* writer, int64_t row, Answer&& answer) {
  using Plain = std::decay_t<Answer>;
  if constexpr (IsResult<Plain>::value) {
    if (!answer.ok()) return answer.status();
    return WriteAnswer(writer, row, std::forward<Answer>(answer).ValueUnsafe());
  } else if constexpr (IsOptional<Plain>::value) {
    return answer.has_value() ? writer->Set(row, *answer) : writer->SetNull(row);
  } else {
    return writer->Set(row, answer);
  }
}

template <typename... Ins, size_t... I>
std::tuple<ViewFor<Ins>...> MakeViews(const std::vector<arrow::Datum>& arguments,
                                      std::index_sequence<I...>) {
  return {ViewFor<Ins>(arguments[I])...};
}

/// Runs `fn` over rows; with `Fn(const EvalContext&, Ins...)` the context is passed on.
template <typename... Ins, typename Fn, typename Views>
decltype(auto) CallRow(const Fn& fn, const EvalContext& context, const Views& views, int64_t row) {
  return std::apply(
      [&](const auto&... view) -> decltype(auto) {
        if constexpr (std::is_invocable_v<const Fn&, const EvalContext&, Ins...>) {
          return fn(context, view.Value(row)...);
        } else {
          return fn(view.Value(row)...);
        }
      },
      views);
}

Status CheckArity(const std::vector<arrow::Datum>& arguments, size_t expected);

/// Whether the values of the view are one C array of a type that a loop may vectorise over.
template <typename View>
struct IsPrimitiveView : std::false_type {};
template <typename T>
struct IsPrimitiveView<PrimitiveView<T>> : std::bool_constant<(sizeof(T) <= 8)> {};

template <typename Out, typename Fn, typename... Views>
void RunDense(ResultWriter<Out>* writer, int64_t rows, const Fn& fn, const Views&... views) {
  if constexpr (std::is_same_v<Out, bool>) {
    uint8_t* bits = writer->bits();
    for (int64_t row = 0; row < rows; row += 8) {
      const int64_t count = rows - row < 8 ? rows - row : 8;
      unsigned packed = 0;
      for (int64_t i = 0; i < count; ++i) {
        packed |= static_cast<unsigned>(fn(views.Value(row + i)...)) << i;
      }
      bits[row / 8] = static_cast<uint8_t>(packed);
    }
  } else {
    for (int64_t row = 0; row < rows; ++row) (void)writer->Set(row, fn(views.Value(row)...));
  }
}

/// Unit-stride loops for one or two primitive arguments, so that the compiler can vectorise them.
template <typename Out, typename Fn, typename In>
requires(!std::is_same_v<Out, bool> && sizeof(Out) <= 8 &&
         IsPrimitiveView<PrimitiveView<In>>::value) void RunDense(ResultWriter<Out>* writer,
                                                                  int64_t rows, const Fn& fn,
                                                                  const PrimitiveView<In>& view) {
  Out* __restrict__ out = writer->data();
  const In* values = view.data();
  for (int64_t row = 0; row < rows; ++row) out[row] = fn(values[row]);
}

template <typename Out, typename Fn, typename L, typename R>
requires(!std::is_same_v<Out, bool> && sizeof(Out) <= 8 &&
         IsPrimitiveView<PrimitiveView<L>>::value &&
         IsPrimitiveView<PrimitiveView<R>>::value) void RunDense(ResultWriter<Out>* writer,
                                                                 int64_t rows, const Fn& fn,
                                                                 const PrimitiveView<L>& left,
                                                                 const PrimitiveView<R>& right) {
  Out* __restrict__ out = writer->data();
  const L* a = left.data();
  const R* b = right.data();
  if (left.stride() == 0) {
    const L constant = a[0];
    for (int64_t row = 0; row < rows; ++row) out[row] = fn(constant, b[row * right.stride()]);
  } else if (right.stride() == 0) {
    const R constant = b[0];
    for (int64_t row = 0; row < rows; ++row) out[row] = fn(a[row], constant);
  } else {
    for (int64_t row = 0; row < rows; ++row) out[row] = fn(a[row], b[row]);
  }
}

}  // namespace internal

/// A kernel that calls `fn` on every row without a null argument.
template <typename Out, typename... Ins, typename Fn>
ScalarKernel RowKernel(TypePtr type, Fn fn) {
  return [type = std::move(type), fn = std::move(fn)](const EvalContext& context,
                                                      const std::vector<arrow::Datum>& arguments,
                                                      int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_RETURN_NOT_OK(internal::CheckArity(arguments, sizeof...(Ins)));
    const bool as_scalar = AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto nulls, IntersectNulls(arguments, rows));
    if (nulls.all_null) return NullResult(type, rows, as_scalar);
    const auto views = internal::MakeViews<Ins...>(arguments, std::index_sequence_for<Ins...>());
    ARROW_ASSIGN_OR_RAISE(auto writer, ResultWriter<Out>::Make(type, rows, nulls));
    for (int64_t row = 0; row < rows; ++row) {
      if (nulls.bitmap != nullptr && nulls.IsNull(row)) {
        ARROW_RETURN_NOT_OK(writer.SkipNull(row));
      } else {
        ARROW_RETURN_NOT_OK(internal::WriteAnswer(
            &writer, row, internal::CallRow<Ins...>(fn, context, views, row)));
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return FinishDatum(array, as_scalar);
  };
}

/// A kernel of a total function: `fn` is called on every row, null or not, and returns `Out`
/// (fixed width, or bool). It must not depend on the values of null rows for its safety.
template <typename Out, typename... Ins, typename Fn>
ScalarKernel DenseKernel(TypePtr type, Fn fn) {
  return [type = std::move(type), fn = std::move(fn)](const EvalContext&,
                                                      const std::vector<arrow::Datum>& arguments,
                                                      int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_RETURN_NOT_OK(internal::CheckArity(arguments, sizeof...(Ins)));
    const bool as_scalar = AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto nulls, IntersectNulls(arguments, rows));
    if (nulls.all_null) return NullResult(type, rows, as_scalar);
    const auto views = internal::MakeViews<Ins...>(arguments, std::index_sequence_for<Ins...>());
    ARROW_ASSIGN_OR_RAISE(auto writer, ResultWriter<Out>::Make(type, rows, std::move(nulls)));
    std::apply([&](const auto&... view) { internal::RunDense<Out>(&writer, rows, fn, view...); },
               views);
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return FinishDatum(array, as_scalar);
  };
}

}  // namespace thalweg::expr
