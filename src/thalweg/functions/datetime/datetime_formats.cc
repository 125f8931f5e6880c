// to_date, to_timestamp, date_format, from_unixtime, unix_timestamp: text by a pattern.

#include "thalweg/functions/datetime/datetime_support.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/datetime_pattern.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;
using PatternPtr = std::shared_ptr<const DatetimePattern>;

constexpr std::string_view kDefaultPattern = "yyyy-MM-dd HH:mm:ss";

/// The pattern of a row, compiled anew only when its text changes.
class PatternCache {
 public:
  explicit PatternCache(DatetimePattern::Use use) : use_(use) {}
  Result<const DatetimePattern*> Get(std::string_view text) {
    if (pattern_ == nullptr || pattern_->pattern() != text) {
      ARROW_ASSIGN_OR_RAISE(pattern_, DatetimePattern::Make(text, use_));
    }
    return pattern_.get();
  }

 private:
  DatetimePattern::Use use_;
  PatternPtr pattern_;
};

/// As ZonedKernel, with a pattern cache that lives for the batch.
template <typename Out, typename... Ins, typename Fn>
expr::ScalarKernel PatternKernel(TypePtr type, DatetimePattern::Use use, Fn fn) {
  return [type = std::move(type), use, fn = std::move(fn)](
             const expr::EvalContext& context, const std::vector<arrow::Datum>& arguments,
             int64_t num_rows) -> Result<arrow::Datum> {
    PatternCache cache(use);
    const auto kernel = ZonedKernel<Out, Ins...>(
        type, [&](TimeZone* zone, Ins... values) { return fn(&cache, zone, values...); });
    return kernel(context, arguments, num_rows);
  };
}

Status CannotParse(const std::string& function, std::string_view text) {
  return MakeError("CANNOT_PARSE_TIMESTAMP",
                   {{"func", "`" + function + "`"},
                    {"message", "Text '" + std::string(text) + "' could not be parsed"}});
}

/// Without pattern these functions take whatever CAST takes.
Status CheckCastable(const Arguments& arguments, const TypePtr& type) {
  if (CanCast(*arguments[0].type, *type, EvalModeOf(arguments))) return Status::OK();
  return UnexpectedInputType(0, QuotedType(*type), *arguments[0].type);
}

/// A function that without pattern is a cast to `type` and with one parses text.
template <typename Out, typename Parse>
void AddParser(FunctionRegistry* registry, const std::string& name, const std::string& hint,
               const TypePtr& type, bool tolerant, Parse parse) {
  registry->AddScalar(
      {.name = name,
       .group = "datetime_funcs",
       .usage = name + "(expr[, fmt]) - Reads a value from text, by a pattern if one is given.",
       .example = "SELECT " + name + "('2016-12-31', 'yyyy-MM-dd');",
       .bind = [=](const Arguments& arguments) -> Result<BoundFunction> {
         ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
         const bool lenient = tolerant || EvalModeOf(arguments) == EvalMode::kLegacy;
         BoundFunction bound{.name = name, .return_type = type, .nullable = true};
         const bool text = arguments[0].type->id() == arrow::Type::STRING;
         if (arguments.size() == 1 || !text) {
           ARROW_RETURN_NOT_OK(CheckCastable(arguments, type));
           bound.argument_types = {type};
           if (arguments.size() == 2) bound.argument_types.push_back(arrow::utf8());
           if (text && tolerant) {
             bound.argument_types = {arrow::utf8()};
             bound.kernel = [type](const expr::EvalContext& context,
                                   const std::vector<arrow::Datum>& values, int64_t) {
               return expr::CastDatum(values[0], type, EvalMode::kTry, context);
             };
             return bound;
           }
           bound.kernel = [](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                             int64_t) -> Result<arrow::Datum> { return values[0]; };
           return bound;
         }
         ARROW_RETURN_NOT_OK(AcceptAs(arguments, 1, arrow::utf8()).status());
         bound.argument_types = {arrow::utf8(), arrow::utf8()};
         bound.can_fail = true;
         bound.kernel = PatternKernel<Out, std::string_view, std::string_view>(
             type, DatetimePattern::Use::kParse,
             [=](PatternCache* cache, TimeZone* zone, std::string_view value,
                 std::string_view pattern_text) -> Result<std::optional<Out>> {
               ARROW_ASSIGN_OR_RAISE(auto pattern, cache->Get(pattern_text));
               std::optional<Out> parsed = parse(*pattern, value, zone);
               if (!parsed && !lenient) return CannotParse(hint, value);
               return parsed;
             });
         return bound;
       }});
}

