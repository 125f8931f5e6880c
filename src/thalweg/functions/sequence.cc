// sequence(start, stop[, step]) of integers, dates and timestamps.

#include <optional>

#include <arrow/api.h>

#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/datetime/micros_of_day.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/time_text.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;

/// Arrays have at most this many elements, as in Java.
constexpr int64_t kMaxElements = 2147483632;

Status BoundaryError(int64_t start, int64_t stop, int64_t step) {
  return MakeError("INVALID_PARAMETER_VALUE.BOUNDARY", {{"parameter", "`step`"},
                                                        {"functionName", "`sequence`"},
                                                        {"start", std::to_string(start)},
                                                        {"stop", std::to_string(stop)},
                                                        {"step", std::to_string(step)}});
}

Status SizeError(Int128 elements) {
  std::string text;
  AppendDecimalText(elements, 0, &text);
  return MakeError("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION",
                   {{"functionName", "`sequence`"},
                    {"numberOfElements", text},
                    {"maxRoundedArrayLength", std::to_string(kMaxElements)}});
}

/// Appends start, start + step, ... up to stop. Step 0 is allowed when both ends are equal.
Status AppendSteps(int64_t start, int64_t stop, int64_t step, std::vector<int64_t>* out) {
  const bool reachable =
      (step > 0 && start <= stop) || (step < 0 && start >= stop) || (step == 0 && start == stop);
  if (!reachable) return BoundaryError(start, stop, step);
  if (step == 0) {
    out->push_back(start);
    return Status::OK();
  }
  const Int128 count = (static_cast<Int128>(stop) - start) / step + 1;
  if (count > kMaxElements - static_cast<int64_t>(out->size())) return SizeError(count);
  for (Int128 i = 0; i < count; ++i) out->push_back(static_cast<int64_t>(start + i * step));
  return Status::OK();
}

/// Days or local micros moved by months.
Result<int64_t> AddMonths(int64_t value, int64_t months, bool is_date) {
  if (is_date) return AddMonthsToDays(value, months);
  const int64_t days = FloorDivide(value, kMicrosPerDay);
  return MicrosOfDay(AddMonthsToDays(days, months), FloorModulo(value, kMicrosPerDay));
}

/// Steps of months from the start: the day of month is that of the start where it exists.
Status AppendMonths(int64_t start, int64_t stop, int64_t months, bool is_date, TimeZone* zone,
                    std::vector<int64_t>* out) {
  const bool reachable = (months > 0 && start <= stop) || (months < 0 && start >= stop) ||
                         (months == 0 && start == stop);
  if (!reachable) return BoundaryError(start, stop, months);
  const int64_t local = zone == nullptr ? start : zone->ToLocal(start);
  for (int64_t i = 0;; ++i) {
    ARROW_ASSIGN_OR_RAISE(int64_t value, AddMonths(local, i * months, is_date));
    if (zone != nullptr) value = zone->ToUtc(value);
    if (months >= 0 ? value > stop : value < stop) return Status::OK();
    out->push_back(value);
    if (months == 0) return Status::OK();
    if (out->size() > static_cast<size_t>(kMaxElements)) return SizeError(kMaxElements);
  }
}

/// Steps of whole days by the clock of the zone, else of an exact duration.
Status AppendDuration(int64_t start, int64_t stop, int64_t micros, TimeZone* zone,
                      std::vector<int64_t>* out) {
  if (zone == nullptr || micros % kMicrosPerDay != 0 || micros == 0) {
    return AppendSteps(start, stop, micros, out);
  }
  if (micros > 0 ? start > stop : start < stop) return BoundaryError(start, stop, micros);
  const int64_t local = zone->ToLocal(start);
  for (int64_t i = 0;; ++i) {
    const Int128 moved = local + Int128{i} * micros;
    if (moved != static_cast<int64_t>(moved)) return ArithmeticOverflow("long overflow", "");
    const int64_t value = zone->ToUtc(static_cast<int64_t>(moved));
    if (micros > 0 ? value > stop : value < stop) return Status::OK();
    out->push_back(value);
  }
}

enum class StepKind { kDefault, kNumber, kMonths, kMicros };

int64_t ReadInteger(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::INT8:
      return static_cast<const arrow::Int8Array&>(array).Value(row);
    case arrow::Type::INT16:
      return static_cast<const arrow::Int16Array&>(array).Value(row);
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Array&>(array).Value(row);
    case arrow::Type::DATE32:
      return static_cast<const arrow::Date32Array&>(array).Value(row);
    case arrow::Type::INTERVAL_MONTHS:
      return static_cast<const arrow::MonthIntervalArray&>(array).Value(row);
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampArray&>(array).Value(row);
    case arrow::Type::DURATION:
      return static_cast<const arrow::DurationArray&>(array).Value(row);
    default:
      return static_cast<const arrow::Int64Array&>(array).Value(row);
  }
}

template <typename Native>
Result<ArrayPtr> NarrowValues(const TypePtr& type, const std::vector<int64_t>& values) {
  std::vector<Native> narrow(values.begin(), values.end());
  const auto length = static_cast<int64_t>(narrow.size());
  return arrow::MakeArray(arrow::ArrayData::Make(
      type, length, {nullptr, arrow::Buffer::FromVector(std::move(narrow))}, 0));
}

