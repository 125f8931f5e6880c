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
    {"WRITE_STREAM_NOT_ALLOWED", "42601", "Only a streaming DataFrame can be written as a stream."},
};

}  // namespace

std::span<const ErrorCondition> CommandErrorConditions() { return kConditions; }

}  // namespace thalweg