void AddParsers(FunctionRegistry* registry) {
  const auto date = [](const DatetimePattern& pattern, std::string_view text, TimeZone*) {
    return pattern.ParseDate(text);
  };
  const auto instant = [](const DatetimePattern& pattern, std::string_view text, TimeZone* zone) {
    return pattern.ParseTimestamp(text, zone);
  };
  const auto local = [](const DatetimePattern& pattern, std::string_view text, TimeZone*) {
    return pattern.ParseTimestampNtz(text, /*allow_zone=*/true);
  };
  AddParser<int32_t>(registry, "to_date", "try_to_date", arrow::date32(), false, date);
  AddParser<int32_t>(registry, "try_to_date", "try_to_date", arrow::date32(), true, date);
  AddParser<int64_t>(registry, "to_timestamp", "try_to_timestamp", TimestampType(), false, instant);
  AddParser<int64_t>(registry, "to_timestamp_ltz", "try_to_timestamp", TimestampType(), false,
                     instant);
  AddParser<int64_t>(registry, "try_to_timestamp", "try_to_timestamp", TimestampType(), true,
                     instant);
  AddParser<int64_t>(registry, "to_timestamp_ntz", "try_to_timestamp", TimestampNtzType(), false,
                     local);
}

/// date_format(timestamp, pattern); from_unixtime is the same on seconds.
void AddFormatters(FunctionRegistry* registry) {
  registry->AddScalar(MakeFixedFunction(
      {.name = "date_format",
       .group = "datetime_funcs",
       .usage = "date_format(timestamp, fmt) - Returns the timestamp as text in the pattern fmt.",
       .example = "SELECT date_format('2016-04-08', 'y');",
       .argument_types = {TimestampType(), arrow::utf8()},
       .return_type = arrow::utf8(),
       .kernel = PatternKernel<std::string, int64_t, std::string_view>(
           arrow::utf8(), DatetimePattern::Use::kFormat,
           [](PatternCache* cache, TimeZone* zone, int64_t micros,
              std::string_view text) -> Result<std::string> {
             ARROW_ASSIGN_OR_RAISE(auto pattern, cache->Get(text));
             std::string out;
             pattern->FormatTimestamp(micros, zone, &out);
             return out;
           }),
       .can_fail = true}));
  registry->AddScalar(
      {.name = "from_unixtime",
       .group = "datetime_funcs",
       .usage = "from_unixtime(unix_time[, fmt]) - Returns seconds since the epoch as text.",
       .example = "SELECT from_unixtime(0, 'yyyy-MM-dd HH:mm:ss');",
       .bind = [](const Arguments& arguments) -> Result<BoundFunction> {
         ARROW_RETURN_NOT_OK(CheckArgumentCount("from_unixtime", arguments, 1, 2));
         ARROW_RETURN_NOT_OK(AcceptAs(arguments, 0, arrow::int64()).status());
         BoundFunction bound{.name = "from_unixtime",
                             .argument_types = {arrow::int64()},
                             .return_type = arrow::utf8(),
                             .nullable = true,
                             .can_fail = true};
         const auto format = [](PatternCache* cache, TimeZone* zone, int64_t seconds,
                                std::string_view text) -> Result<std::string> {
           ARROW_ASSIGN_OR_RAISE(auto pattern, cache->Get(text));
           int64_t micros = 0;
           if (__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) {
             return DateTimeOverflow("from_unixtime");
           }
           std::string out;
           pattern->FormatTimestamp(micros, zone, &out);
           return out;
         };
         if (arguments.size() == 2) {
           ARROW_RETURN_NOT_OK(AcceptAs(arguments, 1, arrow::utf8()).status());
           bound.argument_types.push_back(arrow::utf8());
           bound.kernel = PatternKernel<std::string, int64_t, std::string_view>(
               arrow::utf8(), DatetimePattern::Use::kFormat, format);
         } else {
           bound.kernel = PatternKernel<std::string, int64_t>(
               arrow::utf8(), DatetimePattern::Use::kFormat,
               [format](PatternCache* cache, TimeZone* zone, int64_t seconds) {
                 return format(cache, zone, seconds, kDefaultPattern);
               });
         }
         return bound;
       }});
}

