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
};

}  // namespace

std::span<const ErrorCondition> CommandErrorConditions() { return kConditions; }

}  // namespace thalweg
