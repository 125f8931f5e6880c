#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    // names
    {"TABLE_OR_VIEW_NOT_FOUND", "42P01",
     "The table or view <relationName> cannot be found. Check its spelling and that it was created "
     "in this session."},
    {"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07",
     "Cannot create <relationName>: a table or view of that name exists already. Choose another "
     "name, drop the existing one, or say IF NOT EXISTS."},
    {"TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07",
     "Cannot create the temporary view <relationName>: it exists already. Choose another name, "
     "drop "
     "the existing one, or say OR REPLACE."},
    {"UNSUPPORTED_GROUPING_EXPRESSION", "42K0E",
     "grouping() and grouping_id() need a GROUP BY with ROLLUP, CUBE or GROUPING SETS."},
    {"GROUPING_COLUMN_MISMATCH", "42803",
     "grouping(<grouping>) is about no grouping column; these are <groupingColumns>."},
    {"GROUPING_ID_COLUMN_MISMATCH", "42803",
     "grouping_id(<groupingIdColumn>) must name all grouping columns (<groupByColumns>) in order, "
     "or none."},
    {"GROUPING_SIZE_LIMIT_EXCEEDED", "54000",
     "There are more than <maxSize> grouping expressions."},
    {"COLUMN_ALREADY_EXISTS", "42711",
     "There are two columns named <columnName>. Names must differ in more than the case of their "
     "letters."},
    {"INVALID_TEMP_OBJ_QUALIFIER", "42602",
     "The temporary <objectType> <objectName> cannot be put into <qualifier>: only SESSION and "
     "SYSTEM.SESSION hold temporary objects."},
    {"EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809",
     "<operation> needs a table, but <viewName> is a view."},
    {"REQUIRED_PARAMETER_NOT_FOUND", "4274K",
     "The call of <routineName> gives no value for its parameter <parameterName>. Pass one at "
     "position <index> or by name."},
    {"_LEGACY_ERROR_TEMP_1210", "", "The second argument of <funcName> must be true or false."},
    // observed metrics
    {"CANNOT_BE_EMPTY", "", "At least one <item> must be given."},
    {"DUPLICATED_METRICS_NAME", "42710",
     "There are two observed metrics named <metricName> with different results. Give each a name "
     "of its own."},
    {"INVALID_OBSERVED_METRICS.MISSING_NAME", "42K0E", "Observed metrics need a name: <operator>."},
    {"INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE", "42K0E",
     "The observed metric <expr> reads a column outside of an aggregate function."},
    {"INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_NON_DETERMINISTIC", "42K0E",
     "The observed metric <expr> is not deterministic outside of an aggregate function."},
    {"INVALID_OBSERVED_METRICS.NESTED_AGGREGATES_UNSUPPORTED", "42K0E",
     "The observed metric <expr> has an aggregate function inside another."},
    {"INVALID_OBSERVED_METRICS.AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED", "42K0E",
     "The observed metric <expr> uses DISTINCT, which observed metrics cannot."},
    {"INVALID_OBSERVED_METRICS.AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED", "42K0E",
     "The observed metric <expr> uses FILTER, which observed metrics cannot."},
    {"INVALID_OBSERVED_METRICS.WINDOW_EXPRESSIONS_UNSUPPORTED", "42K0E",
     "The observed metric <expr> uses OVER, which observed metrics cannot."},
    // views
    {"RECURSIVE_VIEW", "42K0H", "The view <viewIdent> is defined in terms of itself (<newPath>)."},
    {"AMBIGUOUS_REFERENCE", "42704",
     "The name <name> is ambiguous; it could be any of <referenceNames>."},
    {"AMBIGUOUS_LATERAL_COLUMN_ALIAS", "42702",
     "The alias <name> is ambiguous: <n> earlier items of the select list have it."},
    {"AMBIGUOUS_REFERENCE_TO_FIELDS", "42000",
     "The field <field> is ambiguous: the struct has <count> of that name."},
    {"UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
     "There is no column, variable or parameter <objectName>. Did you mean one of these? "
     "[<proposal>]."},
    {"UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703",
     "There is no column, variable or parameter <objectName>."},
    {"UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", "42703",
     "There is no column <colName> among (<fieldNames>)."},
    {"UNRESOLVED_USING_COLUMN_FOR_JOIN", "42703",
     "The USING column <colName> is not on the <side> side of the join, which has: "
     "[<suggestion>]."},
    {"UNRESOLVED_ROUTINE", "42883",
     "There is no function <routineName> on the search path <searchPath>."},
    {"ROUTINE_NOT_FOUND", "42883", "There is no function <routineName>."},
    {"UNRESOLVABLE_TABLE_VALUED_FUNCTION", "42883",
     "There is no table function <name> for these arguments."},
    {"REQUIRES_SINGLE_PART_NAMESPACE", "42K05",
     "<sessionCatalog> has schemas of one part only, but got <identifier>."},
    {"NOT_A_SCALAR_FUNCTION", "42887",
     "<functionName> is a table function: it belongs into FROM, not into an expression."},
    {"NOT_A_TABLE_FUNCTION", "42887",
     "<functionName> is a scalar function: it cannot stand in FROM."},
    {"WRONG_NUM_ARGS.WITH_SUGGESTION", "42605",
     "<functionName> takes <expectedNum> arguments, but got <actualNum>."},
    {"FIELD_NOT_FOUND", "42704", "The struct has no field <fieldName>; it has <fields>."},
    {"INVALID_EXTRACT_BASE_FIELD_TYPE", "42000",
     "Nothing can be taken out of <base>: that needs a STRUCT, ARRAY or MAP, but it is <other>."},
    {"INVALID_EXTRACT_FIELD_TYPE", "42000",
     "A field of a struct is named by a constant string, not by <extraction>."},
    {"CANNOT_RESOLVE_STAR_EXPAND", "42704",
     "Cannot expand <targetString>.*: no table, alias or struct has that name. The columns are "
     "<columns>."},
    {"_LEGACY_ERROR_TEMP_1050", "",
     "Only a struct can be expanded by a star, which <attributes> is not."},
    {"INVALID_USAGE_OF_STAR_OR_REGEX", "42000", "<elem> cannot be used in <prettyName>."},
    // aggregation
    {"MISSING_AGGREGATION", "42803",
     "<expression> is neither grouped by nor inside an aggregate function. Add it to GROUP BY, "
     "aggregate it, or use <expressionAnyValue> if any value of the group will do."},
    {"MISSING_GROUP_BY", "42803",
     "The query mixes columns and aggregates but has no GROUP BY. Add one, or use OVER."},
    {"GROUP_BY_AGGREGATE", "42903",
     "GROUP BY must not hold an aggregate function, but found <sqlExpr>."},
    {"GROUP_BY_POS_AGGREGATE", "42903",
     "GROUP BY <index> stands for <aggExpr>, which holds an aggregate function."},
    {"GROUP_BY_POS_OUT_OF_RANGE", "42805",
     "GROUP BY <index> is outside of the select list, which has <size> columns."},
    {"ORDER_BY_POS_OUT_OF_RANGE", "42805",
     "ORDER BY <index> is outside of the select list, which has <size> columns."},
    {"GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE", "42822",
     "Cannot group by <sqlExpr>: values of type <dataType> have no order."},
    {"NESTED_AGGREGATE_FUNCTION", "42607",
     "An aggregate function stands inside another one. Compute the inner one in a subquery."},
    {"UNRESOLVED_ALL_IN_GROUP_BY", "42803",
     "What GROUP BY ALL means cannot be told from this select list. Name the columns."},
    {"INVALID_WHERE_CONDITION", "42903",
     "The WHERE condition <condition> holds what is not allowed there: <expressionList>. Move "
     "aggregates to HAVING, and window functions and generators to a subquery."},
    {"INVALID_AGGREGATE_FILTER.NOT_BOOLEAN", "42903",
     "The FILTER of an aggregate function must be a boolean, but <filterExpr> is not."},
    {"UNSUPPORTED_EXPR_FOR_OPERATOR", "42K0E",
     "<operator> cannot hold [<invalidExprSqls>]: window functions, aggregate functions and "
     "generators are not allowed there."},
    // types and shapes
    {"DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "42K09",
     "Cannot resolve <sqlExpr>: the condition <filter> is of type <type>, not a boolean."},
    {"DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION", "42K09",
     "Cannot resolve <sqlExpr>: <leftExprName> (<leftExprValue>) must be <constraint> "
     "<rightExprName> (<rightExprValue>)."},
    {"DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "42K09",
     "Cannot resolve <sqlExpr>: <exprName> must be in <valueRange>, but is <currentValue>."},
    {"DATATYPE_MISMATCH.UNEXPECTED_NULL", "42K09",
     "Cannot resolve <sqlExpr>: <exprName> must not be NULL."},
    {"JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE", "42K0E",
     "The join condition <joinCondition> is of type <conditionType>, not a boolean."},
    {"NUM_COLUMNS_MISMATCH", "42826",
     "<operator> needs inputs with the same number of columns, but the first has "
     "<firstNumColumns> and the <invalidOrdinalNum> has <invalidNumColumns>."},
    {"INCOMPATIBLE_COLUMN_TYPE", "42825",
     "<operator> needs columns of compatible types, but the <columnOrdinalNumber> column of the "
     "<tableOrdinalNumber> input is <dataType1> and that of the first is <dataType2>.<hint>"},
    {"ASSIGNMENT_ARITY_MISMATCH", "42802", "There are <numExpr> names for <numTarget> columns."},
    {"INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE", "42000",
     "VALUES cannot hold <expr>, which is not a constant."},
    {"INVALID_INLINE_TABLE.FAILED_SQL_EXPRESSION_EVALUATION", "42000",
     "VALUES holds <sqlExpr>, which cannot be evaluated."},
    {"INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", "42000",
     "The rows of VALUES have no common type for the column <colName>."},
    {"INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE", "42K0E",
     "The <name> <expr> must be of type INT, but is <dataType>."},
    {"INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", "42K0E",
     "The <name> <expr> must not be negative, but is <v>."},
    {"INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL", "42K0E", "The <name> <expr> must not be NULL."},
    {"INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", "42K0E",
     "The <name> <expr> must be a constant."},
    {"UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", "0A000",
     "Distinct rows cannot be told apart by the column <colName> of type <dataType>: maps have no "
     "equality there."},
    {"UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC", "0A000",
     "The alias <lca> of the same select list cannot be used inside the aggregate function "
     "<aggFunc>."},
    // generators
    {"UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", "42K0E",
     "A generator must stand by itself in the select list, not inside <expression>."},
    {"UNSUPPORTED_GENERATOR.NOT_GENERATOR", "42K0E",
     "<functionName> should be a generator, but it is not one (<classCanonicalName>)."},
    {"UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", "42K0E",
     "A generator is allowed in the select list only, but found <plan>."},
    {"UDTF_ALIAS_NUMBER_MISMATCH", "42802",
     "The generator gives <aliasesSize> columns, but the names are (<aliasesNames>)."},
    {"MULTI_ALIAS_WITHOUT_GENERATOR", "42K0E",
     "<expr> is one column and cannot have the names (<names>)."},
    // time windows and watermarks
    {"_LEGACY_ERROR_TEMP_1008", "",
     "<quoted> is not a streaming view or table; read it without STREAM."},
    {"_LEGACY_ERROR_TEMP_1039", "",
     "One SELECT may hold only one time window or session window: several would multiply the "
     "rows."},
    {"_LEGACY_ERROR_TEMP_1040", "",
     "The gap of a session window must be an interval, but is <dt>."},
    {"_LEGACY_ERROR_TEMP_1104", "",
     "The second argument of approx_count_distinct must be a literal of type double or decimal."},
    {"FAILED_FUNCTION_CALL", "38000",
     "The function <funcName> cannot be called with these arguments: <reason>"},
    {"_LEGACY_ERROR_TEMP_1207", "",
     "The durations and the start of window() must be literals: text or a whole number of "
     "microseconds."},
    {"_LEGACY_ERROR_TEMP_3231", "",
     "A window cannot be measured in months or years (<interval>): they differ in length."},
    {"_LEGACY_ERROR_TEMP_3101", "",
     "window_time() takes a column that window() or session_window() made, not <windowTime>."},
    {"EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", "42K09",
     "The event time <eventName> must be of type \"TIMESTAMP\", but is <eventType>."},
    {"REQUIRES_EXPLICIT_NAME_IN_WATERMARK_CLAUSE", "42000",
     "The WATERMARK clause needs a name (AS) for the expression <sqlExpr>."},
    {"NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", "42KDE",
     "OVER is not supported on streams: <windowFunc> as column <columnName> (<windowSpec>). Group "
     "by window() instead."},
};

}  // namespace

std::span<const ErrorCondition> AnalysisErrorConditions() { return kConditions; }

}  // namespace thalweg
