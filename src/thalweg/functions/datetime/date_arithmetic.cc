// date_add, datediff, add_months, months_between, last_day, next_day, make_date and their kin.

#include <cmath>

#include "thalweg/functions/datetime/datetime_support.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;

constexpr int64_t kMinDays = INT32_MIN;
constexpr int64_t kMaxDays = INT32_MAX;

Result<int32_t> CheckedDays(int64_t days, const std::string& operation) {
  if (days < kMinDays || days > kMaxDays) return DateTimeOverflow(operation);
  return static_cast<int32_t>(days);
}

/// The days that `function` adds: small integers and texts; in legacy mode a text must be a
/// constant that is an integer.
Status CheckDayCount(const std::string& function, const expr::ArgumentInfo& count) {
  const arrow::DataType& type = *count.type;
  const bool small = IsInteger(type) && type.id() != arrow::Type::INT64;
  if (small || type.id() == arrow::Type::NA) return Status::OK();
  const bool strict = count.eval_mode == EvalMode::kLegacy;
  if (!IsString(type) || (strict && count.constant == nullptr)) {
    return UnexpectedInputType(1, "(\"INT\" or \"SMALLINT\" or \"TINYINT\")", type);
  }
  if (!strict || !count.constant->is_valid) return Status::OK();
  const auto days = expr::CastDatum(arrow::Datum(count.constant), arrow::int32(), EvalMode::kAnsi,
                                    expr::EvalContext());
  if (days.ok()) return Status::OK();
  return MakeError("SECOND_FUNCTION_ARGUMENT_NOT_INTEGER", {{"functionName", function}});
}

void AddDayShift(FunctionRegistry* registry, const std::string& name,
                 std::vector<std::string> aliases, int64_t sign) {
  registry->AddScalar({.name = name,
                       .aliases = std::move(aliases),
                       .group = "datetime_funcs",
                       .usage = name + "(start_date, num_days) - Returns the date that many days " +
                                (sign > 0 ? "after" : "before") + " start_date.",
                       .example = "SELECT " + name + "('2016-07-30', 1);",
                       .bind = [name, sign](const Arguments& arguments) -> Result<BoundFunction> {
                         ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
                         ARROW_RETURN_NOT_OK(AcceptAs(arguments, 0, arrow::date32()).status());
                         ARROW_RETURN_NOT_OK(CheckDayCount(name, arguments[1]));
                         BoundFunction bound{.name = name,
                                             .argument_types = {arrow::date32(), arrow::int32()},
                                             .return_type = arrow::date32()};
                         bound.nullable = AnyNullableAs(arguments, bound.argument_types);
                         // Overflow wraps, as Spark's addition of days does.
                         bound.kernel = expr::DenseKernel<int32_t, int32_t, int32_t>(
                             arrow::date32(), [sign](int32_t start, int32_t num_days) {
                               return static_cast<int32_t>(static_cast<uint32_t>(start) +
                                                           static_cast<uint32_t>(sign * num_days));
                             });
                         return bound;
                       }});
}

/// Whole months, and the rest in days of 31, as Spark and Hive do.
double MonthsBetween(int64_t local_end, int64_t local_start, bool round_off) {
  const int64_t end_day = FloorDivide(local_end, kMicrosPerDay);
  const int64_t start_day = FloorDivide(local_start, kMicrosPerDay);
  const CivilDate end = CivilFromDays(end_day);
  const CivilDate start = CivilFromDays(start_day);
  const auto months = static_cast<double>((end.year - start.year) * 12 + end.month - start.month);
  const bool both_last = end.day == DaysInMonth(end.year, end.month) &&
                         start.day == DaysInMonth(start.year, start.month);
  if (end.day == start.day || both_last) return months;
  const int64_t end_seconds = FloorModulo(local_end, kMicrosPerDay) / kMicrosPerSecond;
  const int64_t start_seconds = FloorModulo(local_start, kMicrosPerDay) / kMicrosPerSecond;
  const int64_t difference = (end.day - start.day) * int64_t{86400} + end_seconds - start_seconds;
  const double result = months + static_cast<double>(difference) / (31.0 * 86400.0);
  return round_off ? std::floor(result * 1e8 + 0.5) / 1e8 : result;
}

