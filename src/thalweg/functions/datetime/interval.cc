// make_interval and its kin.

#include <limits>

#include "thalweg/functions/datetime/datetime_support.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;
using expr::MonthDayNanos;

Status IntervalOverflow(const std::string& name) {
  return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {{"functionName", name}});
}

/// Arguments that are left out count as zero: the kernel gets as many as were given.
Result<BoundFunction> BindParts(const std::string& name, const Arguments& arguments,
                                std::vector<TypePtr> types, const TypePtr& result) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 0, static_cast<int>(types.size())));
  types.resize(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_RETURN_NOT_OK(AcceptAs(arguments, i, types[i]).status());
  }
  BoundFunction bound{.name = name,
                      .argument_types = std::move(types),
                      .return_type = result,
                      .can_fail = true};
  bound.nullable = AnyNullableAs(arguments, bound.argument_types);
  return bound;
}

/// The given arguments, then zeros of the missing types.
std::vector<arrow::Datum> PadWithZeros(std::vector<arrow::Datum> values,
                                       const std::vector<TypePtr>& types) {
  for (size_t i = values.size(); i < types.size(); ++i) {
    values.emplace_back(
        types[i]->id() == arrow::Type::DECIMAL128
            ? std::static_pointer_cast<arrow::Scalar>(
                  std::make_shared<arrow::Decimal128Scalar>(arrow::Decimal128(0), types[i]))
            : std::make_shared<arrow::Int32Scalar>(0));
  }
  return values;
}

template <typename Kernel>
expr::ScalarKernel Padded(std::vector<TypePtr> types, Kernel kernel) {
  return [types = std::move(types), kernel = std::move(kernel)](
             const expr::EvalContext& context, const std::vector<arrow::Datum>& values,
             int64_t num_rows) { return kernel(context, PadWithZeros(values, types), num_rows); };
}

Result<BoundFunction> BindDayTimeInterval(const Arguments& arguments) {
  const std::vector<TypePtr> types = {arrow::int32(), arrow::int32(), arrow::int32(),
                                      DecimalOf(18, 6)};
  ARROW_ASSIGN_OR_RAISE(auto bound,
                        BindParts("make_dt_interval", arguments, types, DayTimeIntervalType()));
  bound.kernel = Padded(
      types,
      expr::RowKernel<int64_t, int32_t, int32_t, int32_t, Int128>(
          DayTimeIntervalType(),
          [](int32_t days, int32_t hours, int32_t minutes, Int128 seconds) -> Result<int64_t> {
            const Int128 micros = Int128{days} * kMicrosPerDay + hours * kMicrosPerHour +
                                  minutes * kMicrosPerMinute + seconds;
            if (micros > INT64_MAX || micros < INT64_MIN) {
              return IntervalOverflow("make_dt_interval");
            }
            return static_cast<int64_t>(micros);
          }));
  return bound;
}

Result<BoundFunction> BindYearMonthInterval(const Arguments& arguments) {
  const std::vector<TypePtr> types = {arrow::int32(), arrow::int32()};
  ARROW_ASSIGN_OR_RAISE(auto bound,
                        BindParts("make_ym_interval", arguments, types, YearMonthIntervalType()));
  bound.kernel = Padded(
      types, expr::RowKernel<int32_t, int32_t, int32_t>(
                 YearMonthIntervalType(), [](int32_t years, int32_t months) -> Result<int32_t> {
                   const int64_t total = int64_t{years} * 12 + months;
                   if (total > INT32_MAX || total < INT32_MIN) {
                     return IntervalOverflow("make_ym_interval");
                   }
                   return static_cast<int32_t>(total);
                 }));
  return bound;
}

template <typename T>
bool Fits(int64_t value) {
  return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
}

/// make_interval, and try_make_interval: NULL where that overflows.
Result<BoundFunction> BindCalendarInterval(const std::string& name, const Arguments& arguments) {
  const bool attempt = name.starts_with("try_");
  const bool tolerant = attempt || EvalModeOf(arguments) == EvalMode::kLegacy;
  std::vector<TypePtr> types(6, arrow::int32());
  types.push_back(DecimalOf(18, 6));
  if (attempt) ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 7));
  ARROW_ASSIGN_OR_RAISE(auto bound, BindParts(name, arguments, types, CalendarIntervalType()));
  bound.kernel = Padded(
      types,
      expr::RowKernel<MonthDayNanos, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, Int128>(
          CalendarIntervalType(),
          [tolerant](int32_t years, int32_t months, int32_t weeks, int32_t days, int32_t hours,
                     int32_t minutes, Int128 seconds) -> Result<std::optional<MonthDayNanos>> {
            const int64_t all_months = int64_t{years} * 12 + months;
            const int64_t all_days = int64_t{weeks} * 7 + days;
            const Int128 nanos =
                (Int128{hours} * kMicrosPerHour + minutes * kMicrosPerMinute + seconds) * 1000;
            if (!Fits<int32_t>(all_months) || !Fits<int32_t>(all_days) || nanos > INT64_MAX ||
                nanos < INT64_MIN) {
              if (tolerant) return std::optional<MonthDayNanos>();
              return MakeError("ARITHMETIC_OVERFLOW", {{"message", "overflow"},
                                                       {"alternative", ""},
                                                       {"config", "\"spark.sql.ansi.enabled\""}});
            }
            return MonthDayNanos{static_cast<int32_t>(all_months), static_cast<int32_t>(all_days),
                                 static_cast<int64_t>(nanos)};
          }));
  bound.nullable |= tolerant;
  return bound;
}

}  // namespace

void RegisterIntervalFunctions(FunctionRegistry* registry) {
  registry->AddScalar({.name = "make_interval",
                       .group = "datetime_funcs",
                       .usage = "make_interval([years[, months[, weeks[, days[, hours[, mins[, "
                                "secs]]]]]]]) - Makes an interval of its parts.",
                       .example = "SELECT make_interval(100, 11, 1, 1, 12, 30, 01.001001);",
                       .bind = [](const Arguments& arguments) {
                         return BindCalendarInterval("make_interval", arguments);
                       }});
  registry->AddScalar({.name = "try_make_interval",
                       .group = "datetime_funcs",
                       .usage = "try_make_interval(years[, months[, weeks[, days[, hours[, mins[, "
                                "secs]]]]]]) - As make_interval, NULL where that overflows.",
                       .example = "SELECT try_make_interval(100, 11, 1, 1, 12, 30, 01.001001);",
                       .bind = [](const Arguments& arguments) {
                         return BindCalendarInterval("try_make_interval", arguments);
                       }});
  registry->AddScalar({.name = "make_dt_interval",
                       .group = "datetime_funcs",
                       .usage = "make_dt_interval([days[, hours[, mins[, secs]]]]) - Makes a "
                                "day-time interval of its parts.",
                       .example = "SELECT make_dt_interval(1, 12, 30, 01.001001);",
                       .bind = BindDayTimeInterval});
  registry->AddScalar({.name = "make_ym_interval",
                       .group = "datetime_funcs",
                       .usage = "make_ym_interval([years[, months]]) - Makes a year-month interval "
                                "of its parts.",
                       .example = "SELECT make_ym_interval(1, 2);",
                       .bind = BindYearMonthInterval});
}

}  // namespace thalweg::functions
