#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01",
     "The view <viewName> names more columns (<viewColumns>) than its query gives "
     "(<dataColumns>)."},
    {"CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01",
     "The view <viewName> names fewer columns (<viewColumns>) than its query gives "
     "(<dataColumns>)."},
    {"INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", "KD000",
     "Column <colName> of the table <tableName> is of type <targetType>, which values of type "
     "<srcType> are not stored as. Cast them in the query."},
    {"INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01",
     "The table <tableName> has more columns (<tableColumns>) than the query gives "
     "(<dataColumns>)."},
    {"INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01",
     "The table <tableName> has fewer columns (<tableColumns>) than the query gives "
     "(<dataColumns>)."},
    {"INVALID_STREAMING_TABLE_QUERY", "42000",
     "The query of the streaming table <name> reads no stream. Write FROM STREAM before the name "
     "of what is to be read as one, or use CREATE TABLE."},
    // INSERT
    {"PARTITIONS_NOT_FOUND", "428FT",
     "The table <tableName> is not partitioned by <partitionList>. PARTITION names columns of "
     "PARTITIONED BY only."},
    {"_LEGACY_ERROR_TEMP_1147", "",
     "PARTITION gives the columns with a value first, those that the rows have behind them: "
     "<partitionColumns>."},
    {"_LEGACY_ERROR_TEMP_1169", "",
     "The table <tableName> is partitioned by <partitionColumnNames>, PARTITION names <partSpec>. "
     "Name all of them."},
    {"_LEGACY_ERROR_TEMP_1267", "",
     "TRUNCATE TABLE with PARTITION is for partitioned tables, <tableIdentWithDB> is none."},
    {"INVALID_BUCKET_COUNT", "22003",
     "A table has between 1 and <bucketingMaxBuckets> buckets, not <numBuckets>."},
    {"SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED", "42908",
     "CLUSTER BY and CLUSTERED BY INTO BUCKETS (bucketBy) exclude each other."},
    {"SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED", "42908",
     "CLUSTER BY and PARTITIONED BY (partitionBy) exclude each other."},
    {"SPECIFY_BUCKETING_IS_NOT_ALLOWED", "42601",
     "CLUSTERED BY and CLUSTER BY need the columns of the table: say them, or make it of a query."},
    {"SORT_BY_WITHOUT_BUCKETING", "42601", "sortBy() is for writes with bucketBy() only."},
    {"LOCATION_ALREADY_EXISTS", "42710",
     "The table <identifier> cannot be made of a query: there are files at <location> already. Move "
     "or remove them, or name the table otherwise."},
    {"_LEGACY_ERROR_TEMP_1164", "",
     "The table <tableName> lies in files otherwise than the write says: <existingBucketString>, "
     "not <specifiedBucketString>."},
    {"_LEGACY_ERROR_TEMP_1166", "",
     "The column <bucketCol> cannot be one of the buckets: the table is partitioned by "
     "<normalizedPartCols>."},
    {"_LEGACY_ERROR_TEMP_1167", "",
     "The column <sortCol> cannot sort the buckets: the table is partitioned by "
     "<normalizedPartCols>."},
    {"_LEGACY_ERROR_TEMP_1241", "",
     "A table cannot be made of a query at <tablePath>: there are files. The setting <config> = "
     "true replaces them."},
    {"_LEGACY_ERROR_TEMP_1312", "",
     "<operation>() takes no bucketBy(): buckets are of tables, which saveAsTable() makes."},
    {"_LEGACY_ERROR_TEMP_3060", "", "There is no column <i> in <schema>"},
    {"_LEGACY_ERROR_TEMP_3072", "", "<msg>"},
    {"_LEGACY_ERROR_TEMP_0035", "", "This is not supported: <message>."},
    {"INVALID_STATEMENT_OR_CLAUSE", "42601", "The statement or clause <operation> is not valid."},
    {"UNSUPPORTED_OVERWRITE.TABLE", "42902",
     "The table <table> cannot be overwritten by a query that reads it."},
    {"INSERT_PARTITION_COLUMN_ARITY_MISMATCH", "21S01",
     "The table <tableName> with the columns <tableColumns> has the values <staticPartCols> by "
     "PARTITION; the query gives <dataColumns>, which are not as many as are left."},
    {"INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", "KD000",
     "The table <tableName> has no columns <extraColumns> to insert into."},
    {"INCOMPATIBLE_DATA_FOR_TABLE.AMBIGUOUS_COLUMN_NAME", "KD000",
     "The query gives the column <colName> of the table <tableName> more than once."},
    {"DEFAULT_PLACEMENT_INVALID", "42608",
     "DEFAULT stands alone as a value of VALUES or of a SELECT that is inserted, never inside of "
     "an "
     "expression."},
    {"INVALID_DEFAULT_VALUE.DATA_TYPE", "42623",
     "The default <defaultValue> of the column <colName> is of type <actualType>, which is not "
     "stored as <expectedType>."},
    {"INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION", "42623",
     "The default <defaultValue> of the column <colName> holds a subquery."},
    {"INVALID_DEFAULT_VALUE.NOT_CONSTANT", "42623",
     "The default <defaultValue> of the column <colName> is not a constant."},
    {"INVALID_DEFAULT_VALUE.UNRESOLVED_EXPRESSION", "42623",
     "The default <defaultValue> of the column <colName> cannot be understood."},
    {"INVALID_SAVE_MODE", "42000",
     "The save mode <mode> is none of append, overwrite, ignore, error, errorifexists and "
     "default."},
    {"SQL_CONF_NOT_FOUND", "42K0I", "There is no setting <sqlConf> and no default for it."},
    {"STREAM_NOT_FOUND", "42704",
     "No active streaming query is called <name>. SHOW STREAMS lists them."},
    {"STREAMING_OUTPUT_MODE.INVALID", "42KDE",
     "The output mode <outputMode> is none of append, update and complete."},
    {"TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", "428EK",
     "A temporary view has a name of one part, <actualName> has more."},
    {"UNSUPPORTED_ARROWTYPE", "0A000", "The Arrow type <typeName> has no SQL type."},
    {"UNSUPPORTED_JOIN_TYPE", "0A000",
     "The join type '<typ>' is not known. Known are <supported>."},
    {"COLUMN_NOT_DEFINED_IN_TABLE", "42703",
     "The <colType> column <colName> is none of the columns of <tableName>: <tableCols>."},
    // views
    {"INVALID_TEMP_OBJ_REFERENCE", "42K0F",
     "The <obj> <objName> outlives this session, and so cannot use the temporary <tempObj> "
     "<tempObjName>. Make a temporary <obj> instead."},
    {"INCOMPATIBLE_VIEW_SCHEMA_CHANGE", "51024",
     "The query of the view <viewName> should give <expectedNum> columns <colName> but gives "
     "<actualCols>. Make the view anew: <suggestion>."},
    {"CANNOT_UP_CAST_DATATYPE", "42846",
     "<expression> of type <sourceType> does not fit into <targetType> without losing anything. "
     "<details>"},
    {"EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "42809",
     "<operation> needs a view, but <tableName> is a table."},
    {"EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE", "42809",
     "<operation> needs a view, but <tableName> is a table: use ALTER TABLE."},
    {"EXPECT_TABLE_NOT_VIEW.USE_ALTER_VIEW", "42809",
     "<operation> needs a table, but <viewName> is a view: use ALTER VIEW."},
    {"EXPECT_PERMANENT_VIEW_NOT_TEMP", "42809",
     "<operation> needs a view of the catalog, but <viewName> is a temporary one."},
    {"WRONG_COMMAND_FOR_OBJECT_TYPE", "42809",
     "<operation> needs a <requiredType>, but <objectName> is a <foundType>. Use <alternative>."},
    {"RENAME_TABLE_SOURCE_DESTINATION_DATABASE_MISMATCH", "3F000",
     "A table or view keeps its database when it is renamed: <sourceNamespace> is not "
     "<destinationNamespace>."},
    {"WRITE_STREAM_NOT_ALLOWED", "42601", "Only a streaming DataFrame can be written as a stream."},
    // functions in SQL
    {"ROUTINE_ALREADY_EXISTS", "42723",
     "The <newRoutineType> <routineName> cannot be made: a <existingRoutineType> of that name "
     "exists "
     "already. Choose another name, drop the existing one, or say OR REPLACE or IF NOT EXISTS."},
    {"CYCLIC_FUNCTION_REFERENCE", "42887", "A function would call itself: <path>."},
    {"CANNOT_LOAD_FUNCTION_CLASS", "46103",
     "The class <className> of the function <functionName> cannot be loaded: this engine runs no "
     "JVM. Write the function in SQL (RETURN ...) or register one in Python."},
    {"EXPECT_PERSISTENT_FUNCTION_NOT_TEMP", "42809",
     "<operation> is for functions of the catalog, but <functionName> is a temporary "
     "one.<alternative>"},
    {"FORBIDDEN_OPERATION", "42809",
     "<statement> cannot be done to the <objectType> <objectName>: it is the engine's own."},
    {"DUPLICATE_ROUTINE_PARAMETER_NAMES", "42734",
     "The function <routineName> has more than one parameter named <names>."},
    {"DUPLICATE_ROUTINE_RETURNS_COLUMNS", "42711",
     "The function <routineName> returns more than one column named <columns>."},
    {"INVALID_SQL_FUNCTION_DATA_ACCESS", "42K0E",
     "A function that says CONTAINS SQL must not read tables or views, nor call functions that do. "
     "Say READS SQL DATA."},
    {"UNSUPPORTED_SQL_UDF_USAGE", "0A000",
     "The function in SQL <functionName> cannot be called here (<nodeName>). Compute it in the "
     "select "
     "list of a subquery."},
    {"UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_SQL_UDF", "0A000",
     "A parameter of a lambda function cannot be an argument of the function in SQL <funcName>."},
    {"USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS", "42601",
     "The body of a function in SQL cannot call aggregate or window functions outside of a "
     "subquery: <queryText>."},
    {"USER_DEFINED_FUNCTIONS.CANNOT_REPLACE_NON_SQL_UDF_WITH_SQL_UDF", "42601",
     "The function <name> is none in SQL and cannot be replaced by one. Drop it first."},
    {"USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION", "42601",
     "The default of the parameter <parameterName> of <functionName> must not have a subquery."},
    {"USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION", "42601",
     "In <functionName> the parameter <nextParameterName> without a default follows "
     "<parameterName>, which has one. Parameters with defaults come last."},
    {"USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", "42601",
     "Parameters and result columns of functions cannot be NOT NULL: <input>."},
    {"USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH", "42601",
     "The query of <name> has <outputSize> columns, but the function returns <returnParamSize>."},
    {"USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY", "42601",
     "The table function <name> needs a query after RETURN."},
    {"USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_MISSING_COLUMN_NAMES", "42601",
     "The table function <functionName> has columns without names. Give them names by AS, or say "
     "RETURNS TABLE (name type, ...)."},

    // variables and EXECUTE IMMEDIATE
    {"VARIABLE_ALREADY_EXISTS", "42723",
     "The variable <variableName> exists already. Choose another name, drop it, or say OR "
     "REPLACE."},
    {"VARIABLE_NOT_FOUND", "42883", "There is no variable <variableName>."},
    {"UNRESOLVED_VARIABLE", "42883",
     "There is no variable <variableName>; variables are looked for in <searchPath>."},
    {"DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", "42734",
     "The variable <variableName> is declared more than once in one DECLARE."},
    {"DUPLICATE_ASSIGNMENTS", "42701", "More than one value is assigned to <nameList>."},
    {"ROW_SUBQUERY_TOO_MANY_ROWS", "21000",
     "The query whose row is assigned to variables gives more than one row."},
    {"INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE", "42K09",
     "The statement of EXECUTE IMMEDIATE must be a text, not of type <exprType>."},
    {"NULL_QUERY_STRING_EXECUTE_IMMEDIATE", "22004",
     "The statement of EXECUTE IMMEDIATE is NULL: <varName>."},
    {"INVALID_STATEMENT_FOR_EXECUTE_INTO", "07501",
     "INTO of EXECUTE IMMEDIATE takes the row of a query, but <sqlString> is none."},
    {"EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES", "42701",
     "USING gives more than one argument the name <aliases>."},
    {"ALL_PARAMETERS_MUST_BE_NAMED", "07001",
     "A statement with :name markers needs a name for each argument. These have none: <exprs>."},
    {"INVALID_QUERY_MIXED_QUERY_PARAMETERS", "42613",
     "A statement has either ? or :name markers, not both."},
    {"UNSUPPORTED_EXPR_FOR_PARAMETER", "42K0E",
     "An argument of a statement must not have a subquery: <invalidExprSql>."},
    {"NOT_SUPPORTED_COMMAND_WITHOUT_HIVE_SUPPORT", "0A000", "<cmd> needs Hive."},
    {"_LEGACY_ERROR_TEMP_0049", "",
     "INSERT OVERWRITE DIRECTORY needs one path: after DIRECTORY or as the option path."},
    {"_LEGACY_ERROR_TEMP_1151", "",
     "The table <table> has another value of the option <key> than the statement."},
    {"_LEGACY_ERROR_TEMP_2233", "", "The format <providingClass> writes no files."},
    {"IDENTIFIER_TOO_MANY_NAME_PARTS", "42601",
     "The name <identifier> has more than <limit> parts."},
};

}  // namespace

std::span<const ErrorCondition> CommandErrorConditions() { return kConditions; }

}  // namespace thalweg
