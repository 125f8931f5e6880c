#include "thalweg/plan/analyzer/expression_text.h"

#include <array>
#include <set>
#include <string_view>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/expr/expression.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

std::string CastToText(const arrow::Scalar& value, const std::string& time_zone) {
  expr::EvalContext context;
  context.session_time_zone = time_zone;
  auto text = expr::CastDatum(arrow::Datum(value.GetSharedPtr()), arrow::utf8(),
                              expr::CastMode::kAnsi, context);
  if (!text.ok() || !text->is_scalar()) return value.ToString();
  return text->scalar()->ToString();
}

// The narrowest unit pair that shows the whole interval, as the literal was most likely written.
std::string DayTimeText(int64_t micros) {
  const std::string sign = micros < 0 ? "-" : "";
  const uint64_t size = micros < 0 ? 0 - static_cast<uint64_t>(micros) : micros;
  if (size != 0 && size % kMicrosPerDay == 0) {
    return fmt::format("INTERVAL '{}{}' DAY", sign, size / kMicrosPerDay);
  }
  const uint64_t second_micros = size % kMicrosPerMinute;
  std::string seconds = fmt::format("{:02}", second_micros / kMicrosPerSecond);
  if (second_micros % kMicrosPerSecond != 0) {
    seconds += fmt::format(".{:06}", second_micros % kMicrosPerSecond);
    while (seconds.back() == '0') seconds.pop_back();
  }
  if (size < kMicrosPerMinute) return fmt::format("INTERVAL '{}{}' SECOND", sign, seconds);
  if (size < kMicrosPerHour && second_micros == 0) {
    return fmt::format("INTERVAL '{}{:02}' MINUTE", sign, size / kMicrosPerMinute);
  }
  if (size < kMicrosPerDay && size % kMicrosPerHour == 0) {
    return fmt::format("INTERVAL '{}{:02}' HOUR", sign, size / kMicrosPerHour);
  }
  return fmt::format("INTERVAL '{}{} {:02}:{:02}:{}' DAY TO SECOND", sign, size / kMicrosPerDay,
                     size / kMicrosPerHour % 24, size / kMicrosPerMinute % 60, seconds);
}

std::string YearMonthText(int32_t months) {
  const std::string sign = months < 0 ? "-" : "";
  const int64_t size = months < 0 ? -static_cast<int64_t>(months) : months;
  if (size < 12) return fmt::format("INTERVAL '{}{}' MONTH", sign, size);
  if (size % 12 == 0) return fmt::format("INTERVAL '{}{}' YEAR", sign, size / 12);
  return fmt::format("INTERVAL '{}{}-{}' YEAR TO MONTH", sign, size / 12, size % 12);
}

// Functions whose expression class has an upper-case name that an alias does not replace.
const std::set<std::string_view>& UpperCaseNames() {
  static const std::set<std::string_view> names = {
      "acos",  "acosh", "asin", "asinh", "atan",  "atan2", "atanh",  "cbrt",   "ceil",
      "cos",   "cosh",  "cot",  "csc",   "e",     "exp",   "expm1",  "floor",  "hypot",
      "log10", "log1p", "log2", "log",   "pi",    "power", "regexp", "rlike",  "regexp_like",
      "sec",   "signum", "sin", "sinh",  "sqrt",  "tan",   "tanh",   "degrees", "radians",
      "spark_partition_id"};
  return names;
}

struct DefaultArguments {
  std::string_view name;
  size_t count;  // of the arguments given
  std::string_view suffix;
};

constexpr DefaultArguments kDefaults[] = {
    {"substr", 2, ", 2147483647"},
    {"substring", 2, ", 2147483647"},
    {"locate", 2, ", 1"},
    {"position", 2, ", 1"},
    {"overlay", 3, ", -1"},
    {"unix_timestamp", 0, "current_timestamp(), yyyy-MM-dd HH:mm:ss"},
    {"unix_timestamp", 1, ", yyyy-MM-dd HH:mm:ss"},
    {"to_unix_timestamp", 1, ", yyyy-MM-dd HH:mm:ss"},
    {"from_unixtime", 1, ", yyyy-MM-dd HH:mm:ss"},
    {"round", 1, ", 0"},
    {"bround", 1, ", 0"},
    {"split", 2, ", -1"},
    {"regexp_replace", 3, ", 1"},
    {"regexp_extract", 2, ", 1"},
    {"regexp_extract_all", 2, ", 1"},
    {"replace", 2, ", "},
    {"lpad", 2, ",  "},
    {"rpad", 2, ",  "},
    {"sort_array", 1, ", true"},
    {"months_between", 2, ", true"},
    {"percentile", 2, ", 1"},
};

// Names that print as another function's.
std::string_view PrintedName(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNames = {{
      {"array_agg", "collect_list"}, {"curdate", "current_date"}, {"dateadd", "date_add"},
      {"position", "locate"}, {"random", "rand"}, {"bit_and_operator", "&"},
      {"current_database", "current_schema"}, {"==", "="}, {"to_varchar", "to_char"}}};
  for (const auto& [from, to] : kNames) {
    if (from == name) return to;
  }
  return name;
}

bool IsDayTime(const TypePtr& type) { return type->id() == arrow::Type::DURATION; }

