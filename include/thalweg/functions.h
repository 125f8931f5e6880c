#pragma once

// Functions over columns, in namespace fn. Arguments of type Column also take a name as text,
// those of type Operand also constants. Every function of the engine can be called:
// CallFunction("levenshtein", {...}), or in SQL text: Expr("levenshtein(a, b)").

#include <string>
#include <utility>
#include <vector>

#include "thalweg/column.h"

namespace thalweg::fn {

inline Column Col(const std::string& name) { return Column(name); }
inline Column Lit(const Operand& value) { return value.column(); }
/// SQL text of one expression, with or without alias: "a + 1 AS b".
Column Expr(const std::string& sql);
Column CallFunction(const std::string& name, const std::vector<Operand>& arguments);
/// As above over distinct arguments: aggregates only.
Column CallDistinct(const std::string& name, const std::vector<Operand>& arguments);

// Conditions

/// CASE WHEN; go on with .When() and .Otherwise(). Without Otherwise() the rest is NULL.
Column When(const Column& condition, const Operand& value);
/// The first of its arguments that is not NULL.
Column Coalesce(const std::vector<Operand>& values);
Column IfNull(const Column& value, const Operand& fallback);
Column NullIf(const Column& value, const Operand& null_value);
Column Greatest(const std::vector<Operand>& values);
Column Least(const std::vector<Operand>& values);

// Time windows (semantics 4.5)

/// A struct `window` with start and end; durations as "5 minutes". Without `slide` windows do not
/// overlap; `start` shifts their boundaries.
Column Window(const Column& time, const std::string& duration, const std::string& slide = "",
              const std::string& start = "");
/// A struct `session_window` that ends `gap` after the last row of its key; grouping by it merges
/// rows that follow each other sooner. The gap is text as in Window(), or a column of intervals (or
/// of such text): one for each row, whose session is not opened where it is NULL or not positive.
Column SessionWindow(const Column& time, const std::string& gap);
Column SessionWindow(const Column& time, const Column& gap);
inline Column SessionWindow(const Column& time, const char* gap) {
  return SessionWindow(time, std::string(gap));
}
/// The event time of a window: its end less a microsecond.
Column WindowTime(const Column& window);

// Aggregates

/// Count("*"): rows; else values that are not NULL.
Column Count(const Column& value);
Column CountDistinct(const std::vector<Column>& values);
inline Column CountDistinct(const Column& value) { return CountDistinct(std::vector{value}); }
Column CountIf(const Column& condition);
Column Sum(const Column& value);
Column SumDistinct(const Column& value);
Column Avg(const Column& value);
inline Column Mean(const Column& value) { return Avg(value); }
Column Min(const Column& value);
Column Max(const Column& value);
Column MinBy(const Column& value, const Column& order);
Column MaxBy(const Column& value, const Column& order);
Column First(const Column& value, bool ignore_nulls = false);
Column Last(const Column& value, bool ignore_nulls = false);
Column AnyValue(const Column& value);
Column CollectList(const Column& value);
Column CollectSet(const Column& value);
Column StddevSamp(const Column& value);
Column StddevPop(const Column& value);
Column VarSamp(const Column& value);
Column VarPop(const Column& value);
Column Corr(const Column& left, const Column& right);
Column BoolAnd(const Column& value);
Column BoolOr(const Column& value);

// Numbers

Column Abs(const Column& value);
Column Ceil(const Column& value);
Column Floor(const Column& value);
/// Half away from zero; Bround: half to even.
Column Round(const Column& value, int scale = 0);
Column Bround(const Column& value, int scale = 0);
Column Sqrt(const Column& value);
Column Exp(const Column& value);
Column Ln(const Column& value);
Column Log10(const Column& value);
Column Log2(const Column& value);
Column Pow(const Column& base, const Operand& exponent);
Column Sin(const Column& value);
Column Cos(const Column& value);
Column Tan(const Column& value);
Column Signum(const Column& value);
Column Pmod(const Column& dividend, const Operand& divisor);
Column Hex(const Column& value);
/// Random in [0, 1).
Column Rand();

// Text

Column Upper(const Column& value);
Column Lower(const Column& value);
Column InitCap(const Column& value);
Column Trim(const Column& value);
Column Ltrim(const Column& value);
Column Rtrim(const Column& value);
Column Length(const Column& value);
Column Reverse(const Column& value);
Column Concat(const std::vector<Operand>& values);
Column ConcatWs(const std::string& separator, const std::vector<Operand>& values);
Column Substring(const Column& value, int position, int length);
Column SubstringIndex(const Column& value, const std::string& delimiter, int count);
/// By a regular expression.
Column Split(const Column& value, const std::string& pattern, int limit = -1);
Column RegexpExtract(const Column& value, const std::string& pattern, int group = 1);
Column RegexpReplace(const Column& value, const std::string& pattern,
                     const std::string& replacement);
Column Replace(const Column& value, const Operand& search, const Operand& replacement = "");
Column Translate(const Column& value, const std::string& from, const std::string& to);
Column Lpad(const Column& value, int length, const std::string& padding = " ");
Column Rpad(const Column& value, int length, const std::string& padding = " ");
Column Repeat(const Column& value, int times);
Column Instr(const Column& value, const std::string& search);
Column FormatNumber(const Column& value, int decimals);
Column FormatString(const std::string& format, const std::vector<Operand>& values);

// Hashes and encodings

Column Md5(const Column& value);
Column Sha1(const Column& value);
Column Sha2(const Column& value, int bits);
Column Crc32(const Column& value);
Column Base64(const Column& value);
Column Unbase64(const Column& value);

// Dates and times

Column CurrentDate();
Column CurrentTimestamp();
Column Year(const Column& time);
Column Quarter(const Column& time);
Column Month(const Column& time);
Column WeekOfYear(const Column& time);
Column DayOfYear(const Column& time);
Column DayOfMonth(const Column& time);
/// From 1, Sunday.
Column DayOfWeek(const Column& time);
Column Hour(const Column& time);
Column Minute(const Column& time);
Column Second(const Column& time);
/// Without a format: as CAST.
Column ToDate(const Column& value, const std::string& format = "");
Column ToTimestamp(const Column& value, const std::string& format = "");
Column DateFormat(const Column& time, const std::string& format);
Column DateAdd(const Column& date, const Operand& days);
Column DateSub(const Column& date, const Operand& days);
Column DateDiff(const Column& end, const Column& start);
Column AddMonths(const Column& date, const Operand& months);
Column LastDay(const Column& date);
/// "hour", "day", "month", ...
Column DateTrunc(const std::string& unit, const Column& time);
Column FromUnixTime(const Column& seconds, const std::string& format = "yyyy-MM-dd HH:mm:ss");
Column UnixTimestamp(const Column& time);
Column TimestampSeconds(const Column& seconds);

// Structs, arrays, maps, JSON

Column Struct(const std::vector<Column>& fields);
Column Array(const std::vector<Operand>& elements);
Column Size(const Column& value);
/// From 1; negative from the end.
Column ElementAt(const Column& value, const Operand& key);
Column ArrayContains(const Column& array, const Operand& value);
Column ArrayJoin(const Column& array, const std::string& separator);
Column ArrayDistinct(const Column& array);
Column SortArray(const Column& array, bool ascending = true);
/// A row for each element; one a Select().
Column Explode(const Column& value);
Column ExplodeOuter(const Column& value);
Column PosExplode(const Column& value);
/// `schema` is DDL text: "a INT, b ARRAY<STRING>". Text that does not fit gives NULL.
Column FromJson(const Column& text, const std::string& schema);
Column ToJson(const Column& value);
Column GetJsonObject(const Column& text, const std::string& path);

}  // namespace thalweg::fn
