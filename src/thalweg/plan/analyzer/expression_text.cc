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

std::string CastToText(const arrow::Scalar& value, const std::string& time_zone) {
  expr::EvalContext context;
  context.session_time_zone = time_zone;
  auto text =
      expr::CastDatum(arrow::Datum(value.GetSharedPtr()), arrow::utf8(), EvalMode::kAnsi, context);
  if (!text.ok() || !text->is_scalar()) return value.ToString();
  return text->scalar()->ToString();
}

// Java's BigDecimal text: an exponent where more than six zeros would lead.
std::string DecimalText(const arrow::Scalar& value, const std::string& time_zone) {
  const std::string plain = CastToText(value, time_zone);
  const size_t point = plain.find('.');
  const size_t first = plain.find_first_of("123456789");
  if (point == std::string::npos || first == std::string::npos || first < point ||
      first - point <= 6) {
    return plain;
  }
  std::string digits = plain.substr(first);
  const size_t exponent = first - point;
  if (digits.size() > 1) digits.insert(1, ".");
  return fmt::format("{}{}E-{}", plain[0] == '-' ? "-" : "", digits, exponent);
}

// Functions whose expression class has an upper-case name that an alias does not replace.
const std::set<std::string_view>& UpperCaseNames() {
  static const std::set<std::string_view> names = {"acos",
                                                   "acosh",
                                                   "asin",
                                                   "asinh",
                                                   "atan",
                                                   "atan2",
                                                   "atanh",
                                                   "cbrt",
                                                   "ceil",
                                                   "cos",
                                                   "cosh",
                                                   "cot",
                                                   "csc",
                                                   "e",
                                                   "exp",
                                                   "expm1",
                                                   "floor",
                                                   "hypot",
                                                   "log10",
                                                   "log1p",
                                                   "log2",
                                                   "log",
                                                   "pi",
                                                   "power",
                                                   "regexp",
                                                   "rlike",
                                                   "regexp_like",
                                                   "sec",
                                                   "signum",
                                                   "sin",
                                                   "sinh",
                                                   "sqrt",
                                                   "tan",
                                                   "tanh",
                                                   "degrees",
                                                   "radians",
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
    {"listagg", 1, ", NULL"},
    {"string_agg", 1, ", NULL"},
    {"mask", 1, ", X, x, n, NULL"},
    {"mask", 2, ", x, n, NULL"},
    {"mask", 3, ", n, NULL"},
    {"mask", 4, ", NULL"},
    {"regexp_instr", 2, ", 0"},
    {"regexp_extract", 2, ", 1"},
    {"regexp_extract_all", 2, ", 1"},
    {"replace", 2, ", "},
    {"lpad", 2, ",  "},
    {"rpad", 2, ",  "},
    {"sort_array", 1, ", true"},
    {"array_sort", 1,
     ", lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), "
     "0, (IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, "
     "(IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > "
     "namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable())"},
    {"months_between", 2, ", true"},
    {"aes_encrypt", 2, ", GCM, DEFAULT, , "},
    {"aes_encrypt", 3, ", DEFAULT, , "},
    {"aes_encrypt", 4, ", , "},
    {"aes_encrypt", 5, ", "},
    {"aes_decrypt", 2, ", GCM, DEFAULT, "},
    {"aes_decrypt", 3, ", DEFAULT, "},
    {"aes_decrypt", 4, ", "},
    {"try_aes_decrypt", 2, ", GCM, DEFAULT, "},
    {"try_aes_decrypt", 3, ", DEFAULT, "},
    {"try_aes_decrypt", 4, ", "},
    {"hmac", 2, ", SHA-256"},
    {"vector_norm", 1, ", 2.0"},
    {"vector_normalize", 1, ", 2.0"},
    {"sentences", 1, ", , "},
    {"sentences", 2, ", "},
    {"str_to_map", 1, ", ,, :"},
    {"str_to_map", 2, ", :"},
    {"percentile", 2, ", 1"},
    {"percentile_approx", 2, ", 10000"},
    {"approx_percentile", 2, ", 10000"},
    {"make_interval", 0, "0, 0, 0, 0, 0, 0, 0.000000"},
    {"make_interval", 1, ", 0, 0, 0, 0, 0, 0.000000"},
    {"make_interval", 2, ", 0, 0, 0, 0, 0.000000"},
    {"make_interval", 3, ", 0, 0, 0, 0.000000"},
    {"make_interval", 4, ", 0, 0, 0.000000"},
    {"make_interval", 5, ", 0, 0.000000"},
    {"make_interval", 6, ", 0.000000"},
    {"make_dt_interval", 0, "0, 0, 0, 0.000000"},
    {"make_dt_interval", 1, ", 0, 0, 0.000000"},
    {"make_dt_interval", 2, ", 0, 0.000000"},
    {"make_dt_interval", 3, ", 0.000000"},
    {"make_ym_interval", 0, "0, 0"},
    {"make_ym_interval", 1, ", 0"},
    {"try_make_interval", 1, ", 0, 0, 0, 0, 0, 0.000000"},
    {"try_make_interval", 2, ", 0, 0, 0, 0, 0.000000"},
    {"try_make_interval", 3, ", 0, 0, 0, 0.000000"},
    {"try_make_interval", 4, ", 0, 0, 0.000000"},
    {"try_make_interval", 5, ", 0, 0.000000"},
    {"try_make_interval", 6, ", 0.000000"},
};

// Names that print as another function's.
std::string_view PrintedName(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNames = {
      {{"array_agg", "collect_list"},
       {"curdate", "current_date"},
       {"dateadd", "date_add"},
       {"position", "locate"},
       {"random", "rand"},
       {"bit_and_operator", "&"},
       {"current_database", "current_schema"},
       {"==", "="}}};
  for (const auto& [from, to] : kNames) {
    if (from == name) return to;
  }
  return name;
}

bool IsDays(const TypePtr& type) {
  return type->id() == arrow::Type::DURATION && SqlTypeName(*type) == "INTERVAL DAY";
}

// Operators on dates, times and intervals print as the functions they become; empty for all else.
std::string TimeArithmeticText(const std::string& name, const std::vector<std::string>& arguments,
                               const std::vector<TypePtr>& types) {
  if (arguments.size() != 2) return "";
  if (name == "*" && IsInterval(*types[1]) && !IsInterval(*types[0])) {
    return fmt::format("({} * {})", arguments[1], arguments[0]);
  }
  if (name != "+" && name != "-") return "";
  size_t base = 0;
  const bool with_interval = IsInterval(*types[0]) || IsInterval(*types[1]);
  const auto is_time = [with_interval](const TypePtr& type) {
    return type->id() == arrow::Type::DATE32 || type->id() == arrow::Type::TIMESTAMP ||
           (with_interval && IsString(*type));
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
  if (is_date && IsDays(types[other])) {
    const std::string days = fmt::format("extractansiintervaldays({})", arguments[other]);
    return fmt::format("date_add({}, {})", arguments[base],
                       name == "+" ? days : fmt::format("(- {})", days));
  }
  return fmt::format("{} {} {}", arguments[base], name, arguments[other]);
}

// The arguments that are printed: the last is left out where Spark rewrites the call without it.
size_t ShownArguments(std::string_view name, size_t given) {
  const bool without_seed = name == "shuffle" && given == 2;
  const bool without_zone = name == "try_make_timestamp" && given == 7;
  return without_seed || without_zone ? given - 1 : given;
}

// to_char and to_varchar print as what writes a value of the type.
std::string ValueTextCall(const std::string& name, const std::vector<std::string>& arguments,
                          const std::vector<TypePtr>& types) {
  if ((name != "to_char" && name != "to_varchar") || arguments.size() != 2) return "";
  const auto both = [&](const char* function) {
    return fmt::format("{}({}, {})", function, arguments[0], arguments[1]);
  };
  const arrow::Type::type type = types[0]->id();
  if (type == arrow::Type::DATE32 || type == arrow::Type::TIMESTAMP) return both("date_format");
  if (type != arrow::Type::BINARY) return both("to_char");
  const std::string form = ToLowerAscii(arguments[1]);
  if (form.find("utf-8") != std::string::npos) return both("decode");
  const bool is_hex = form.find("hex") != std::string::npos;
  const char* function = !is_hex ? "base64" : name == "to_varchar" ? "to_varchar" : "hex";
  return fmt::format("{}({})", function, arguments[0]);
}

// Aggregates over rows in order, by the arguments of plan/spec/within_group.h.
std::string OrderedText(const std::string& name, const std::vector<std::string>& arguments) {
  constexpr std::string_view kSuffix = " within group";
  if (!name.ends_with(kSuffix) || arguments.size() < 2) return "";
  const std::string function = name.substr(0, name.size() - kSuffix.size());
  const auto text = [&](const std::string& list, const std::string& order) {
    return fmt::format("{}({}) WITHIN GROUP (ORDER BY {})", function, list, order);
  };
  // The mode takes the last of several, so its order is turned around.
  if (function == "mode") {
    return text("", arguments[0] + (arguments.back() == "true" ? "" : " DESC"));
  }
  if (function != "listagg") {
    return text(arguments[1], arguments[0] + (arguments.back() == "true" ? " DESC" : ""));
  }
  std::string order;
  for (size_t i = 3; i < arguments.size(); ++i) {
    const std::string_view letters = std::string_view(arguments[2]).substr(2 * (i - 3), 2);
    order += fmt::format("{}{} {} NULLS {}", i == 3 ? "" : ", ", arguments[i],
                         letters[0] == 'D' ? "DESC" : "ASC", letters[1] == 'F' ? "FIRST" : "LAST");
  }
  return text(fmt::format("{}, {}", arguments[0], arguments[1]), order);
}

std::string OperatorText(const std::string& name, const std::vector<std::string>& arguments) {
  static const std::set<std::string_view> binary = {"+",  "-",   "*",  "/",  "%",  "div", "=",
                                                    "==", "<=>", "<",  "<=", ">",  ">=",  "&",
                                                    "|",  "^",   "<<", ">>", ">>>"};
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
  if ((name == "extract" || name == "datepart") && arguments.size() == 2) {
    return fmt::format("{}({} FROM {})", name, arguments[0], arguments[1]);
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
    case arrow::Type::DECIMAL128:
      return DecimalText(value, time_zone);
    default:
      return CastToText(value, time_zone);
  }
}

std::string CallText(const std::string& name, const std::vector<std::string>& arguments,
                     const std::vector<TypePtr>& types) {
  std::string text = TimeArithmeticText(name, arguments, types);
  if (text.empty()) text = ValueTextCall(name, arguments, types);
  if (text.empty()) text = OrderedText(name, arguments);
  if (text.empty()) text = OperatorText(name, arguments);
  if (!text.empty()) return text;
  std::string printed(PrintedName(name));
  const bool rounds = (name == "ceil" || name == "floor") && arguments.size() == 2;
  if (UpperCaseNames().count(printed) > 0 && !rounds) {
    for (char& c : printed) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  // Spark's expressions hold schema and options of these beside their one child.
  static const std::set<std::string_view> with_options = {"from_json", "to_json", "schema_of_json",
                                                          "from_csv",  "to_csv",  "schema_of_csv",
                                                          "from_xml",  "to_xml",  "schema_of_xml"};
  if (with_options.count(name) > 0 && !arguments.empty()) {
    return fmt::format("{}({})", printed, arguments[0]);
  }
  if ((name == "variant_get" || name == "try_variant_get") && arguments.size() == 3) {
    return fmt::format("{}({}, {})", printed, arguments[0], arguments[1]);
  }
  if (name == "variant path" && arguments.size() == 3) {
    return fmt::format("variant_get({}, {})", arguments[0], arguments[1]);
  }
  if (name == "uuid") return "uuid()";
  if (name == "convert_timezone" && arguments.size() == 2) {
    return fmt::format("convert_timezone(current_timezone(), {}, {})", arguments[0], arguments[1]);
  }
  if (name == "mode" && arguments.size() == 2) {
    if (arguments[1] != "true") return fmt::format("mode({})", arguments[0]);
    return fmt::format("mode() WITHIN GROUP (ORDER BY {} DESC)", arguments[0]);
  }
  if (name == "assert_true" && arguments.size() == 1) {
    return fmt::format("assert_true({0}, '{0}' is not true!)", arguments[0]);
  }
  if (name == "log" && arguments.size() == 1) return fmt::format("LOG(E(), {})", arguments[0]);
  const auto shown =
      arguments.begin() + static_cast<std::ptrdiff_t>(ShownArguments(name, arguments.size()));
  std::string list = fmt::format("{}", fmt::join(arguments.begin(), shown, ", "));
  for (const DefaultArguments& entry : kDefaults) {
    if (entry.name == name && entry.count == arguments.size()) list += entry.suffix;
  }
  return fmt::format("{}({})", printed, list);
}

}  // namespace thalweg::plan
