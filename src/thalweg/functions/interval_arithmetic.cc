// Intervals with intervals, and intervals with numbers.

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/interval_range.h"

namespace thalweg::functions {
namespace {

using arrow::Type;
using expr::BoundFunction;
using expr::EvalContext;
using expr::MonthDayNanos;

bool IsAnsiInterval(const arrow::DataType& type) {
  return type.id() == Type::DURATION || type.id() == Type::INTERVAL_MONTHS;
}

template <typename T>
Result<T> Narrow(Int128 value, const std::string& try_function) {
  if (value > std::numeric_limits<T>::max() || value < std::numeric_limits<T>::min()) {
    return IntervalOverflow(try_function);
  }
  return static_cast<T>(value);
}

/// Rounded half away from zero.
Result<Int128> RoundHalfUp(double value) {
  const double rounded = std::round(value);
  if (!(std::fabs(rounded) < 9.3e18)) return IntervalOverflow("");
  return static_cast<Int128>(rounded);
}

Int128 DivideRounded(Int128 value, Int128 divisor) {
  return divisor < 0 ? DivideHalfUp(-value, -divisor) : DivideHalfUp(value, divisor);
}

template <typename T>
expr::ScalarKernel SumKernel(const TypePtr& type, char op, EvalMode mode) {
  const std::string try_function = op == '+' ? "try_add" : "try_subtract";
  return CheckedKernel<T, T, T>(type, mode, [=](T a, T b) {
    return Narrow<T>(op == '+' ? static_cast<Int128>(a) + b : static_cast<Int128>(a) - b,
                     try_function);
  });
}

expr::ScalarKernel CalendarSumKernel(char op, EvalMode mode) {
  const int sign = op == '+' ? 1 : -1;
  return CheckedKernel<MonthDayNanos, MonthDayNanos, MonthDayNanos>(
      CalendarIntervalType(), mode,
      [sign](MonthDayNanos a, MonthDayNanos b) -> Result<MonthDayNanos> {
        const auto sum = [sign](Int128 x, Int128 y) { return x + sign * y; };
        ARROW_ASSIGN_OR_RAISE(const auto months, Narrow<int32_t>(sum(a.months, b.months), ""));
        ARROW_ASSIGN_OR_RAISE(const auto days, Narrow<int32_t>(sum(a.days, b.days), ""));
        ARROW_ASSIGN_OR_RAISE(const auto nanos,
                              Narrow<int64_t>(sum(a.nanoseconds, b.nanoseconds), ""));
        return MonthDayNanos{months, days, nanos};
      });
}

/// Times (op '*') or divided by ('/') a number given as bigint, decimal or double.
template <typename T>
expr::ScalarKernel ScaleKernel(const TypePtr& type, char op, const TypePtr& number, EvalMode mode) {
  const bool times = op == '*';
  if (IsInteger(*number)) {
    return CheckedKernel<T, T, int64_t>(type, mode, [times](T value, int64_t factor) -> Result<T> {
      if (times) return Narrow<T>(static_cast<Int128>(value) * factor, "");
      if (factor == 0) return MakeError("INTERVAL_DIVIDED_BY_ZERO");
      return Narrow<T>(DivideRounded(value, factor), "try_divide");
    });
  }
  if (IsDecimal(*number)) {
    const int scale = static_cast<const arrow::Decimal128Type&>(*number).scale();
    return CheckedKernel<T, T, Int128>(
        type, mode, [times, scale](T value, Int128 factor) -> Result<T> {
          if (!times && factor == 0) return MakeError("INTERVAL_DIVIDED_BY_ZERO");
          const auto result = times ? MultiplyDecimals(value, factor, scale, 0, kMaxDecimalDigits)
                                    : DivideDecimals(value, 0, factor, scale, 0, kMaxDecimalDigits);
          if (!result) return IntervalOverflow("");
          return Narrow<T>(*result, "");
        });
  }
  return CheckedKernel<T, T, double>(type, mode, [times](T value, double factor) -> Result<T> {
    if (!times && factor == 0) return MakeError("INTERVAL_DIVIDED_BY_ZERO");
    const double number_value = static_cast<double>(value);
    ARROW_ASSIGN_OR_RAISE(const Int128 rounded,
                          RoundHalfUp(times ? number_value * factor : number_value / factor));
    return Narrow<T>(rounded, "");
  });
}

expr::ScalarKernel CalendarScaleKernel(char op, EvalMode mode) {
  const bool times = op == '*';
  return CheckedKernel<MonthDayNanos, MonthDayNanos, double>(
      CalendarIntervalType(), NullOnError(mode),
      [times, mode](MonthDayNanos value, double factor) -> Result<MonthDayNanos> {
        if (!times && factor == 0) return MakeError("INTERVAL_DIVIDED_BY_ZERO");
        const auto scale = [&](double part) { return times ? part * factor : part / factor; };
        // Fractions of months are dropped, those of days become time.
        const auto whole = [mode](double part) {
          return mode == EvalMode::kLegacy ? std::clamp(part, -2147483648.0, 2147483647.0) : part;
        };
        const double months = whole(std::trunc(scale(value.months)));
        const double days = whole(scale(value.days));
        const double nanos =
            scale(static_cast<double>(value.nanoseconds)) + (days - std::trunc(days)) * 86400e9;
        if (!(std::fabs(months) < 2147483648.0) || !(std::fabs(days) < 2147483648.0) ||
            !(std::fabs(nanos) < 9.2e18)) {
          return IntervalOverflow("");
        }
        return MonthDayNanos{static_cast<int32_t>(months), static_cast<int32_t>(days),
                             static_cast<int64_t>(std::round(nanos / 1000.0)) * 1000};
      });
}

/// The type a number is cast to beside an interval; null if it is no number.
TypePtr NumberOperandType(const TypePtr& type, bool calendar) {
  if (calendar) return IsNumeric(*type) || IsString(*type) ? arrow::float64() : nullptr;
  if (IsInteger(*type)) return arrow::int64();
  if (IsDecimal(*type)) return type;
  if (IsFloating(*type) || IsString(*type) || type->id() == Type::NA) return arrow::float64();
  return nullptr;
}

/// Puts the arguments of a kernel the other way round.
expr::ScalarKernel Swapped(expr::ScalarKernel kernel) {
  return
      [kernel = std::move(kernel)](const EvalContext& context,
                                   const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
        return kernel(context, {arguments[1], arguments[0]}, num_rows);
      };
}

Result<BoundFunction> BindScale(const std::string& name, char op, const Arguments& arguments,
                                size_t interval_at, EvalMode mode) {
  const TypePtr& interval = arguments[interval_at].type;
  const size_t number_at = 1 - interval_at;
  const bool calendar = interval->id() == Type::INTERVAL_MONTH_DAY_NANO;
  const TypePtr number = NumberOperandType(arguments[number_at].type, calendar);
  if (number == nullptr) {
    return UnexpectedInputType(1, kNumericText, *arguments[number_at].type);
  }
  TypePtr type = CalendarIntervalType();
  expr::ScalarKernel kernel;
  if (calendar) {
    kernel = CalendarScaleKernel(op, mode);
  } else if (interval->id() == Type::DURATION) {
    type = DayTimeIntervalType();
    kernel = ScaleKernel<int64_t>(type, op, number, mode);
  } else {
    type = YearMonthIntervalType();
    kernel = ScaleKernel<int32_t>(type, op, number, mode);
  }
  if (interval_at == 1) {
    return BindBinary(name, number, interval, type, arguments, Swapped(std::move(kernel)));
  }
  return BindBinary(name, interval, number, type, arguments, std::move(kernel));
}

Result<BoundFunction> BindSum(const std::string& name, char op, const Arguments& arguments,
                              EvalMode mode) {
  const TypePtr type = WiderTypeForTwo(arguments[0].type, arguments[1].type, EvalMode::kAnsi);
  if (type == nullptr || !IsInterval(*type)) return BoundFunction();
  expr::ScalarKernel kernel;
  if (type->id() == Type::DURATION) {
    kernel = SumKernel<int64_t>(type, op, mode);
  } else if (type->id() == Type::INTERVAL_MONTHS) {
    kernel = SumKernel<int32_t>(type, op, mode);
  } else {
    kernel = CalendarSumKernel(op, mode);
  }
  return BindBinary(name, type, type, type, arguments, std::move(kernel));
}

template <typename T>
expr::ScalarKernel RatioKernel(EvalMode mode) {
  return CheckedKernel<int64_t, T, T>(arrow::int64(), mode, [](T a, T b) -> Result<int64_t> {
    if (b == 0) return MakeError("INTERVAL_DIVIDED_BY_ZERO");
    const Int128 ratio = static_cast<Int128>(a) / b;
    if (ratio > INT64_MAX) return ArithmeticOverflow("Overflow in integral divide.", "try_divide");
    return static_cast<int64_t>(ratio);
  });
}

Result<BoundFunction> BindRatio(const std::string& name, const Arguments& arguments,
                                EvalMode mode) {
  const TypePtr type = WiderTypeForTwo(arguments[0].type, arguments[1].type, EvalMode::kAnsi);
  if (type == nullptr || !IsAnsiInterval(*type)) return BoundFunction();
  return BindBinary(
      name, type, type, arrow::int64(), arguments,
      type->id() == Type::DURATION ? RatioKernel<int64_t>(mode) : RatioKernel<int32_t>(mode));
}

}  // namespace

Result<BoundFunction> BindIntervalArithmetic(const std::string& name, char op,
                                             const Arguments& arguments, EvalMode mode) {
  const bool left = IsInterval(*arguments[0].type);
  const bool right = IsInterval(*arguments[1].type);
  BoundFunction bound;
  if (op == '+' || op == '-') {
    ARROW_ASSIGN_OR_RAISE(bound, BindSum(name, op, arguments, mode));
  } else if (op == '*' && (left || right)) {
    ARROW_ASSIGN_OR_RAISE(bound, BindScale(name, op, arguments, left ? 0 : 1, mode));
  } else if (op == '/' && left) {
    ARROW_ASSIGN_OR_RAISE(bound, BindScale(name, op, arguments, 0, mode));
  } else if (op == 'd') {
    ARROW_ASSIGN_OR_RAISE(bound, BindRatio(name, arguments, mode));
  }
  bound.can_fail = mode != EvalMode::kTry;
  bound.nullable = bound.nullable || mode == EvalMode::kTry;
  return bound;
}

}  // namespace thalweg::functions
