#pragma once

// What the date and time families share.

#include <string>
#include <utility>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::functions {

/// As RowKernel, for a lambda that takes a TimeZone* first: the session's, made once per batch.
template <typename Out, typename... Ins, typename Fn>
expr::ScalarKernel ZonedKernel(TypePtr type, Fn fn) {
  return [type = std::move(type), fn = std::move(fn)](const expr::EvalContext& context,
                                                      const std::vector<arrow::Datum>& arguments,
                                                      int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(context.session_time_zone));
    const auto kernel =
        expr::RowKernel<Out, Ins...>(type, [&](Ins... values) { return fn(&zone, values...); });
    return kernel(context, arguments, num_rows);
  };
}

/// The constant text of an argument, or the error that it must be one.
Result<std::string> ConstantText(const std::string& function, const Arguments& arguments,
                                 size_t index, const std::string& input_name);

/// Fields of a date or a wall-clock time.
enum class DateField {
  kYear,
  kYearOfWeek,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kDayOfWeek,     // 1 = Sunday
  kDayOfWeekIso,  // 1 = Monday
  kWeekday,       // 0 = Monday
  kDayOfYear,
  kHour,
  kMinute,
};
int32_t FieldOfDate(int64_t days, DateField field);
/// Also hours and minutes, of wall-clock micros.
int32_t FieldOfTime(int64_t local_micros, DateField field);

/// Units of date_trunc and trunc.
enum class TruncateUnit {
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
};
/// Nothing for a word that is none (Spark's result is NULL then).
std::optional<TruncateUnit> ParseTruncateUnit(std::string_view word);
/// Whole days: units from kWeek up.
int64_t TruncateDays(int64_t days, TruncateUnit unit);
int64_t TruncateInstant(int64_t micros, TruncateUnit unit, TimeZone* zone);

/// ARITHMETIC_OVERFLOW / DATETIME_OVERFLOW as Spark raises them.
Status DateTimeOverflow(const std::string& operation);

void RegisterDateFields(FunctionRegistry* registry);
void RegisterDayNames(FunctionRegistry* registry);
void RegisterDateArithmetic(FunctionRegistry* registry);
void RegisterTruncation(FunctionRegistry* registry);
void RegisterTimestampFields(FunctionRegistry* registry);
void RegisterTimestampConversions(FunctionRegistry* registry);
void RegisterTimestampArithmetic(FunctionRegistry* registry);
void RegisterDatetimeFormats(FunctionRegistry* registry);
void RegisterCurrentTime(FunctionRegistry* registry);

}  // namespace thalweg::functions
