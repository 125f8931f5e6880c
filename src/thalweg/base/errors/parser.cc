#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"PARSE_SYNTAX_ERROR", "42601", "Syntax error at or near <error><hint>."},
    {"PARSE_EMPTY_STATEMENT", "42617", "The statement is empty: there is no SQL in it."},
    {"UNCLOSED_BRACKETED_COMMENT", "42601",
     "A comment that starts with /* is not closed. Append */ where it ends."},
    {"INVALID_IDENTIFIER", "42602",
     "The unquoted identifier <ident> is invalid, write it as `<ident>`. Without backticks an "
     "identifier holds ASCII letters, digits and underscores only."},
    {"FAILED_TO_PARSE_TOO_COMPLEX", "54001",
     "The statement is nested too deeply to be parsed. Split it into smaller ones, or rewrite long "
     "chains of operators."},
    {"INVALID_TYPED_LITERAL", "42604",
     "The value <value> is no valid literal of type <valueType>."},
    {"UNSUPPORTED_TYPED_LITERAL", "0A000",
     "Literals of type <unsupportedType> are not supported. Supported are <supportedTypes>."},
    {"INVALID_NUMERIC_LITERAL_RANGE", "22003",
     "The literal <rawStrippedQualifier> is outside of the range of <typeName>, which goes from "
     "<minValue> to <maxValue>."},
    {"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
     "Decimal precision <precision> is larger than the greatest possible one, <maxPrecision>."},
    {"INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", "42000",
     "Invalid inline table: <expectedNumCols> columns are expected, but row <rowIndex> has "
     "<actualNumCols>."},
    {"INVALID_ESC", "42604",
     "The escape <invalidEscape> is invalid: it must be a string of exactly one character."},
    {"INVALID_SQL_SYNTAX.EMPTY_REFRESH_RESOURCE_PATH", "42000",
     "REFRESH expects a path, or TABLE and a name."},
    {"INVALID_SQL_SYNTAX.EMPTY_QUANTIFIED_PATTERN", "42000",
     "Invalid SQL syntax: the list of patterns between '(' and ')' is empty."},
    {"INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", "42000",
     "Invalid SQL syntax: IN needs at least one value in its list."},
    {"INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "42000",
     "Invalid SQL syntax: the function <prettyName> does not take <syntax>."},
    {"INVALID_SQL_SYNTAX.INVALID_WINDOW_FRAME_BOUND", "42000",
     "The bound of a window's frame must be a constant."},
    {"INVALID_SQL_SYNTAX.LATERAL_WITHOUT_SUBQUERY_OR_TABLE_VALUED_FUNC", "42000",
     "LATERAL stands before a subquery or a call of a table function only."},
    {"INVALID_LATERAL_JOIN_TYPE", "42613",
     "A <joinType> JOIN cannot be LATERAL: one side would need columns of the other that is not "
     "there yet."},
    {"INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_IDENTIFIER_ARGUMENT_MISSING_PARENTHESES", "42000",
     "The TABLE argument <argumentName> needs parentheses: TABLE(<argumentName>)."},
    {"INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_TABLE_ARGUMENT_PARTITIONING", "42000",
     "Several expressions of <clause> in a TABLE argument need parentheses around them."},
    {"INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", "42000",
     "Invalid SQL syntax: the window <windowName> is defined more than once."},
    {"INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023",
     "The value of parameter <parameter> of <functionName> is invalid: it must be one of YEAR, "
     "QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND without "
     "quotes, but is the string <invalidValue>."},
    {"INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", "22006",
     "The interval '<input>' cannot be parsed: the value is out of range."},
    {"INVALID_INTERVAL_FORMAT.INPUT_IS_EMPTY", "22006",
     "The interval '<input>' cannot be parsed: it is empty."},
    {"INVALID_INTERVAL_FORMAT.INVALID_VALUE", "22006",
     "The interval '<input>' cannot be parsed: the value '<value>' is invalid."},
    {"INVALID_INTERVAL_FORMAT.INVALID_UNIT", "22006",
     "The interval '<input>' cannot be parsed: the unit '<unit>' is invalid."},
    {"INVALID_INTERVAL_FORMAT.INVALID_FRACTION", "22006",
     "The interval '<input>' cannot be parsed: only seconds may have a fraction, '<unit>' may "
     "not."},
    {"INVALID_INTERVAL_FORMAT.MISSING_NUMBER", "22006",
     "The interval '<input>' cannot be parsed: a number is expected after '<word>'."},
    {"INVALID_INTERVAL_FORMAT.MISSING_UNIT", "22006",
     "The interval '<input>' cannot be parsed: a unit is expected after '<word>'."},
    {"INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING", "22006",
     "The interval '<input>' cannot be parsed: it does not have the form <supportedFormat> of "
     "<typeName>."},
    {"INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", "22006",
     "The interval '<input>' cannot be parsed: a field of the <interval> interval is out of "
     "range."},
    {"INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", "22006",
     "The interval '<input>' is no time zone offset: it must lie within 18 hours of UTC and be of "
     "whole seconds."},
    {"_LEGACY_ERROR_TEMP_0014", "", "TABLESAMPLE says nothing of how many rows it takes."},
    {"_LEGACY_ERROR_TEMP_0015", "", "TABLESAMPLE(<msg>) is not supported."},
    {"_LEGACY_ERROR_TEMP_0026", "",
     "The value of an interval with units is a number, but got: <value>."},
    {"_LEGACY_ERROR_TEMP_0063", "", "<msg>"},
    {"INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", "22006",
     "The interval '<input>' cannot be parsed: intervals from <from> to <to> are not supported."},
    {"_LEGACY_ERROR_TEMP_0029", "",
     "Year-month and day-time fields cannot be mixed in one interval: <literal>."},
    {"CANNOT_USE_MULTI_ALIASES_IN_WATERMARK_CLAUSE", "42000",
     "The expression of a WATERMARK clause takes one alias, not several."},
    {"DUPLICATE_CLAUSES", "42614", "The clause <clauseName> is given more than once."},
    {"DUPLICATE_KEY", "23505", "The key <keyColumn> is given more than once."},
    {"DUPLICATED_CTE_NAMES", "42602",
     "The common table expression names <duplicateNames> are used more than once."},
    {"CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE", "42601",
     "CREATE VIEW takes either OR REPLACE or IF NOT EXISTS, not both."},
    {"_LEGACY_ERROR_TEMP_0037", "",
     "CACHE TABLE with a query makes a temporary view, whose name has no prefix <quoted>."},
    {"_LEGACY_ERROR_TEMP_0053", "",
     "CREATE TEMPORARY VIEW does not take IF NOT EXISTS. Use CREATE OR REPLACE."},
    {"INVALID_SET_SYNTAX", "42000",
     "SET expects `SET`, `SET key`, `SET key=value` or `SET -v`. Keys and values with other "
     "characters are written in backticks."},
    {"INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE", "42000",
     "CREATE FUNCTION takes either OR REPLACE or IF NOT EXISTS, not both."},
    {"INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS", "42000",
     "CREATE TEMPORARY FUNCTION does not take IF NOT EXISTS. Use CREATE OR REPLACE."},
    {"INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_SCOPE", "42000",
     "SHOW FUNCTIONS knows the scopes USER, SYSTEM and ALL, not <scope>."},
    {"INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", "42000",
     "A declared variable needs a type or a default value."},
    {"INVALID_PROPERTY_KEY", "42602",
     "<invalidKey> is no valid property key. Write it in backticks: SET `key`=value."},
};

}  // namespace

std::span<const ErrorCondition> ParserErrorConditions() { return kConditions; }

}  // namespace thalweg
