// + and - with a date or timestamp on either side.

#include <fmt/format.h>

#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/time_text.h"

namespace thalweg::functions {
namespace {

using arrow::Type;
using expr::BoundFunction;
using expr::EvalContext;
using expr::MonthDayNanos;
using TextList = std::vector<std::string>;

constexpr const char* kDayCountText = "(\"INT\" or \"SMALLINT\" or \"TINYINT\")";
constexpr const char* kTimestampText =
    "(\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\" or "
    "\"(TIMESTAMP_LTZ(P) OR TIMESTAMP_NTZ(P) WITH P IN [7, 9])\")";
constexpr const char* kAddableText =
    "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")";

bool IsDate(const arrow::DataType& type) { return type.id() == Type::DATE32; }
bool IsAnyTimestamp(const arrow::DataType& type) { return type.id() == Type::TIMESTAMP; }
bool IsDatetime(const arrow::DataType& type) { return IsDate(type) || IsAnyTimestamp(type); }

Status DateOverflow() { return ArithmeticOverflow("integer overflow", ""); }
Status TimestampOverflow() { return ArithmeticOverflow("long overflow", ""); }

Result<int32_t> ToDateRange(int64_t days) {
  if (days < INT32_MIN || days > INT32_MAX) return DateOverflow();
  return static_cast<int32_t>(days);
}

/// Moves an instant by months, then days of the wall clock, then by exact time. A local time that
/// occurs twice keeps the offset the instant had.
Result<int64_t> AddToInstant(int64_t micros, int64_t months, int64_t days, int64_t time,
                             TimeZone* zone) {
  int64_t result = micros;
  if (months != 0 || days != 0) {
    const int64_t offset = zone->OffsetAtInstant(micros);
    const int64_t local = WrappingAdd(micros, offset);
    const int64_t day = AddMonthsToDays(FloorDivide(local, kMicrosPerDay), months) + days;
    int64_t moved;
    if (__builtin_mul_overflow(day, kMicrosPerDay, &moved) ||
        __builtin_add_overflow(moved, FloorModulo(local, kMicrosPerDay), &moved)) {
      return TimestampOverflow();
    }
    const int64_t same_offset = WrappingAdd(moved, -offset);
    result = zone->ToLocal(same_offset) == moved ? same_offset : zone->ToUtc(moved);
  }
  if (__builtin_add_overflow(result, time, &result)) return TimestampOverflow();
  return result;
}

/// A kernel whose lambda takes a TimeZone* first: UTC for timestamps without zone, else the
/// session's.
template <typename Out, typename... Ins, typename Fn>
expr::ScalarKernel ZonedChecked(TypePtr type, bool utc, EvalMode mode, Fn fn) {
  return [=](const EvalContext& context, const std::vector<arrow::Datum>& arguments,
             int64_t num_rows) -> Result<arrow::Datum> {
    TimeZone zone = TimeZone::Utc();
    if (!utc) {
      ARROW_ASSIGN_OR_RAISE(zone, TimeZone::Make(context.session_time_zone));
    }
    return CheckedKernel<Out, Ins...>(type, mode, [&](Ins... values) {
      return fn(&zone, values...);
    })(context, arguments, num_rows);
  };
}

/// timestamp + interval: the interval is the second argument; `sign` is -1 for a difference.
expr::ScalarKernel TimestampIntervalKernel(const TypePtr& timestamp, const TypePtr& interval,
                                           int64_t sign, EvalMode mode) {
  const bool utc = IsTimestampNtz(*timestamp);
  if (interval->id() == Type::DURATION) {
    return ZonedChecked<int64_t, int64_t, int64_t>(
        timestamp, utc, mode, [sign](TimeZone* zone, int64_t micros, int64_t span) {
          const int64_t days = span / kMicrosPerDay;
          return AddToInstant(micros, 0, sign * days, sign * (span - days * kMicrosPerDay), zone);
        });
  }
  if (interval->id() == Type::INTERVAL_MONTHS) {
    return ZonedChecked<int64_t, int64_t, int32_t>(
        timestamp, utc, mode, [sign](TimeZone* zone, int64_t micros, int32_t months) {
          return AddToInstant(micros, sign * months, 0, 0, zone);
        });
  }
  return ZonedChecked<int64_t, int64_t, MonthDayNanos>(
      timestamp, utc, mode, [sign](TimeZone* zone, int64_t micros, MonthDayNanos span) {
        return AddToInstant(micros, sign * span.months, sign * span.days,
                            sign * (span.nanoseconds / 1000), zone);
      });
}

/// date + interval of whole months or days.
expr::ScalarKernel DateIntervalKernel(const TypePtr& interval, int64_t sign, EvalMode mode) {
  if (interval->id() == Type::DURATION) {
    return CheckedKernel<int32_t, int32_t, int64_t>(
        arrow::date32(), mode, [sign](int32_t days, int64_t span) {
          return ToDateRange(days + sign * (span / kMicrosPerDay));
        });
  }
  if (interval->id() == Type::INTERVAL_MONTHS) {
    return CheckedKernel<int32_t, int32_t, int32_t>(
        arrow::date32(), mode, [sign](int32_t days, int32_t months) {
          return ToDateRange(AddMonthsToDays(days, sign * months));
        });
  }
  return ZonedChecked<int32_t, int32_t, MonthDayNanos>(
      arrow::date32(), /*utc=*/false, mode,
      [sign, mode](TimeZone* zone, int32_t days, MonthDayNanos span) -> Result<int32_t> {
        if (span.nanoseconds / 1000 != 0 && mode == EvalMode::kLegacy) {
          ARROW_ASSIGN_OR_RAISE(
              const int64_t moved,
              AddToInstant(zone->ToUtc(days * kMicrosPerDay), sign * span.months, sign * span.days,
                           sign * (span.nanoseconds / 1000), zone));
          return ToDateRange(FloorDivide(zone->ToLocal(moved), kMicrosPerDay));
        }
        if (span.nanoseconds / 1000 != 0) {
          return MakeError("INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION",
                           {{"ansiConfig", "\"spark.sql.ansi.enabled\""}});
        }
        return ToDateRange(AddMonthsToDays(days, sign * span.months) + sign * span.days);
      });
}

expr::ScalarKernel DateDaysKernel(int64_t sign, EvalMode mode) {
  return CheckedKernel<int32_t, int32_t, int32_t>(
      arrow::date32(), mode,
      [sign](int32_t days, int32_t count) { return ToDateRange(days + sign * count); });
}

/// Gives `kernel` its first argument second: the time was written on the right.
expr::ScalarKernel Swapped(expr::ScalarKernel kernel) {
  return
      [kernel = std::move(kernel)](const EvalContext& context,
                                   const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
        return kernel(context, {arguments[1], arguments[0]}, num_rows);
      };
}

/// string + day-time interval: a timestamp that becomes a string again.
expr::ScalarKernel ThenToString(expr::ScalarKernel kernel) {
  return [kernel = std::move(kernel)](const EvalContext& context,
                                      const std::vector<arrow::Datum>& arguments,
                                      int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto moved, kernel(context, arguments, num_rows));
    return expr::CastDatum(moved, arrow::utf8(), EvalMode::kAnsi, context);
  };
}

