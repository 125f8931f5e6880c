// year, month, dayofweek, ... of dates, and extract / date_part / datepart of everything.

#include "thalweg/functions/datetime/datetime_support.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::functions {

int32_t FieldOfDate(int64_t days, DateField field) {
  const CivilDate date = CivilFromDays(days);
  switch (field) {
    case DateField::kYear:
      return static_cast<int32_t>(date.year);
    case DateField::kQuarter:
      return (date.month - 1) / 3 + 1;
    case DateField::kMonth:
      return date.month;
    case DateField::kDay:
      return date.day;
    case DateField::kDayOfWeek:
      return IsoWeekday(days) % 7 + 1;
    case DateField::kDayOfWeekIso:
      return IsoWeekday(days);
    case DateField::kWeekday:
      return IsoWeekday(days) - 1;
    case DateField::kDayOfYear:
      return static_cast<int32_t>(days - DaysFromCivil(date.year, 1, 1)) + 1;
    case DateField::kYearOfWeek:
    case DateField::kWeek: {
      // The week belongs to the year of its Thursday (ISO 8601).
      const int64_t thursday = days - IsoWeekday(days) + 4;
      const int64_t year = CivilFromDays(thursday).year;
      if (field == DateField::kYearOfWeek) return static_cast<int32_t>(year);
      return static_cast<int32_t>((thursday - DaysFromCivil(year, 1, 1)) / 7) + 1;
    }
    case DateField::kHour:
    case DateField::kMinute:
      return 0;
  }
  return 0;
}

int32_t FieldOfTime(int64_t local_micros, DateField field) {
  if (field == DateField::kHour) {
    return static_cast<int32_t>(FloorModulo(local_micros, kMicrosPerDay) / kMicrosPerHour);
  }
  if (field == DateField::kMinute) {
    return static_cast<int32_t>(FloorModulo(local_micros, kMicrosPerHour) / kMicrosPerMinute);
  }
  return FieldOfDate(FloorDivide(local_micros, kMicrosPerDay), field);
}

Result<std::string> ConstantText(const std::string& function, const Arguments& arguments,
                                 size_t index, const std::string& input_name) {
  const auto& constant = arguments[index].constant;
  if (constant == nullptr || arguments[index].type->id() != arrow::Type::STRING) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"inputName", "`" + input_name + "`"},
                      {"inputType", "\"STRING\""},
                      {"inputExpr", "\"" + function + "\""}});
  }
  if (!constant->is_valid) return std::string();
  return std::string(static_cast<const arrow::StringScalar&>(*constant).view());
}

Status DateTimeOverflow(const std::string& operation) {
  return MakeError("DATETIME_OVERFLOW", {{"operation", operation}});
}