Result<BoundFunction> BindUnixTimestamp(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, name == "unix_timestamp" ? 0 : 1, 2));
  BoundFunction bound{.name = name, .return_type = arrow::int64(), .nullable = true};
  if (arguments.empty()) {
    bound.nullable = false;
    bound.context_dependent = true;
    bound.kernel = [](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
                      int64_t) -> Result<arrow::Datum> {
      return arrow::Datum(FloorDivide(context.current_timestamp_micros, kMicrosPerSecond));
    };
    return bound;
  }
  if (arguments[0].type->id() != arrow::Type::STRING) {
    ARROW_RETURN_NOT_OK(AcceptAs(arguments, 0, TimestampType()).status());
    bound.argument_types = {TimestampType()};
    if (arguments.size() == 2) bound.argument_types.push_back(arrow::utf8());
    const auto seconds = expr::DenseKernel<int64_t, int64_t>(
        arrow::int64(), [](int64_t micros) { return micros / kMicrosPerSecond; });
    bound.kernel = [seconds](const expr::EvalContext& context,
                             const std::vector<arrow::Datum>& values,
                             int64_t num_rows) { return seconds(context, {values[0]}, num_rows); };
    return bound;
  }
  bound.can_fail = true;
  const bool lenient = EvalModeOf(arguments) == EvalMode::kLegacy;
  const auto parse = [lenient](PatternCache* cache, TimeZone* zone, std::string_view value,
                               std::string_view text) -> Result<std::optional<int64_t>> {
    ARROW_ASSIGN_OR_RAISE(auto pattern, cache->Get(text));
    const auto micros = pattern->ParseTimestamp(value, zone);
    if (!micros && lenient) return std::optional<int64_t>();
    if (!micros) return CannotParse("try_to_timestamp", value);
    return std::optional<int64_t>(FloorDivide(*micros, kMicrosPerSecond));
  };
  bound.argument_types.assign(arguments.size(), arrow::utf8());
  if (arguments.size() == 2) {
    bound.kernel = PatternKernel<int64_t, std::string_view, std::string_view>(
        arrow::int64(), DatetimePattern::Use::kParse, parse);
  } else {
    bound.kernel = PatternKernel<int64_t, std::string_view>(
        arrow::int64(), DatetimePattern::Use::kParse,
        [parse](PatternCache* cache, TimeZone* zone, std::string_view value) {
          return parse(cache, zone, value, kDefaultPattern);
        });
  }
  return bound;
}

}  // namespace

void RegisterDatetimeFormats(FunctionRegistry* registry) {
  AddParsers(registry);
  AddFormatters(registry);
  for (const std::string name : {"unix_timestamp", "to_unix_timestamp"}) {
    registry->AddScalar({.name = name,
                         .group = "datetime_funcs",
                         .usage = name + "(expr[, fmt]) - Returns seconds since the epoch.",
                         .example = "SELECT " + name + "('2016-04-08', 'yyyy-MM-dd');",
                         .bind = [name](const Arguments& arguments) {
                           return BindUnixTimestamp(name, arguments);
                         }});
  }
}

}  // namespace thalweg::functions
