// avg and try_avg: double for numbers, decimal(p + 4, s + 4) for decimals, intervals for intervals.

#include <optional>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/interval_range.h"

namespace thalweg::functions {
namespace {

/// The count of a group of try_avg whose sum is beyond its type.
constexpr int64_t kOverflowed = -1;

enum class OverflowMode {
  kFail,
  kNull,
  kLegacy,  // decimals become NULL, intervals fail
};

std::string NameOf(OverflowMode mode) { return mode == OverflowMode::kNull ? "try_avg" : "avg"; }

/// T: type of the argument's values, S: of their sum.
template <typename T, typename S>
class NumberAverage : public AggregateFunction {
 public:
  NumberAverage(TypePtr argument, TypePtr result, OverflowMode mode)
      : AggregateFunction(NameOf(mode), {std::move(argument)}, std::move(result),
                          /*nullable=*/true, sizeof(Slot), /*trivial=*/true),
        mode_(mode) {}

  void Init(uint8_t* slot) const override { std::memset(slot, 0, sizeof(Slot)); }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::PrimitiveView<T> values(arguments[0]);
    if (values.AllNull()) return Status::OK();
    bool overflow = false;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      Slot* slot = SlotAs<Slot>(slots.slot(row));
      overflow |= Add(static_cast<S>(values.Value(row)), 1, slot);
    }
    return overflow && mode_ != OverflowMode::kNull ? Overflow() : Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    const Slot* other = SlotAs<Slot>(from);
    const bool overflow = Add(other->sum, other->count, SlotAs<Slot>(into));
    return overflow && mode_ != OverflowMode::kNull ? Overflow() : Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const auto slot = [&](int64_t row) { return SlotAs<Slot>(slots.slot(row)); };
    using Out = std::conditional_t<std::is_floating_point_v<S>, double, T>;
    return FinishFixed<Out>(
        return_type(), slots.num_rows, [&](int64_t row) { return slot(row)->count <= 0; },
        [&](int64_t row) -> Result<Out> {
          const Slot* state = slot(row);
          if constexpr (std::is_floating_point_v<S>) {
            return state->sum / static_cast<double>(state->count);
          } else {
            return static_cast<Out>(RoundedQuotient(state->sum, state->count));
          }
        });
  }

  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("sum", return_type()), arrow::field("count", arrow::int64())};
  }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    const auto slot = [&](int64_t row) { return SlotAs<Slot>(slots.slot(row)); };
    const auto sum_of = [&](int64_t row) { return slot(row)->sum; };
    const auto count_of = [&](int64_t row) { return slot(row)->count; };
    using Out = std::conditional_t<std::is_floating_point_v<S>, double, T>;
    ARROW_ASSIGN_OR_RAISE(auto sum, StateColumn<Out>(return_type(), slots.num_rows, sum_of));
    ARROW_ASSIGN_OR_RAISE(auto count,
                          StateColumn<int64_t>(arrow::int64(), slots.num_rows, count_of));
    return std::vector<ArrayPtr>{std::move(sum), std::move(count)};
  }

 private:
  struct Slot {
    S sum;
    int64_t count;
  };

  /// Whether the sum is beyond its type, now or before.
  static bool Add(S value, int64_t count, Slot* slot) {
    if constexpr (std::is_floating_point_v<S>) {
      slot->sum += value;
      slot->count += count;
      return false;
    } else {
      const bool overflow = slot->count == kOverflowed || count == kOverflowed ||
                            __builtin_add_overflow(slot->sum, value, &slot->sum);
      slot->count = overflow ? kOverflowed : slot->count + count;
      return overflow;
    }
  }
  static Status Overflow() {
    return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", {{"functionName", "try_add"}});
  }
  /// Half away from zero, as Java's HALF_UP.
  static S RoundedQuotient(S sum, int64_t count) {
    const auto quotient = static_cast<S>(sum / count);
    const S rest = static_cast<S>(sum % count);
    if (2 * (rest < 0 ? -static_cast<Int128>(rest) : static_cast<Int128>(rest)) >= count) {
      return quotient + (sum < 0 ? -1 : 1);
    }
    return quotient;
  }

  OverflowMode mode_;
};

/// The sum is kept exactly; the quotient is rounded half up at the result's scale.
class DecimalAverage : public AggregateFunction {
 public:
  DecimalAverage(TypePtr argument, TypePtr result, int added_scale, OverflowMode mode)
      : AggregateFunction(NameOf(mode), {std::move(argument)}, std::move(result),
                          /*nullable=*/true, sizeof(Slot), /*trivial=*/true),
        factor_(1),
        mode_(mode) {
    for (int i = 0; i < added_scale; ++i) factor_ *= 10;
  }