namespace {

using expr::BoundFunction;

struct FieldName {
  std::string_view name;
  DateField field;
};
constexpr FieldName kFieldNames[] = {
    {"YEAR", DateField::kYear},
    {"Y", DateField::kYear},
    {"YEARS", DateField::kYear},
    {"YR", DateField::kYear},
    {"YRS", DateField::kYear},
    {"YEAROFWEEK", DateField::kYearOfWeek},
    {"QUARTER", DateField::kQuarter},
    {"QTR", DateField::kQuarter},
    {"MONTH", DateField::kMonth},
    {"MON", DateField::kMonth},
    {"MONS", DateField::kMonth},
    {"MONTHS", DateField::kMonth},
    {"WEEK", DateField::kWeek},
    {"W", DateField::kWeek},
    {"WEEKS", DateField::kWeek},
    {"DAY", DateField::kDay},
    {"D", DateField::kDay},
    {"DAYS", DateField::kDay},
    {"DAYOFWEEK", DateField::kDayOfWeek},
    {"DOW", DateField::kDayOfWeek},
    {"DAYOFWEEK_ISO", DateField::kDayOfWeekIso},
    {"DOW_ISO", DateField::kDayOfWeekIso},
    {"DOY", DateField::kDayOfYear},
    {"HOUR", DateField::kHour},
    {"H", DateField::kHour},
    {"HOURS", DateField::kHour},
    {"HR", DateField::kHour},
    {"HRS", DateField::kHour},
    {"MINUTE", DateField::kMinute},
    {"M", DateField::kMinute},
    {"MIN", DateField::kMinute},
    {"MINS", DateField::kMinute},
    {"MINUTES", DateField::kMinute},
};

bool IsSecondName(std::string_view name) {
  return name == "SECOND" || name == "S" || name == "SEC" || name == "SECONDS" || name == "SECS";
}

void AddDateField(FunctionRegistry* registry, const std::string& name,
                  std::vector<std::string> aliases, DateField field, const std::string& what) {
  registry->AddScalar(MakeFixedFunction(
      {.name = name,
       .aliases = std::move(aliases),
       .group = "datetime_funcs",
       .usage = name + "(date) - Returns the " + what + " of the date.",
       .example = "SELECT " + name + "('2016-07-30');",
       .argument_types = {arrow::date32()},
       .return_type = arrow::int32(),
       .kernel = expr::DenseKernel<int32_t, int32_t>(
           arrow::int32(), [field](int32_t days) { return FieldOfDate(days, field); })}));
}

/// A field of a date, timestamp or timestamp_ntz, whichever the source is.
BoundFunction BindField(const std::string& name, DateField field, const TypePtr& source) {
  BoundFunction bound{.name = name, .return_type = arrow::int32()};
  if (source->id() == arrow::Type::DATE32) {
    bound.kernel = expr::DenseKernel<int32_t, int32_t>(
        arrow::int32(), [field](int32_t days) { return FieldOfDate(days, field); });
  } else if (IsTimestampNtz(*source)) {
    bound.kernel = expr::DenseKernel<int32_t, int64_t>(
        arrow::int32(), [field](int64_t micros) { return FieldOfTime(micros, field); });
  } else {
    bound.kernel =
        ZonedKernel<int32_t, int64_t>(arrow::int32(), [field](TimeZone* zone, int64_t micros) {
          return FieldOfTime(zone->ToLocal(micros), field);
        });
  }
  return bound;
}

/// Seconds with fraction, as decimal(8, 6).
BoundFunction BindSeconds(const std::string& name, const TypePtr& source) {
  BoundFunction bound{.name = name, .return_type = DecimalOf(8, 6)};
  if (IsTimestampNtz(*source)) {
    bound.kernel = expr::RowKernel<Int128, int64_t>(
        bound.return_type,
        [](int64_t micros) -> Int128 { return FloorModulo(micros, kMicrosPerMinute); });
  } else {
    bound.kernel = ZonedKernel<Int128, int64_t>(
        bound.return_type, [](TimeZone* zone, int64_t micros) -> Int128 {
          return FloorModulo(zone->ToLocal(micros), kMicrosPerMinute);
        });
  }
  return bound;
}

/// Fields of day-time and year-month intervals; null when there is no such field.
std::optional<BoundFunction> BindIntervalField(const std::string& name, const std::string& field,
                                               const TypePtr& source) {
  BoundFunction bound{.name = name, .return_type = arrow::int32()};
  if (source->id() == arrow::Type::INTERVAL_MONTHS) {
    const bool year = field.starts_with("Y");
    if (!year && !field.starts_with("MON")) return std::nullopt;
    if (year) {
      bound.kernel = expr::DenseKernel<int32_t, int32_t>(
          arrow::int32(), [](int32_t months) { return months / 12; });
      return bound;
    }
    bound.return_type = arrow::int8();
    bound.kernel = expr::DenseKernel<int8_t, int32_t>(
        arrow::int8(), [](int32_t months) { return static_cast<int8_t>(months % 12); });
    return bound;
  }
  if (IsSecondName(field)) {
    bound.return_type = DecimalOf(8, 6);
    bound.kernel = expr::RowKernel<Int128, int64_t>(
        bound.return_type, [](int64_t micros) -> Int128 { return micros % kMicrosPerMinute; });
    return bound;
  }
  for (const FieldName& known : kFieldNames) {
    if (known.name != field) continue;
    const int64_t unit = known.field == DateField::kDay      ? kMicrosPerDay
                         : known.field == DateField::kHour   ? kMicrosPerHour
                         : known.field == DateField::kMinute ? kMicrosPerMinute
                                                             : 0;
    if (unit == 0) return std::nullopt;
    if (unit == kMicrosPerDay) {
      bound.kernel = expr::DenseKernel<int32_t, int64_t>(arrow::int32(), [](int64_t micros) {
        return static_cast<int32_t>(micros / kMicrosPerDay);
      });
      return bound;
    }
    const int64_t whole = unit == kMicrosPerHour ? kMicrosPerDay : kMicrosPerHour;
    bound.return_type = arrow::int8();
    bound.kernel = expr::DenseKernel<int8_t, int64_t>(arrow::int8(), [unit, whole](int64_t micros) {
      return static_cast<int8_t>(micros % whole / unit);
    });
    return bound;
  }
  return std::nullopt;
}

Result<BoundFunction> BindExtract(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto word, ConstantText(name, arguments, 0, "field"));
  const std::string field = ToUpperAscii(word);
  TypePtr source = arguments[1].type;
  const Status unknown =
      MakeError("INVALID_EXTRACT_FIELD", {{"field", "`" + word + "`"}, {"expr", "\"source\""}});
  std::optional<BoundFunction> bound;
  if (source->id() == arrow::Type::DURATION || source->id() == arrow::Type::INTERVAL_MONTHS) {
    bound = BindIntervalField(name, field, source);
  } else {
    ARROW_ASSIGN_OR_RAISE(
        source,
        AcceptAsOneOf(arguments, 1, {arrow::date32(), TimestampType(), TimestampNtzType()}));
    if (source->id() == arrow::Type::STRING) source = TimestampType();
    if (IsSecondName(field)) {
      if (source->id() == arrow::Type::DATE32) source = TimestampType();
      bound = BindSeconds(name, source);
    }
    for (const FieldName& known : kFieldNames) {
      if (known.name != field) continue;
      const bool time = known.field == DateField::kHour || known.field == DateField::kMinute;
      if (time && source->id() == arrow::Type::DATE32) source = TimestampType();
      bound = BindField(name, known.field, source);
    }
  }
  if (!bound) return unknown;
  // The field is a constant that the kernel does not look at.
  auto inner = std::move(bound->kernel);
  bound->kernel = [inner = std::move(inner)](
                      const expr::EvalContext& context, const std::vector<arrow::Datum>& values,
                      int64_t num_rows) { return inner(context, {values[1]}, num_rows); };
  bound->argument_types = {arrow::utf8(), source};
  bound->nullable = arguments[1].nullable;
  bound->context_dependent = false;
  return std::move(*bound);
}

}  // namespace

