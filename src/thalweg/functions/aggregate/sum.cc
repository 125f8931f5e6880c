// sum and try_sum: bigint for integers, double for floating point, a wider decimal for decimals;
// intervals.

#include <algorithm>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

template <typename T>
struct SumSlot {
  T sum;
  int64_t state;  // kEmpty, kHasValue or, of try_sum, kOverflowed
};
constexpr int64_t kEmpty = 0;
constexpr int64_t kHasValue = 1;
constexpr int64_t kOverflowed = 2;

/// What becomes of a sum beyond its type.
enum class OverflowMode {
  kFail,
  kNull,
  kLegacy,  // integers wrap around, decimals become NULL, intervals fail
};

/// kFail or kLegacy, as the session's mode says.
OverflowMode SessionMode(const Arguments& arguments) {
  return EvalModeOf(arguments) == EvalMode::kLegacy ? OverflowMode::kLegacy : OverflowMode::kFail;
}

std::string NameOf(OverflowMode mode) { return mode == OverflowMode::kNull ? "try_sum" : "sum"; }

Status SumOverflow(const arrow::DataType& type) {
  if (IsInterval(type)) {
    return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", {{"functionName", "try_add"}});
  }
  return MakeError("ARITHMETIC_OVERFLOW",
                   {{"message", SimpleTypeName(type) + " overflow"},
                    {"alternative", " Use 'try_sum' to tolerate overflow and return NULL instead."},
                    {"config", "\"spark.sql.ansi.enabled\""}});
}

/// T: type of the argument's values, S: of the sum.
template <typename T, typename S>
class Sum : public AggregateFunction {
 public:
  Sum(TypePtr argument, TypePtr result, OverflowMode mode)
      : AggregateFunction(NameOf(mode), {std::move(argument)}, std::move(result),
                          /*nullable=*/true, sizeof(SumSlot<S>), /*trivial=*/true),
        mode_(mode) {}

  void Init(uint8_t* slot) const override { std::memset(slot, 0, sizeof(SumSlot<S>)); }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::PrimitiveView<T> values(arguments[0]);
    if (values.AllNull()) return Status::OK();
    if (mode_ == OverflowMode::kNull) return UpdateOrNull(values, slots);
    bool overflow = false;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      auto* slot = SlotAs<SumSlot<S>>(slots.slot(row));
      overflow |= Add(static_cast<S>(values.Value(row)), &slot->sum);
      slot->state = kHasValue;
    }
    return overflow && Fails() ? SumOverflow(*return_type()) : Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    const auto* other = SlotAs<SumSlot<S>>(from);
    auto* slot = SlotAs<SumSlot<S>>(into);
    slot->state = std::max(slot->state, other->state);
    if (!Add(other->sum, &slot->sum)) return Status::OK();
    if (Fails()) return SumOverflow(*return_type());
    if (mode_ == OverflowMode::kNull) slot->state = kOverflowed;
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const auto slot = [&](int64_t row) { return SlotAs<SumSlot<S>>(slots.slot(row)); };
    return FinishFixed<S>(
        return_type(), slots.num_rows, [&](int64_t row) { return slot(row)->state != kHasValue; },
        [&](int64_t row) -> Result<S> { return slot(row)->sum; });
  }

 private:
  bool Fails() const {
    return mode_ == OverflowMode::kFail ||
           (mode_ == OverflowMode::kLegacy && IsInterval(*return_type()));
  }

  /// Adds and tells whether it overflowed.
  static bool Add(S value, S* sum) {
    if constexpr (std::is_floating_point_v<S>) {
      *sum += value;
      return false;
    } else {
      return __builtin_add_overflow(*sum, value, sum);
    }
  }

  Status UpdateOrNull(const expr::PrimitiveView<T>& values, const GroupSlots& slots) const {
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      auto* slot = SlotAs<SumSlot<S>>(slots.slot(row));
      const bool overflow = Add(static_cast<S>(values.Value(row)), &slot->sum);
      slot->state = std::max(slot->state, overflow ? kOverflowed : kHasValue);
    }
    return Status::OK();
  }

  OverflowMode mode_;
};

/// decimal(p, s) -> decimal(p + 10, s). 128-bit sums of 38 digits may pass the type's bound; that
/// is looked at when the sum is asked for, as Spark does.
class DecimalSum : public AggregateFunction {
 public:
  DecimalSum(TypePtr argument, TypePtr result, OverflowMode mode)
      : AggregateFunction(NameOf(mode), {std::move(argument)}, std::move(result),
                          /*nullable=*/true, sizeof(Slot), /*trivial=*/true),
        mode_(mode) {
    const int precision = static_cast<const arrow::Decimal128Type&>(*return_type()).precision();
    bound_ = 1;
    for (int i = 0; i < precision; ++i) bound_ *= 10;
  }