/// What is bound: the time at argument `at`, the other operand beside it.
struct TimeOperands {
  size_t at;
  TypePtr time;   // what the time is cast to
  TypePtr other;  // what the other operand is cast to
  TypePtr result;
};

BoundFunction BindOperands(const std::string& name, const TimeOperands& operands,
                           const Arguments& arguments, expr::ScalarKernel kernel) {
  if (operands.at == 0) {
    return BindBinary(name, operands.time, operands.other, operands.result, arguments,
                      std::move(kernel));
  }
  return BindBinary(name, operands.other, operands.time, operands.result, arguments,
                    Swapped(std::move(kernel)));
}

Result<BoundFunction> BindTimePlusInterval(const std::string& name, char op,
                                           const Arguments& arguments, size_t at, EvalMode mode) {
  const TypePtr& time = arguments[at].type;
  const TypePtr& interval = arguments[1 - at].type;
  const int64_t sign = op == '+' ? 1 : -1;
  const bool months = interval->id() == Type::INTERVAL_MONTHS;
  BoundFunction bound;
  const bool whole_days =
      interval->id() == Type::DURATION && IntervalRangeOf(*interval).to == IntervalField::kDay;
  const bool calendar = interval->id() == Type::INTERVAL_MONTH_DAY_NANO;
  if (IsDate(*time) && (months || whole_days || calendar)) {
    bound = BindOperands(name, {at, time, interval, time}, arguments,
                         DateIntervalKernel(interval, sign, mode));
    if (whole_days) {
      bound.format = [at, op](const TextList& texts) {
        const std::string days = fmt::format("extractansiintervaldays({})", texts[1 - at]);
        return fmt::format("date_add({}, {})", texts[at], op == '+' ? days : "(- " + days + ")");
      };
      return bound;
    }
  } else if (IsDate(*time) || IsAnyTimestamp(*time)) {
    const TypePtr timestamp = IsDate(*time) ? TimestampType() : time;
    bound = BindOperands(name, {at, timestamp, interval, timestamp}, arguments,
                         TimestampIntervalKernel(timestamp, interval, sign, mode));
  } else if (IsString(*time) && !months) {
    bound =
        BindOperands(name, {at, TimestampType(), interval, arrow::utf8()}, arguments,
                     ThenToString(TimestampIntervalKernel(TimestampType(), interval, sign, mode)));
  } else if (IsString(*time)) {
    return BinaryTypesDiffer(arguments);
  } else {
    return UnexpectedInputType(0, kTimestampText, *time);
  }
  bound.format = [at, op](const TextList& texts) {
    return fmt::format("{} {} {}", texts[at], op, texts[1 - at]);
  };
  return bound;
}