Result<BoundFunction> BindMonthsBetween(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("months_between", arguments, 2, 3));
  BoundFunction bound{.name = "months_between",
                      .argument_types = {TimestampType(), TimestampType()},
                      .return_type = arrow::float64(),
                      .nullable = AnyNullable(arguments)};
  for (size_t i = 0; i < 2; ++i) {
    ARROW_RETURN_NOT_OK(AcceptAs(arguments, i, TimestampType()).status());
  }
  const auto run = [](TimeZone* zone, int64_t end, int64_t start, bool round_off) {
    return MonthsBetween(zone->ToLocal(end), zone->ToLocal(start), round_off);
  };
  if (arguments.size() == 3) {
    ARROW_RETURN_NOT_OK(AcceptAs(arguments, 2, arrow::boolean()).status());
    bound.argument_types.push_back(arrow::boolean());
    bound.kernel = ZonedKernel<double, int64_t, int64_t, bool>(arrow::float64(), run);
  } else {
    bound.kernel = ZonedKernel<double, int64_t, int64_t>(
        arrow::float64(),
        [run](TimeZone* zone, int64_t end, int64_t start) { return run(zone, end, start, true); });
  }
  return bound;
}

/// 1 = Monday .. 7 = Sunday; 0 for a word that names no day.
int ParseWeekday(std::string_view word) {
  static constexpr std::string_view kDays[] = {"MONDAY", "TUESDAY",  "WEDNESDAY", "THURSDAY",
                                               "FRIDAY", "SATURDAY", "SUNDAY"};
  const std::string upper = ToUpperAscii(TrimForCast(word));
  for (int day = 0; day < 7; ++day) {
    if (upper == kDays[day] || upper == kDays[day].substr(0, 3) ||
        upper == kDays[day].substr(0, 2)) {
      return day + 1;
    }
  }
  return 0;
}

/// Binds a function of dates whose `kernel` makes rows without an answer NULL in legacy mode.
Result<BoundFunction> BindStrict(const std::string& name, const Arguments& arguments,
                                 std::vector<TypePtr> types,
                                 const std::function<expr::ScalarKernel(bool lenient)>& kernel) {
  const int count = static_cast<int>(types.size());
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, count, count));
  for (size_t i = 0; i < types.size(); ++i) {
    ARROW_RETURN_NOT_OK(AcceptAs(arguments, i, types[i]).status());
  }
  const bool lenient = EvalModeOf(arguments) == EvalMode::kLegacy;
  BoundFunction bound{.name = name, .return_type = arrow::date32()};
  bound.nullable = lenient || AnyNullableAs(arguments, types);
  bound.argument_types = std::move(types);
  bound.can_fail = !lenient;
  bound.kernel = kernel(lenient);
  return bound;
}

expr::ScalarKernel NextDayKernel(bool lenient) {
  return expr::RowKernel<int32_t, int32_t, std::string_view>(
      arrow::date32(),
      [lenient](int32_t start, std::string_view word) -> Result<std::optional<int32_t>> {
        const int weekday = ParseWeekday(word);
        if (weekday == 0 && lenient) return std::optional<int32_t>();
        if (weekday == 0) {
          return MakeError("ILLEGAL_DAY_OF_WEEK", {{"string", std::string(word)}});
        }
        const auto days = FloorModulo(weekday - 1 - IsoWeekday(start), 7);
        return std::optional<int32_t>(static_cast<int32_t>(start + 1 + days));
      });
}

expr::ScalarKernel MakeDateKernel(bool lenient) {
  return expr::RowKernel<int32_t, int32_t, int32_t, int32_t>(
      arrow::date32(),
      [lenient](int32_t year, int32_t month, int32_t day) -> Result<std::optional<int32_t>> {
        if (!IsValidCivilDate(year, month, day)) {
          if (lenient) return std::optional<int32_t>();
          return MakeError("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION",
                           {{"rangeMessage", "Invalid date"}});
        }
        ARROW_ASSIGN_OR_RAISE(const int32_t days,
                              CheckedDays(DaysFromCivil(year, month, day), "make_date"));
        return std::optional<int32_t>(days);
      });
}

void AddNextDay(FunctionRegistry* registry) {
  registry->AddScalar(
      {.name = "next_day",
       .group = "datetime_funcs",
       .usage = "next_day(start_date, day_of_week) - Returns the first date after start_date that "
                "is on the named day.",
       .example = "SELECT next_day('2015-01-14', 'TU');",
       .bind = [](const Arguments& arguments) {
         return BindStrict("next_day", arguments, {arrow::date32(), arrow::utf8()}, NextDayKernel);
       }});
}