  void Init(uint8_t* slot) const override { std::memset(slot, 0, sizeof(Slot)); }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::DecimalView values(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      ARROW_RETURN_NOT_OK(Add(values.Value(row), 1, slots.slot(row)));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    const Slot other = Load(from);
    return Add(other.sum, other.count, into);
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    return FinishFixed<Int128>(
        return_type(), slots.num_rows,
        [&](int64_t row) {
          const Slot slot = Load(slots.slot(row));
          return slot.count <= 0 || (mode_ != OverflowMode::kFail && !Quotient(slot));
        },
        [&](int64_t row) -> Result<Int128> {
          const auto quotient = Quotient(Load(slots.slot(row)));
          if (!quotient) return Overflow();
          return *quotient;
        });
  }

  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("sum", SumType()), arrow::field("count", arrow::int64())};
  }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(
        auto sum, StateColumn<Int128>(SumType(), slots.num_rows,
                                      [&](int64_t row) { return Load(slots.slot(row)).sum; }));
    ARROW_ASSIGN_OR_RAISE(
        auto count, StateColumn<int64_t>(arrow::int64(), slots.num_rows,
                                         [&](int64_t row) { return Load(slots.slot(row)).count; }));
    return std::vector<ArrayPtr>{std::move(sum), std::move(count)};
  }

 private:
  struct Slot {
    Int128 sum;
    int64_t count;
    int64_t unused;
  };
  /// The exact sum keeps the argument's scale.
  TypePtr SumType() const {
    const auto& type = static_cast<const arrow::Decimal128Type&>(*argument_types()[0]);
    return DecimalOf(kMaxDecimalPrecision, type.scale());
  }
  static Slot Load(const uint8_t* bytes) {
    Slot slot;
    std::memcpy(&slot, bytes, sizeof(slot));
    return slot;
  }
  static Status Overflow() {
    return MakeError("ARITHMETIC_OVERFLOW", {{"message", "Overflow in sum of decimals"},
                                             {"alternative", ""},
                                             {"config", "\"spark.sql.ansi.enabled\""}});
  }
  /// Nothing where it is beyond what a decimal holds.
  std::optional<Int128> Quotient(const Slot& slot) const {
    Int128 scaled = 0;
    if (__builtin_mul_overflow(slot.sum, factor_, &scaled)) {
      // Divide first: the digits that are lost lie beyond the 38 that a decimal holds.
      scaled = slot.sum / slot.count;
      if (__builtin_mul_overflow(scaled, factor_, &scaled)) return std::nullopt;
      return scaled;
    }
    const Int128 quotient = scaled / slot.count;
    const Int128 rest = scaled % slot.count;
    const Int128 magnitude = rest < 0 ? -rest : rest;
    return 2 * magnitude >= slot.count ? quotient + (scaled < 0 ? -1 : 1) : quotient;
  }
  Status Add(Int128 value, int64_t count, uint8_t* bytes) const {
    Slot slot = Load(bytes);
    const bool overflow = slot.count == kOverflowed || count == kOverflowed ||
                          __builtin_add_overflow(slot.sum, value, &slot.sum);
    if (overflow && mode_ == OverflowMode::kFail) return Overflow();
    slot.count = overflow ? kOverflowed : slot.count + count;
    std::memcpy(bytes, &slot, sizeof(slot));
    return Status::OK();
  }

  Int128 factor_;
  OverflowMode mode_;
};

Result<AggregateFunctionPtr> BindAverage(OverflowMode mode, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(NameOf(mode), arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  const TypePtr real = arrow::float64();
  // Seconds since the epoch, as Hive has it.
  if (IsTimestamp(*type)) {
    return std::make_shared<NumberAverage<double, double>>(real, real, mode);
  }
  switch (type->id()) {
    case arrow::Type::INT8:
      return std::make_shared<NumberAverage<int8_t, double>>(type, real, mode);
    case arrow::Type::INT16:
      return std::make_shared<NumberAverage<int16_t, double>>(type, real, mode);
    case arrow::Type::INT32:
      return std::make_shared<NumberAverage<int32_t, double>>(type, real, mode);
    case arrow::Type::INT64:
      return std::make_shared<NumberAverage<int64_t, double>>(type, real, mode);
    case arrow::Type::FLOAT:
      return std::make_shared<NumberAverage<float, double>>(type, real, mode);
    case arrow::Type::DOUBLE:
    case arrow::Type::STRING:
    case arrow::Type::NA:
      return std::make_shared<NumberAverage<double, double>>(real, real, mode);
    case arrow::Type::DURATION:
      return std::make_shared<NumberAverage<int64_t, int64_t>>(type, DayTimeIntervalType(), mode);
    case arrow::Type::INTERVAL_MONTHS:
      return std::make_shared<NumberAverage<int32_t, int32_t>>(type, IntervalTypeOf(kYearToMonth),
                                                               mode);
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(*type);
      const TypePtr result = DecimalOf(std::min(decimal.precision() + 4, kMaxDecimalPrecision),
                                       std::min(decimal.scale() + 4, kMaxDecimalPrecision));
      const int added =
          static_cast<const arrow::Decimal128Type&>(*result).scale() - decimal.scale();
      return std::make_shared<DecimalAverage>(type, result, added, mode);
    }
    default:
      return UnexpectedInputType(0, "\"NUMERIC\" or \"ANSI INTERVAL\"", *type);
  }
}

/// `attempt`: whether overflow is NULL whatever the session's mode is.
auto Bind(bool attempt) {
  return [attempt](const Arguments& arguments) {
    const bool legacy = EvalModeOf(arguments) == EvalMode::kLegacy;
    const OverflowMode usual = legacy ? OverflowMode::kLegacy : OverflowMode::kFail;
    return BindAverage(attempt ? OverflowMode::kNull : usual, arguments);
  };
}

}  // namespace

void RegisterAverage(FunctionRegistry* registry) {
  registry->AddAggregate({"avg",
                          {"mean"},
                          "avg(expr) - Returns the mean of the values of a group.",
                          "SELECT avg(col) FROM VALUES (1), (2), (3) AS tab(col);",
                          Bind(/*attempt=*/false)});
  registry->AddAggregate({"try_avg",
                          {},
                          "try_avg(expr) - As avg, NULL where the sum overflows.",
                          "SELECT try_avg(col) FROM VALUES (1), (2), (3) AS tab(col);",
                          Bind(/*attempt=*/true)});
}

}  // namespace thalweg::functions