void RegisterDateFields(FunctionRegistry* registry) {
  AddDateField(registry, "year", {}, DateField::kYear, "year");
  AddDateField(registry, "quarter", {}, DateField::kQuarter, "quarter (1 to 4)");
  AddDateField(registry, "month", {}, DateField::kMonth, "month");
  AddDateField(registry, "day", {"dayofmonth"}, DateField::kDay, "day of the month");
  AddDateField(registry, "dayofweek", {}, DateField::kDayOfWeek, "day of the week (1 = Sunday)");
  AddDateField(registry, "weekday", {}, DateField::kWeekday, "day of the week (0 = Monday)");
  AddDateField(registry, "dayofyear", {}, DateField::kDayOfYear, "day of the year");
  AddDateField(registry, "weekofyear", {}, DateField::kWeek, "ISO week of the year");
  for (const std::string name : {"extract", "date_part", "datepart"}) {
    registry->AddScalar(
        {.name = name,
         .group = "datetime_funcs",
         .usage = name + "(field, source) - Extracts a part of a date, timestamp "
                         "or interval.",
         .example = "SELECT " + name + "('YEAR', TIMESTAMP '2019-08-12 01:00:00');",
         .bind = [name](const Arguments& arguments) { return BindExtract(name, arguments); }});
  }
}

}  // namespace thalweg::functions