void AddMakeDate(FunctionRegistry* registry) {
  registry->AddScalar({.name = "make_date",
                       .group = "datetime_funcs",
                       .usage = "make_date(year, month, day) - Makes a date of its parts.",
                       .example = "SELECT make_date(2013, 7, 15);",
                       .bind = [](const Arguments& arguments) {
                         return BindStrict("make_date", arguments,
                                           {arrow::int32(), arrow::int32(), arrow::int32()},
                                           MakeDateKernel);
                       }});
}

}  // namespace

void RegisterDateArithmetic(FunctionRegistry* registry) {
  AddDayShift(registry, "date_add", {"dateadd"}, 1);
  AddDayShift(registry, "date_sub", {}, -1);
  registry->AddScalar(MakeFixedFunction(
      {.name = "datediff",
       .aliases = {"date_diff"},
       .group = "datetime_funcs",
       .usage = "datediff(end_date, start_date) - Returns the number of days between two dates.",
       .example = "SELECT datediff('2009-07-31', '2009-07-30');",
       .argument_types = {arrow::date32(), arrow::date32()},
       .return_type = arrow::int32(),
       .kernel = expr::DenseKernel<int32_t, int32_t, int32_t>(
           arrow::int32(), [](int32_t end, int32_t start) {
             return static_cast<int32_t>(static_cast<uint32_t>(end) - static_cast<uint32_t>(start));
           })}));
  registry->AddScalar(MakeFixedFunction(
      {.name = "add_months",
       .group = "datetime_funcs",
       .usage = "add_months(start_date, num_months) - Returns the date that many months later.",
       .example = "SELECT add_months('2016-08-31', 1);",
       .argument_types = {arrow::date32(), arrow::int32()},
       .return_type = arrow::date32(),
       .kernel = expr::RowKernel<int32_t, int32_t, int32_t>(arrow::date32(),
                                                            [](int32_t start, int32_t months) {
                                                              return CheckedDays(
                                                                  AddMonthsToDays(start, months),
                                                                  "add_months");
                                                            }),
       .can_fail = true}));
  registry->AddScalar(MakeFixedFunction(
      {.name = "last_day",
       .group = "datetime_funcs",
       .usage = "last_day(date) - Returns the last day of the date's month.",
       .example = "SELECT last_day('2009-01-12');",
       .argument_types = {arrow::date32()},
       .return_type = arrow::date32(),
       .kernel = expr::DenseKernel<int32_t, int32_t>(arrow::date32(), [](int32_t days) {
         const CivilDate date = CivilFromDays(days);
         return static_cast<int32_t>(days + DaysInMonth(date.year, date.month) - date.day);
       })}));
  registry->AddScalar({.name = "months_between",
                       .group = "datetime_funcs",
                       .usage = "months_between(timestamp1, timestamp2[, roundOff]) - Returns the "
                                "number of months between two times.",
                       .example = "SELECT months_between('1997-02-28 10:30:00', '1996-10-30');",
                       .bind = BindMonthsBetween});
  registry->AddScalar(MakeFixedFunction(
      {.name = "date_from_unix_date",
       .group = "datetime_funcs",
       .usage = "date_from_unix_date(days) - Makes a date of days since 1970-01-01.",
       .example = "SELECT date_from_unix_date(1);",
       .argument_types = {arrow::int32()},
       .return_type = arrow::date32(),
       .kernel = expr::DenseKernel<int32_t, int32_t>(arrow::date32(),
                                                     [](int32_t days) { return days; })}));
  registry->AddScalar(
      MakeFixedFunction({.name = "unix_date",
                         .group = "datetime_funcs",
                         .usage = "unix_date(date) - Returns the number of days since 1970-01-01.",
                         .example = "SELECT unix_date(DATE '1970-01-02');",
                         .argument_types = {arrow::date32()},
                         .return_type = arrow::int32(),
                         .kernel = expr::DenseKernel<int32_t, int32_t>(
                             arrow::int32(), [](int32_t days) { return days; })}));
  AddNextDay(registry);
  AddMakeDate(registry);
}

void RegisterDateFunctions(FunctionRegistry* registry) {
  RegisterDateFields(registry);
  RegisterDayNames(registry);
  RegisterDateArithmetic(registry);
  RegisterTruncation(registry);
  RegisterDatetimeFormats(registry);
  RegisterCurrentTime(registry);
}

void RegisterTimestampFunctions(FunctionRegistry* registry) {
  RegisterTimestampFields(registry);
  RegisterTimestampConversions(registry);
  RegisterTimestampArithmetic(registry);
}

}  // namespace thalweg::functions