  void Init(uint8_t* slot) const override { std::memset(slot, 0, sizeof(Slot)); }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::DecimalView values(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      Slot slot = Load(slots.slot(row));
      slot.overflow |= __builtin_add_overflow(slot.sum, values.Value(row), &slot.sum) ? 1 : 0;
      slot.has_value = 1;
      Store(slot, slots.slot(row));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    Slot slot = Load(into);
    const Slot other = Load(from);
    slot.overflow |= other.overflow;
    slot.overflow |= __builtin_add_overflow(slot.sum, other.sum, &slot.sum) ? 1 : 0;
    slot.has_value |= other.has_value;
    Store(slot, into);
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    return FinishFixed<Int128>(
        return_type(), slots.num_rows,
        [&](int64_t row) {
          const Slot slot = Load(slots.slot(row));
          return slot.has_value == 0 || (mode_ != OverflowMode::kFail && IsBeyond(slot));
        },
        [&](int64_t row) -> Result<Int128> {
          const Slot slot = Load(slots.slot(row));
          if (IsBeyond(slot)) {
            return MakeError(
                "ARITHMETIC_OVERFLOW",
                {{"message", "Overflow in sum of decimals"},
                 {"alternative", " Use 'try_sum' to tolerate overflow and return NULL instead."},
                 {"config", "\"spark.sql.ansi.enabled\""}});
          }
          return slot.sum;
        });
  }

  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("sum", return_type()), arrow::field("isEmpty", arrow::boolean())};
  }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    const auto empty = [&](int64_t row) { return Load(slots.slot(row)).has_value == 0; };
    // A sum that passed its bound is NULL, as in Spark's state.
    ARROW_ASSIGN_OR_RAISE(
        auto sum, FinishFixed<Int128>(
                      return_type(), slots.num_rows,
                      [&](int64_t row) { return IsBeyond(Load(slots.slot(row))); },
                      [&](int64_t row) -> Result<Int128> { return Load(slots.slot(row)).sum; }));
    ARROW_ASSIGN_OR_RAISE(auto flags, StateColumn<bool>(arrow::boolean(), slots.num_rows, empty));
    return std::vector<ArrayPtr>{std::move(sum), std::move(flags)};
  }

 private:
  // Slots are 8-byte aligned, a 128-bit integer wants 16: copied in and out.
  struct Slot {
    Int128 sum;
    int32_t has_value;
    int32_t overflow;
    int64_t unused;
  };
  static Slot Load(const uint8_t* bytes) {
    Slot slot;
    std::memcpy(&slot, bytes, sizeof(slot));
    return slot;
  }
  bool IsBeyond(const Slot& slot) const {
    return slot.overflow != 0 || slot.sum >= bound_ || slot.sum <= -bound_;
  }
  static void Store(const Slot& slot, uint8_t* bytes) { std::memcpy(bytes, &slot, sizeof(slot)); }

  OverflowMode mode_;
  Int128 bound_ = 0;
};

Result<AggregateFunctionPtr> BindSum(OverflowMode mode, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(NameOf(mode), arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  // Seconds since the epoch, as Hive has it.
  if (IsTimestamp(*type)) {
    return std::make_shared<Sum<double, double>>(arrow::float64(), arrow::float64(), mode);
  }
  switch (type->id()) {
    case arrow::Type::INT8:
      return std::make_shared<Sum<int8_t, int64_t>>(type, arrow::int64(), mode);
    case arrow::Type::INT16:
      return std::make_shared<Sum<int16_t, int64_t>>(type, arrow::int64(), mode);
    case arrow::Type::INT32:
      return std::make_shared<Sum<int32_t, int64_t>>(type, arrow::int64(), mode);
    case arrow::Type::INT64:
      return std::make_shared<Sum<int64_t, int64_t>>(type, arrow::int64(), mode);
    case arrow::Type::FLOAT:
      return std::make_shared<Sum<float, double>>(type, arrow::float64(), mode);
    case arrow::Type::DOUBLE:
    case arrow::Type::STRING:
    case arrow::Type::NA:
      return std::make_shared<Sum<double, double>>(arrow::float64(), arrow::float64(), mode);
    case arrow::Type::DURATION:
      return std::make_shared<Sum<int64_t, int64_t>>(type, type, mode);
    case arrow::Type::INTERVAL_MONTHS:
      return std::make_shared<Sum<int32_t, int32_t>>(type, type, mode);
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(*type);
      return std::make_shared<DecimalSum>(
          type,
          DecimalOf(std::min(kMaxDecimalPrecision, decimal.precision() + 10), decimal.scale()),
          mode);
    }
    default:
      return UnexpectedInputType(0, "\"NUMERIC\" or \"ANSI INTERVAL\"", *type);
  }
}

}  // namespace

void RegisterSum(FunctionRegistry* registry) {
  registry->AddAggregate(
      {"sum",
       {},
       "sum(expr) - Returns the sum over the group; NULL without any value.",
       "SELECT sum(col) FROM VALUES (5), (10), (15) AS tab(col);",
       [](const Arguments& arguments) { return BindSum(SessionMode(arguments), arguments); }});
  registry->AddAggregate(
      {"try_sum",
       {},
       "try_sum(expr) - As sum, NULL where that overflows.",
       "SELECT try_sum(col) FROM VALUES (9223372036854775807L), (1L) AS tab(col);",
       [](const Arguments& arguments) { return BindSum(OverflowMode::kNull, arguments); }});
}

}  // namespace thalweg::functions
