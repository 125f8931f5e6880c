#include <thalweg/functions.h>

#include "thalweg/api/column_node.h"

namespace thalweg::fn {

using api::MakeCall;

namespace {

std::vector<Column> ColumnsOf(const std::vector<Operand>& operands) {
  std::vector<Column> columns;
  for (const Operand& operand : operands) columns.push_back(operand.column());
  return columns;
}

}  // namespace

Column Expr(const std::string& sql) {
  return api::MakeColumn(
      [sql](const sql::ParserOptions& options) { return sql::ParseExpression(sql, options); });
}
Column CallFunction(const std::string& name, const std::vector<Operand>& arguments) {
  return MakeCall(name, ColumnsOf(arguments));
}
Column CallDistinct(const std::string& name, const std::vector<Operand>& arguments) {
  return MakeCall(name, ColumnsOf(arguments), /*distinct=*/true);
}

Column When(const Column& condition, const Operand& value) {
  return api::MakeCase({condition, value.column()}, nullptr);
}
Column Coalesce(const std::vector<Operand>& values) { return CallFunction("coalesce", values); }
Column IfNull(const Column& value, const Operand& fallback) {
  return CallFunction("ifnull", {value, fallback});
}
Column NullIf(const Column& value, const Operand& null_value) {
  return CallFunction("nullif", {value, null_value});
}
Column Greatest(const std::vector<Operand>& values) { return CallFunction("greatest", values); }
Column Least(const std::vector<Operand>& values) { return CallFunction("least", values); }

Column Window(const Column& time, const std::string& duration, const std::string& slide,
              const std::string& start) {
  std::vector<Operand> arguments = {time, duration};
  if (!slide.empty() || !start.empty()) arguments.push_back(slide.empty() ? duration : slide);
  if (!start.empty()) arguments.push_back(start);
  return CallFunction("window", arguments);
}
Column SessionWindow(const Column& time, const std::string& gap) {
  return CallFunction("session_window", {time, gap});
}
Column SessionWindow(const Column& time, const Column& gap) {
  return MakeCall("session_window", {time, gap});
}
Column WindowTime(const Column& window) { return MakeCall("window_time", {window}); }

Column Count(const Column& value) { return MakeCall("count", {value}); }
Column CountDistinct(const std::vector<Column>& values) {
  return MakeCall("count", values, /*distinct=*/true);
}
Column CountIf(const Column& condition) { return MakeCall("count_if", {condition}); }
Column Sum(const Column& value) { return MakeCall("sum", {value}); }
Column SumDistinct(const Column& value) { return MakeCall("sum", {value}, /*distinct=*/true); }
Column Avg(const Column& value) { return MakeCall("avg", {value}); }
Column Min(const Column& value) { return MakeCall("min", {value}); }
Column Max(const Column& value) { return MakeCall("max", {value}); }
Column MinBy(const Column& value, const Column& order) {
  return MakeCall("min_by", {value, order});
}
Column MaxBy(const Column& value, const Column& order) {
  return MakeCall("max_by", {value, order});
}
Column First(const Column& value, bool ignore_nulls) {
  return CallFunction("first", {value, ignore_nulls});
}
Column Last(const Column& value, bool ignore_nulls) {
  return CallFunction("last", {value, ignore_nulls});
}
Column AnyValue(const Column& value) { return MakeCall("any_value", {value}); }
Column CollectList(const Column& value) { return MakeCall("collect_list", {value}); }
Column CollectSet(const Column& value) { return MakeCall("collect_set", {value}); }
Column StddevSamp(const Column& value) { return MakeCall("stddev_samp", {value}); }
Column StddevPop(const Column& value) { return MakeCall("stddev_pop", {value}); }
Column VarSamp(const Column& value) { return MakeCall("var_samp", {value}); }
Column VarPop(const Column& value) { return MakeCall("var_pop", {value}); }
Column Corr(const Column& left, const Column& right) { return MakeCall("corr", {left, right}); }
Column BoolAnd(const Column& value) { return MakeCall("bool_and", {value}); }
Column BoolOr(const Column& value) { return MakeCall("bool_or", {value}); }

Column Abs(const Column& value) { return MakeCall("abs", {value}); }
Column Ceil(const Column& value) { return MakeCall("ceil", {value}); }
Column Floor(const Column& value) { return MakeCall("floor", {value}); }
Column Round(const Column& value, int scale) { return CallFunction("round", {value, scale}); }
Column Bround(const Column& value, int scale) { return CallFunction("bround", {value, scale}); }
Column Sqrt(const Column& value) { return MakeCall("sqrt", {value}); }
Column Exp(const Column& value) { return MakeCall("exp", {value}); }
Column Ln(const Column& value) { return MakeCall("ln", {value}); }
Column Log10(const Column& value) { return MakeCall("log10", {value}); }
Column Log2(const Column& value) { return MakeCall("log2", {value}); }
Column Pow(const Column& base, const Operand& exponent) {
  return CallFunction("power", {base, exponent});
}
Column Sin(const Column& value) { return MakeCall("sin", {value}); }
Column Cos(const Column& value) { return MakeCall("cos", {value}); }
Column Tan(const Column& value) { return MakeCall("tan", {value}); }
Column Signum(const Column& value) { return MakeCall("signum", {value}); }
Column Pmod(const Column& dividend, const Operand& divisor) {
  return CallFunction("pmod", {dividend, divisor});
}
Column Hex(const Column& value) { return MakeCall("hex", {value}); }
Column Rand() { return MakeCall("rand", {}); }

Column Upper(const Column& value) { return MakeCall("upper", {value}); }
Column Lower(const Column& value) { return MakeCall("lower", {value}); }
Column InitCap(const Column& value) { return MakeCall("initcap", {value}); }
Column Trim(const Column& value) { return MakeCall("trim", {value}); }
Column Ltrim(const Column& value) { return MakeCall("ltrim", {value}); }
Column Rtrim(const Column& value) { return MakeCall("rtrim", {value}); }
Column Length(const Column& value) { return MakeCall("length", {value}); }
Column Reverse(const Column& value) { return MakeCall("reverse", {value}); }
Column Concat(const std::vector<Operand>& values) { return CallFunction("concat", values); }
Column ConcatWs(const std::string& separator, const std::vector<Operand>& values) {
  std::vector<Operand> arguments = {separator};
  arguments.insert(arguments.end(), values.begin(), values.end());
  return CallFunction("concat_ws", arguments);
}
Column Substring(const Column& value, int position, int length) {
  return CallFunction("substring", {value, position, length});
}
Column SubstringIndex(const Column& value, const std::string& delimiter, int count) {
  return CallFunction("substring_index", {value, delimiter, count});
}
Column Split(const Column& value, const std::string& pattern, int limit) {
  return CallFunction("split", {value, pattern, limit});
}
Column RegexpExtract(const Column& value, const std::string& pattern, int group) {
  return CallFunction("regexp_extract", {value, pattern, group});
}
Column RegexpReplace(const Column& value, const std::string& pattern,
                     const std::string& replacement) {
  return CallFunction("regexp_replace", {value, pattern, replacement});
}
Column Replace(const Column& value, const Operand& search, const Operand& replacement) {
  return CallFunction("replace", {value, search, replacement});
}
Column Translate(const Column& value, const std::string& from, const std::string& to) {
  return CallFunction("translate", {value, from, to});
}
Column Lpad(const Column& value, int length, const std::string& padding) {
  return CallFunction("lpad", {value, length, padding});
}
Column Rpad(const Column& value, int length, const std::string& padding) {
  return CallFunction("rpad", {value, length, padding});
}
Column Repeat(const Column& value, int times) { return CallFunction("repeat", {value, times}); }
Column Instr(const Column& value, const std::string& search) {
  return CallFunction("instr", {value, search});
}
Column FormatNumber(const Column& value, int decimals) {
  return CallFunction("format_number", {value, decimals});
}
Column FormatString(const std::string& format, const std::vector<Operand>& values) {
  std::vector<Operand> arguments = {format};
  arguments.insert(arguments.end(), values.begin(), values.end());
  return CallFunction("format_string", arguments);
}

Column Md5(const Column& value) { return MakeCall("md5", {value}); }
Column Sha1(const Column& value) { return MakeCall("sha1", {value}); }
Column Sha2(const Column& value, int bits) { return CallFunction("sha2", {value, bits}); }
Column Crc32(const Column& value) { return MakeCall("crc32", {value}); }
Column Base64(const Column& value) { return MakeCall("base64", {value}); }
Column Unbase64(const Column& value) { return MakeCall("unbase64", {value}); }

Column CurrentDate() { return MakeCall("current_date", {}); }
Column CurrentTimestamp() { return MakeCall("current_timestamp", {}); }
Column Year(const Column& time) { return MakeCall("year", {time}); }
Column Quarter(const Column& time) { return MakeCall("quarter", {time}); }
Column Month(const Column& time) { return MakeCall("month", {time}); }
Column WeekOfYear(const Column& time) { return MakeCall("weekofyear", {time}); }
Column DayOfYear(const Column& time) { return MakeCall("dayofyear", {time}); }
Column DayOfMonth(const Column& time) { return MakeCall("dayofmonth", {time}); }
Column DayOfWeek(const Column& time) { return MakeCall("dayofweek", {time}); }
Column Hour(const Column& time) { return MakeCall("hour", {time}); }
Column Minute(const Column& time) { return MakeCall("minute", {time}); }
Column Second(const Column& time) { return MakeCall("second", {time}); }
Column ToDate(const Column& value, const std::string& format) {
  if (format.empty()) return MakeCall("to_date", {value});
  return CallFunction("to_date", {value, format});
}
Column ToTimestamp(const Column& value, const std::string& format) {
  if (format.empty()) return MakeCall("to_timestamp", {value});
  return CallFunction("to_timestamp", {value, format});
}
Column DateFormat(const Column& time, const std::string& format) {
  return CallFunction("date_format", {time, format});
}
Column DateAdd(const Column& date, const Operand& days) {
  return CallFunction("date_add", {date, days});
}
Column DateSub(const Column& date, const Operand& days) {
  return CallFunction("date_sub", {date, days});
}
Column DateDiff(const Column& end, const Column& start) {
  return MakeCall("datediff", {end, start});
}
Column AddMonths(const Column& date, const Operand& months) {
  return CallFunction("add_months", {date, months});
}
Column LastDay(const Column& date) { return MakeCall("last_day", {date}); }
Column DateTrunc(const std::string& unit, const Column& time) {
  return CallFunction("date_trunc", {unit, time});
}
Column FromUnixTime(const Column& seconds, const std::string& format) {
  return CallFunction("from_unixtime", {seconds, format});
}
Column UnixTimestamp(const Column& time) { return MakeCall("unix_timestamp", {time}); }
Column TimestampSeconds(const Column& seconds) { return MakeCall("timestamp_seconds", {seconds}); }

Column Struct(const std::vector<Column>& fields) { return MakeCall("struct", fields); }
Column Array(const std::vector<Operand>& elements) { return CallFunction("array", elements); }
Column Size(const Column& value) { return MakeCall("size", {value}); }
Column ElementAt(const Column& value, const Operand& key) {
  return CallFunction("element_at", {value, key});
}
Column ArrayContains(const Column& array, const Operand& value) {
  return CallFunction("array_contains", {array, value});
}
Column ArrayJoin(const Column& array, const std::string& separator) {
  return CallFunction("array_join", {array, separator});
}
Column ArrayDistinct(const Column& array) { return MakeCall("array_distinct", {array}); }
Column SortArray(const Column& array, bool ascending) {
  return CallFunction("sort_array", {array, ascending});
}
Column Explode(const Column& value) { return MakeCall("explode", {value}); }
Column ExplodeOuter(const Column& value) { return MakeCall("explode_outer", {value}); }
Column PosExplode(const Column& value) { return MakeCall("posexplode", {value}); }
Column FromJson(const Column& text, const std::string& schema) {
  return CallFunction("from_json", {text, schema});
}
Column ToJson(const Column& value) { return MakeCall("to_json", {value}); }
Column GetJsonObject(const Column& text, const std::string& path) {
  return CallFunction("get_json_object", {text, path});
}

}  // namespace thalweg::fn