// + and - on dates and times print as the functions they become; empty for all else.
std::string TimeArithmeticText(const std::string& name, const std::vector<std::string>& arguments,
                               const std::vector<TypePtr>& types) {
  if ((name != "+" && name != "-") || arguments.size() != 2) return "";
  size_t base = 0;
  const auto is_time = [](const TypePtr& type) {
    return type->id() == arrow::Type::DATE32 || type->id() == arrow::Type::TIMESTAMP;
  };
  if (!is_time(types[0])) {
    if (name == "-" || !is_time(types[1])) return "";
    base = 1;
  }
  const size_t other = 1 - base;
  if (is_time(types[other])) return "";
  const bool is_date = types[base]->id() == arrow::Type::DATE32;
  if (is_date && IsInteger(*types[other])) {
    return fmt::format("{}({}, {})", name == "+" ? "date_add" : "date_sub", arguments[base],
                       arguments[other]);
  }
  if (!IsInterval(*types[other])) return "";
  if (is_date && name == "+" && IsDayTime(types[other]) && arguments[other].ends_with("' DAY")) {
    return fmt::format("date_add({}, extractansiintervaldays({}))", arguments[base],
                       arguments[other]);
  }
  return fmt::format("{} {} {}", arguments[base], name, arguments[other]);
}

std::string OperatorText(const std::string& name, const std::vector<std::string>& arguments) {
  static const std::set<std::string_view> binary = {"+", "-", "*", "/", "%", "div", "=", "==",
                                                    "<=>", "<", "<=", ">", ">=", "&", "|", "^",
                                                    "<<", ">>", ">>>"};
  if (arguments.size() == 2 && binary.count(name) > 0) {
    return fmt::format("({} {} {})", arguments[0], PrintedName(name), arguments[1]);
  }
  if (arguments.size() == 1) {
    if (name == "-") return fmt::format("(- {})", arguments[0]);
    if (name == "+" || name == "positive") return fmt::format("(+ {})", arguments[0]);
    if (name == "~") return fmt::format("~{}", arguments[0]);
    if (name == "isnull") return fmt::format("({} IS NULL)", arguments[0]);
    if (name == "isnotnull") return fmt::format("({} IS NOT NULL)", arguments[0]);
  }
  if (name == "like" && arguments.size() >= 2) {
    std::string text = fmt::format("{} LIKE {}", arguments[0], arguments[1]);
    if (arguments.size() == 3 && arguments[2] != "\\") {
      text += fmt::format(" ESCAPE '{}'", arguments[2]);
    }
    return text;
  }
  if (arguments.size() == 2 && (name == "trim" || name == "ltrim" || name == "rtrim")) {
    const char* side = name == "trim" ? "BOTH" : name == "ltrim" ? "LEADING" : "TRAILING";
    return fmt::format("TRIM({} {} FROM {})", side, arguments[0], arguments[1]);
  }
  if (name == "||") return fmt::format("concat({})", fmt::join(arguments, ", "));
  if (name == "subscript" && arguments.size() == 2) {
    return fmt::format("{}[{}]", arguments[0], arguments[1]);
  }
  if (name == "extract" && arguments.size() == 2) {
    return fmt::format("extract({} FROM {})", arguments[0], arguments[1]);
  }
  return "";
}

}  // namespace

std::string LiteralText(const arrow::Scalar& value, const std::string& time_zone) {
  if (!value.is_valid) return "NULL";
  const arrow::DataType& type = *value.type;
  switch (type.id()) {
    case arrow::Type::STRING:
      return value.ToString();
    case arrow::Type::BINARY: {
      std::string text = "X'";
      for (const char c : static_cast<const arrow::BinaryScalar&>(value).view()) {
        text += fmt::format("{:02X}", static_cast<unsigned char>(c));
      }
      return text + "'";
    }
    case arrow::Type::DATE32:
      return fmt::format("DATE '{}'", CastToText(value, time_zone));
    case arrow::Type::TIMESTAMP:
      return fmt::format("{} '{}'", IsTimestamp(type) ? "TIMESTAMP" : "TIMESTAMP_NTZ",
                         CastToText(value, time_zone));
    case arrow::Type::DURATION:
      return DayTimeText(static_cast<const arrow::DurationScalar&>(value).value);
    case arrow::Type::INTERVAL_MONTHS:
      return YearMonthText(static_cast<const arrow::MonthIntervalScalar&>(value).value);
    default:
      return CastToText(value, time_zone);
  }
}

std::string CallText(const std::string& name, const std::vector<std::string>& arguments,
                     const std::vector<TypePtr>& types) {
  std::string text = TimeArithmeticText(name, arguments, types);
  if (text.empty()) text = OperatorText(name, arguments);
  if (!text.empty()) return text;
  std::string printed(PrintedName(name));
  if (UpperCaseNames().count(printed) > 0) {
    for (char& c : printed) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  if (name == "log" && arguments.size() == 1) return fmt::format("LOG(E(), {})", arguments[0]);
  std::string list = fmt::format("{}", fmt::join(arguments, ", "));
  if ((name == "timestampadd" || name == "timestampdiff") && !arguments.empty()) {
    const size_t unit = arguments[0].size();
    list = ToLowerAscii(arguments[0]) + list.substr(unit);
  }
  for (const DefaultArguments& entry : kDefaults) {
    if (entry.name == name && entry.count == arguments.size()) list += entry.suffix;
  }
  return fmt::format("{}({})", printed, list);
}

}  // namespace thalweg::plan
