// Expressions: precedence, every literal, special forms, errors with positions, printing.

#include <gtest/gtest.h>

#include <arrow/scalar.h>

#include "thalweg/sql/parser.h"

namespace thalweg::sql {
namespace {

using plan::spec::ExpressionKind;

std::string Text(std::string_view sql, const ParserOptions& options = {}) {
  const auto expression = ParseExpression(sql, options);
  return expression.ok() ? plan::spec::ToString(**expression) : RenderError(expression.status());
}

struct Case {
  const char* sql;
  const char* text;
};

class ExpressionText : public testing::TestWithParam<Case> {};

TEST_P(ExpressionText, ParsesTo) { EXPECT_EQ(Text(GetParam().sql), GetParam().text); }

TEST_P(ExpressionText, PrintedTextParsesToTheSame) {
  const std::string once = Text(GetParam().sql);
  EXPECT_EQ(Text(once), once);
}

INSTANTIATE_TEST_SUITE_P(
    Precedence, ExpressionText,
    testing::Values(
        Case{"1 + 2 * 3", "(1 + (2 * 3))"}, Case{"a - b - c", "((a - b) - c)"},
        Case{"-a * b", "((- a) * b)"}, Case{"- 1", "-1"}, Case{"a -1", "(a - 1)"},
        Case{"a || b + c", "((a || b) + c)"},
        Case{"a + b << 2 & c ^ d | e", "(((((a + b) << 2) & c) ^ d) | e)"},
        Case{"a | b = c", "((a | b) = c)"}, Case{"NOT a = b", "(NOT (a = b))"},
        Case{"a <> b", "(NOT (a = b))"}, Case{"NOT a AND b OR c", "(((NOT a) AND b) OR c)"},
        Case{"a OR b AND c", "(a OR (b AND c))"},
        Case{"a AND b AND c AND d", "((a AND b) AND (c AND d))"},
        Case{"a DIV 2 % 3", "((a div 2) % 3)"}, Case{"a = b IS NULL", "((a = b) IS NULL)"},
        Case{"a BETWEEN 1 AND 2 AND b", "((a BETWEEN 1 AND 2) AND b)"},
        Case{"a NOT BETWEEN 1 AND 2", "(NOT (a BETWEEN 1 AND 2))"},
        Case{"a::int + 1", "(CAST(a AS INT) + 1)"}, Case{"-1::string", "CAST(-1 AS STRING)"}));

INSTANTIATE_TEST_SUITE_P(
    Predicates, ExpressionText,
    testing::Values(Case{"a IN (1, 2)", "(a IN (1, 2))"}, Case{"a NOT IN (1)", "(NOT (a IN (1)))"},
                    Case{"a LIKE 'x%' ESCAPE '/'", "(a like 'x%' ESCAPE '/')"},
                    Case{"a NOT ILIKE 'x'", "(NOT (a ilike 'x'))"},
                    Case{"a REGEXP 'x'", "(a rlike 'x')"},
                    Case{"a LIKE ANY ('x', 'y')", "(a LIKE ANY ('x', 'y'))"},
                    Case{"a NOT LIKE ALL ('x', 'y')", "(a NOT LIKE ALL ('x', 'y'))"},
                    Case{"a IS NOT NULL", "(a IS NOT NULL)"},
                    Case{"a IS NOT TRUE", "(NOT (a <=> true))"},
                    Case{"a IS DISTINCT FROM b", "(NOT (a <=> b))"},
                    Case{"a IS NOT DISTINCT FROM b", "(a <=> b)"}));

INSTANTIATE_TEST_SUITE_P(
    Forms, ExpressionText,
    testing::Values(Case{"CASE WHEN a THEN 1 ELSE 2 END", "CASE WHEN a THEN 1 ELSE 2 END"},
                    Case{"CASE a WHEN 1 THEN 2 END", "CASE WHEN (a = 1) THEN 2 END"},
                    Case{"TRY_CAST(a AS decimal(10, 2))", "TRY_CAST(a AS DECIMAL(10,2))"},
                    Case{"CAST(a AS array<map<string, array<int>>>)",
                         "CAST(a AS ARRAY<MAP<STRING, ARRAY<INT>>>)"},
                    Case{"a.b.c", "a.b.c"}, Case{"f(x).y[0]", "(f(x)).y[0]"},
                    Case{"a[0].b", "(a[0]).b"}, Case{"t.*", "t.*"}, Case{"count(*)", "count(*)"},
                    Case{"count(DISTINCT a, b)", "count(DISTINCT a, b)"},
                    Case{"sum(a) FILTER (WHERE b > 1)", "sum(a) FILTER (WHERE (b > 1))"},
                    Case{"extract(year FROM d)", "extract('year', d)"},
                    Case{"position('a' IN b)", "locate('a', b)"},
                    Case{"substring(a FROM 2 FOR 3)", "substring(a, 2, 3)"},
                    Case{"substring(substring(a, 1), 2, 3)", "substring(substring(a, 1), 2, 3)"},
                    Case{"trim(BOTH 'x' FROM y)", "trim('x', y)"},
                    Case{"trim(LEADING FROM y)", "ltrim(y)"}, Case{"trim(y)", "trim(y)"},
                    Case{"overlay(a PLACING b FROM 2)", "overlay(a, b, 2)"},
                    Case{"(a, b)", "struct(a, b)"}, Case{"struct(a AS x, b)", "struct(a AS x, b)"},
                    Case{"dateadd(DAY, 1, d)", "timestampadd(DAY, 1, d)"},
                    Case{"date_add(d, 1)", "date_add(d, 1)"},
                    Case{"datediff(hour, a, b)", "timestampdiff(hour, a, b)"},
                    Case{"first(a IGNORE NULLS)", "first(a, true)"},
                    Case{"current_timestamp", "current_timestamp()"},
                    Case{"transform(a, x -> x + 1)", "transform(a, x -> (x + 1))"},
                    Case{"aggregate(a, 0, (x, y) -> x + y)", "aggregate(a, 0, (x, y) -> (x + y))"},
                    Case{"a AS `b c`", "a AS `b c`"}, Case{"left(a, 1) left", "left(a, 1) AS left"},
                    Case{"explode(m) AS (k, v)", "explode(m) AS (k, v)"},
                    Case{"if(a, b, c)", "if(a, b, c)"}));

INSTANTIATE_TEST_SUITE_P(
    Literals, ExpressionText,
    testing::Values(
        Case{"1L", "1L"}, Case{"1S", "1S"}, Case{"1Y", "1Y"}, Case{"2147483648", "2147483648L"},
        Case{"-2147483648", "-2147483648"}, Case{"9223372036854775808", "9223372036854775808BD"},
        Case{"1.50", "1.50BD"}, Case{"0.05", "0.05BD"}, Case{"1e3", "1000D"}, Case{"1.5F", "1.5F"},
        Case{"1e3BD", "1000BD"}, Case{"5.", "5BD"}, Case{"'it''s'", "'it\\'s'"},
        Case{"'a' \"b\"", "'ab'"}, Case{"r'\\n'", "'\\\\n'"}, Case{"X'1f'", "X'1F'"},
        Case{"X'1'", "X'01'"}, Case{"NULL", "NULL"}, Case{"true", "true"},
        Case{"DATE '2024-2-1'", "DATE '2024-02-01'"},
        Case{"TIMESTAMP '2024-01-01 01:02:03.5'", "TIMESTAMP_LTZ '2024-01-01 01:02:03.5Z'"},
        Case{"TIMESTAMP '2024-01-01 00:00:00+02:00'", "TIMESTAMP_LTZ '2023-12-31 22:00:00Z'"},
        Case{"TIMESTAMP_NTZ '2024-01-01 01:02:03'", "TIMESTAMP_NTZ '2024-01-01 01:02:03'"},
        Case{"INTERVAL 10 MINUTES", "INTERVAL '10' MINUTE"},
        Case{"INTERVAL -1.5 SECONDS", "INTERVAL '-01.5' SECOND"},
        Case{"INTERVAL 1 WEEK 2 DAYS", "INTERVAL '9' DAY"},
        Case{"INTERVAL '1 2:3:4' DAY TO SECOND", "INTERVAL '1 02:03:04' DAY TO SECOND"},
        Case{"INTERVAL -'1 2:30' DAY TO MINUTE", "INTERVAL '-1 02:30' DAY TO MINUTE"},
        Case{"INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '1-2' YEAR TO MONTH"},
        Case{"INTERVAL '1' YEAR '2' MONTH", "INTERVAL '1-2' YEAR TO MONTH"},
        Case{"INTERVAL '2 hours'", "INTERVAL '02' HOUR"}, Case{"interval + 1", "(interval + 1)"}));

TEST(ExpressionLiteral, DecimalHasTheFewestDigits) {
  EXPECT_EQ((*ParseExpression("1.50"))->type->ToString(), "decimal128(3, 2)");
  EXPECT_EQ((*ParseExpression("0.05"))->type->ToString(), "decimal128(2, 2)");
  EXPECT_EQ((*ParseExpression("00.5"))->type->ToString(), "decimal128(1, 1)");
}

TEST(ExpressionLiteral, TimestampIsInTheSessionZone) {
  const ParserOptions options{.session_time_zone = "America/New_York"};
  EXPECT_EQ(Text("TIMESTAMP '2024-07-01 00:00:00'", options),
            "TIMESTAMP_LTZ '2024-07-01 04:00:00Z'");
}

TEST(ExpressionLiteral, SpecialWordsNeedATime) {
  EXPECT_TRUE(IsCondition(ParseExpression("DATE 'today'").status(), "INVALID_TYPED_LITERAL"));
  ParserOptions options;
  options.now_micros = 86'400'000'000 + 5;
  EXPECT_EQ(Text("DATE 'today'", options), "DATE '1970-01-02'");
}

TEST(Expression, KeepsPositionAndText) {
  const auto expression = *ParseExpression("a +\n  f(b)");
  EXPECT_EQ(expression->text, "a +\n  f(b)");
  EXPECT_EQ(expression->children[1]->position.line, 2);
  EXPECT_EQ(expression->children[1]->position.column, 2);
  EXPECT_EQ(expression->children[1]->text, "f(b)");
}

TEST(Expression, SubqueriesAndWindowsAreKept) {
  EXPECT_EQ((*ParseExpression("(SELECT max(a) FROM t)"))->kind, ExpressionKind::kSubquery);
  EXPECT_EQ((*ParseExpression("a IN (SELECT 1)"))->name.back(), "in");
  EXPECT_EQ((*ParseExpression("EXISTS (SELECT 1)"))->name.back(), "exists");
  EXPECT_EQ((*ParseExpression("((SELECT 1) + 1)"))->kind, ExpressionKind::kFunction);
  EXPECT_EQ(
      (*ParseExpression(
           "sum(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"))
          ->kind,
      ExpressionKind::kWindow);
}

TEST(Expression, DeepNestingIsAnError) {
  const std::string deep = std::string(100000, '(') + "1" + std::string(100000, ')');
  EXPECT_TRUE(IsCondition(ParseExpression(deep).status(), "FAILED_TO_PARSE_TOO_COMPLEX"));
  std::string minus;
  for (int i = 0; i < 100000; ++i) minus += "- ";
  minus += "x";
  EXPECT_TRUE(IsCondition(ParseExpression(minus).status(), "FAILED_TO_PARSE_TOO_COMPLEX"));
  const std::string fine = std::string(900, '(') + "1" + std::string(900, ')');
  EXPECT_TRUE(ParseExpression(fine).ok());
}

TEST(Expression, LongChainsOfAndAreBalanced) {
  std::string chain = "a";
  for (int i = 0; i < 50000; ++i) chain += " AND a";
  EXPECT_TRUE(ParseExpression(chain).ok());
}

struct ErrorCase {
  const char* sql;
  const char* error;
};

class ExpressionError : public testing::TestWithParam<ErrorCase> {};

TEST_P(ExpressionError, Is) {
  const auto expression = ParseExpression(GetParam().sql);
  ASSERT_FALSE(expression.ok());
  const ErrorDetail* detail = GetErrorDetail(expression.status());
  ASSERT_NE(detail, nullptr) << expression.status().ToString();
  ASSERT_TRUE(detail->position().has_value());
  EXPECT_EQ(detail->condition() + " " + std::to_string(detail->position()->line) + ":" +
                std::to_string(detail->position()->column),
            GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    All, ExpressionError,
    testing::Values(
        ErrorCase{"1 +", "PARSE_SYNTAX_ERROR 1:3"}, ErrorCase{"a\n b c", "PARSE_SYNTAX_ERROR 2:3"},
        ErrorCase{"f(", "PARSE_SYNTAX_ERROR 1:2"}, ErrorCase{"a[1", "PARSE_SYNTAX_ERROR 1:3"},
        ErrorCase{"1 = = 2", "PARSE_SYNTAX_ERROR 1:4"}, ErrorCase{"'abc", "PARSE_SYNTAX_ERROR 1:0"},
        ErrorCase{"café", "INVALID_IDENTIFIER 1:0"},
        ErrorCase{"128Y", "INVALID_NUMERIC_LITERAL_RANGE 1:0"},
        ErrorCase{"1e400", "INVALID_NUMERIC_LITERAL_RANGE 1:0"},
        ErrorCase{"99999999999999999999999999999999999999999",
                  "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION 1:0"},
        ErrorCase{"DATE 'x'", "INVALID_TYPED_LITERAL 1:0"},
        ErrorCase{"X'1G'", "INVALID_TYPED_LITERAL 1:0"},
        ErrorCase{"foo 'x'", "UNSUPPORTED_TYPED_LITERAL 1:0"},
        ErrorCase{"CAST(a AS foo)", "UNSUPPORTED_DATATYPE 1:10"},
        ErrorCase{"a LIKE ANY ()", "INVALID_SQL_SYNTAX.EMPTY_QUANTIFIED_PATTERN 1:0"},
        ErrorCase{"a IN ()", "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE 1:0"},
        ErrorCase{"a LIKE 'b' ESCAPE 'xx'", "INVALID_ESC 1:18"},
        ErrorCase{"INTERVAL 1 month 2 days", "_LEGACY_ERROR_TEMP_0029 1:0"},
        ErrorCase{"INTERVAL 1.5 DAYS", "INVALID_INTERVAL_FORMAT.INVALID_FRACTION 1:0"},
        ErrorCase{"INTERVAL 1 NANOSECOND", "INVALID_INTERVAL_FORMAT.INVALID_UNIT 1:0"},
        ErrorCase{"INTERVAL 'a-b' YEAR TO MONTH",
                  "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING 1:0"},
        ErrorCase{"INTERVAL '1' SECOND TO DAY",
                  "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION 1:0"},
        ErrorCase{"dateadd('DAY', 1, d)", "INVALID_PARAMETER_VALUE.DATETIME_UNIT 1:0"},
        ErrorCase{"a COLLATE b", "UNSUPPORTED_FEATURE 1:2"},
        ErrorCase{"", "PARSE_EMPTY_STATEMENT 1:0"}));

}  // namespace
}  // namespace thalweg::sql