Result<ArrayPtr> MakeValues(const TypePtr& type, const std::vector<int64_t>& values) {
  switch (type->id()) {
    case arrow::Type::INT8:
      return NarrowValues<int8_t>(type, values);
    case arrow::Type::INT16:
      return NarrowValues<int16_t>(type, values);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return NarrowValues<int32_t>(type, values);
    default:
      return NarrowValues<int64_t>(type, values);
  }
}

/// Appends the sequence of one row.
Status AppendRow(const TypePtr& element, StepKind kind, int64_t start, int64_t stop, int64_t step,
                 TimeZone* zone, std::vector<int64_t>* out) {
  const bool is_date = element->id() == arrow::Type::DATE32;
  const bool is_timestamp = element->id() == arrow::Type::TIMESTAMP;
  if (kind == StepKind::kDefault) {
    const int64_t unit = is_timestamp ? kMicrosPerDay : 1;
    step = start <= stop ? unit : -unit;
    return is_timestamp ? AppendDuration(start, stop, step, zone, out)
                        : AppendSteps(start, stop, step, out);
  }
  if (kind == StepKind::kMonths) return AppendMonths(start, stop, step, is_date, zone, out);
  if (kind == StepKind::kMicros && is_date) {
    if (step % kMicrosPerDay != 0) return BoundaryError(start, stop, step);
    return AppendSteps(start, stop, step / kMicrosPerDay, out);
  }
  if (kind == StepKind::kMicros) return AppendDuration(start, stop, step, zone, out);
  return AppendSteps(start, stop, step, out);
}

expr::ScalarKernel SequenceKernel(TypePtr type, StepKind kind) {
  return [type, kind](const expr::EvalContext& context, const Datums& values,
                      int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(values);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(values, rows));
    if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
    const TypePtr element = ElementType(*type);
    std::optional<TimeZone> zone;
    if (IsTimestamp(*element)) {
      ARROW_ASSIGN_OR_RAISE(auto made, TimeZone::Make(context.session_time_zone));
      zone.emplace(std::move(made));
    }
    arrow::ArrayVector arrays;
    for (const auto& value : values) {
      ARROW_ASSIGN_OR_RAISE(auto array, expr::ToArray(value, rows));
      arrays.push_back(std::move(array));
    }
    std::vector<int64_t> elements;
    std::vector<int32_t> offsets = {0};
    arrow::TypedBufferBuilder<bool> validity;
    for (int64_t row = 0; row < rows; ++row) {
      const bool is_null = nulls.IsNull(row);
      if (!is_null) {
        const int64_t step = arrays.size() > 2 ? ReadInteger(*arrays[2], row) : 0;
        ARROW_RETURN_NOT_OK(AppendRow(element, kind, ReadInteger(*arrays[0], row),
                                      ReadInteger(*arrays[1], row), step, zone ? &*zone : nullptr,
                                      &elements));
      }
      offsets.push_back(static_cast<int32_t>(elements.size()));
      ARROW_RETURN_NOT_OK(validity.Append(!is_null));
    }
    ARROW_ASSIGN_OR_RAISE(auto child, MakeValues(element, elements));
    ARROW_ASSIGN_OR_RAISE(auto bits, validity.Finish());
    const ArrayPtr array = std::make_shared<arrow::ListArray>(
        type, rows, arrow::Buffer::FromVector(std::move(offsets)), child, bits);
    return expr::FinishDatum(array, as_scalar);
  };
}

Status WrongTypes(const std::string& name) {
  return MakeError(
      "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES",
      {{"functionName", "`" + name + "`"},
       {"startType", "(\"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\")"},
       {"stepType", "(\"INTERVAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")"},
       {"otherStartType", "\"INTEGRAL\""}});
}

Result<expr::BoundFunction> BindSequence(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  const TypePtr element =
      WiderTypeForTwo(arguments[0].type, arguments[1].type, EvalModeOf(arguments));
  const bool is_time = element != nullptr && (element->id() == arrow::Type::DATE32 ||
                                              element->id() == arrow::Type::TIMESTAMP);
  if (element == nullptr || (!IsInteger(*element) && !is_time)) {
    return WrongTypes(name);
  }
  TypePtr common = element;
  std::vector<TypePtr> types = {common, common};
  StepKind kind = StepKind::kDefault;
  if (arguments.size() == 3) {
    const TypePtr& step = arguments[2].type;
    const bool months = step->id() == arrow::Type::INTERVAL_MONTHS;
    const bool micros = step->id() == arrow::Type::DURATION;
    if (is_time ? !(months || micros) : !IsInteger(*step)) return WrongTypes(name);
    kind = months ? StepKind::kMonths : micros ? StepKind::kMicros : StepKind::kNumber;
    if (!is_time) {
      common = WiderTypeForTwo(common, step, EvalModeOf(arguments));
      types = {common, common};
    }
    types.push_back(is_time ? step : common);
  }
  const TypePtr type = ArrayOf(common, false);
  auto bound = MakeBound(name, arguments, std::move(types), type, SequenceKernel(type, kind));
  bound.can_fail = true;
  bound.context_dependent = IsTimestamp(*common);
  return bound;
}

}  // namespace

void RegisterSequence(FunctionRegistry* registry) {
  DeclareBinder(registry, {"sequence"}, "array_funcs",
                "sequence(start, stop[, step]) - Returns an array of the values from `start` to "
                "`stop`, both included.",
                "SELECT sequence(1, 5);", BindSequence);
}

}  // namespace thalweg::functions