Result<BoundFunction> BindTimeDifference(const std::string& name, const Arguments& arguments,
                                         EvalMode mode) {
  const TypePtr& left = arguments[0].type;
  const TypePtr& right = arguments[1].type;
  for (size_t i = 0; i < 2; ++i) {
    const TypePtr& type = arguments[i].type;
    if (!IsDatetime(*type) && !IsString(*type) && type->id() != Type::NA) {
      return UnexpectedInputType(i, IsDate(*arguments[1 - i].type) ? "\"DATE\"" : kTimestampText,
                                 *type);
    }
  }
  // A text is cast to what it is beside in either mode.
  const TypePtr type = WiderTypeForTwo(left, right, EvalMode::kAnsi);
  if (IsDate(*type)) {
    const TypePtr days_type = IntervalTypeOf({IntervalField::kDay, IntervalField::kDay});
    return BindBinary(name, type, type, days_type, arguments,
                      CheckedKernel<int64_t, int32_t, int32_t>(
                          days_type, mode, [](int32_t end, int32_t start) -> Result<int64_t> {
                            int64_t micros;
                            if (__builtin_mul_overflow(static_cast<int64_t>(end) - start,
                                                       kMicrosPerDay, &micros)) {
                              return TimestampOverflow();
                            }
                            return micros;
                          }));
  }
  return BindBinary(
      name, type, type, DayTimeIntervalType(), arguments,
      ZonedChecked<int64_t, int64_t, int64_t>(
          DayTimeIntervalType(), IsTimestampNtz(*type), mode,
          [](TimeZone* zone, int64_t end, int64_t start) -> Result<int64_t> {
            int64_t span;
            if (__builtin_sub_overflow(zone->ToLocal(end), zone->ToLocal(start), &span)) {
              return TimestampOverflow();
            }
            return span;
          }));
}

Result<BoundFunction> BindDateAndDays(const std::string& name, char op, const Arguments& arguments,
                                      size_t at, EvalMode mode) {
  const TypePtr& count = arguments[1 - at].type;
  const bool small =
      count->id() == Type::INT8 || count->id() == Type::INT16 || count->id() == Type::INT32;
  if (!small) return UnexpectedInputType(1, kDayCountText, *count);
  auto bound = BindOperands(name, {at, arrow::date32(), arrow::int32(), arrow::date32()}, arguments,
                            DateDaysKernel(op == '+' ? 1 : -1, mode));
  bound.format = [at, op](const TextList& texts) {
    return fmt::format("{}({}, {})", op == '+' ? "date_add" : "date_sub", texts[at], texts[1 - at]);
  };
  return bound;
}

Result<BoundFunction> Bind(const std::string& name, char op, const Arguments& arguments,
                           EvalMode mode) {
  const arrow::DataType& left = *arguments[0].type;
  const arrow::DataType& right = *arguments[1].type;
  if (op != '+' && op != '-') return BoundFunction();
  const bool left_null = left.id() == Type::NA;
  const bool right_null = right.id() == Type::NA;
  if (IsInterval(right) && !IsInterval(left) && !left_null) {
    return BindTimePlusInterval(name, op, arguments, 0, mode);
  }
  if (op == '+' && IsInterval(left) && !IsInterval(right) && !right_null) {
    return BindTimePlusInterval(name, op, arguments, 1, mode);
  }
  if (IsInterval(left) && IsInterval(right) && left.id() != right.id()) {
    return UnexpectedInputType(0, kTimestampText, op == '+' ? right : left);
  }
  if (!IsDatetime(left) && !IsDatetime(right)) return BoundFunction();
  if (op == '+' && (left_null || right_null)) {
    // The other side counts as a day-time interval.
    Arguments typed = arguments;
    typed[left_null ? 0 : 1].type = DayTimeIntervalType();
    return BindTimePlusInterval(name, op, typed, left_null ? 1 : 0, mode);
  }
  if (mode == EvalMode::kLegacy && op == '-' && IsDate(left) && IsString(right)) {
    return UnexpectedInputType(1, kDayCountText, right);
  }
  const bool left_count = IsNumeric(left) || left.id() == Type::BOOL;
  if (op == '-' && (IsDatetime(right) || !IsDate(left) || IsString(right) || right_null)) {
    return BindTimeDifference(name, arguments, mode);
  }
  if (IsDate(left)) return BindDateAndDays(name, op, arguments, 0, mode);
  if (IsDate(right) && (left_count || IsAnyTimestamp(left)))
    return BindDateAndDays(name, op, arguments, 1, mode);
  const bool promoted = mode != EvalMode::kLegacy && (IsString(left) || IsString(right));
  if (SameType(left, right) || promoted) {
    return BinaryTypeWrong(kAddableText, IsDatetime(left) ? left : right);
  }
  return BinaryTypesDiffer(arguments);
}

}  // namespace

Result<BoundFunction> BindTimeArithmetic(const std::string& name, char op,
                                         const Arguments& arguments, EvalMode mode) {
  ARROW_ASSIGN_OR_RAISE(auto bound, Bind(name, op, arguments, mode));
  if (mode == EvalMode::kTry && bound.kernel) {
    bound.format = nullptr;
    bound.nullable = true;
  }
  bound.can_fail = mode != EvalMode::kTry;
  return bound;
}

}  // namespace thalweg::functions
