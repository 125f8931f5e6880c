#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"ALL_PARTITION_COLUMNS_NOT_ALLOWED", "KD005",
     "At least one column must be left that is not a partition column."},
    {"CONFLICTING_DIRECTORY_STRUCTURES", "KD009",
     "Partition directories start at different places: <discoveredBasePaths>. Name their root in "
     "the option \"basePath\", or read the roots one by one and unite them."},
    {"CONFLICTING_PARTITION_COLUMN_NAMES", "KD009",
     "Directories have different partition columns: <distinctPartColLists>. Data files may lie in "
     "leaf directories only, and directories of one level must name the same column. Look at: "
     "<suspiciousPaths>"},
    {"DATA_SOURCE_BATCH_WRITE_NOT_SUPPORTED", "0A000",
     "<description>: it cannot be written by a batch query."},
    {"DATA_SOURCE_NOT_FOUND", "42K02", "No data source named <provider> is known."},
    {"EMPTY_PARTITION_COLUMN_NAME", "KD009",
     "The directory '<columnSpec>' has no column name before '='."},
    {"EMPTY_PARTITION_COLUMN_VALUE", "KD009",
     "The directory '<columnSpec>' has no value after '='."},
    {"FAILED_READ_FILE.FILE_NOT_EXIST", "KD001",
     "Cannot read the file <path>: it is not there. It may have been removed or replaced since the "
     "query listed its input."},
    {"FAILED_READ_FILE.NO_HINT", "KD001", "Cannot read the file <path>: <reason>"},
    {"FOREACH_BATCH_USER_FUNCTION_ERROR", "39000",
     "The function given to foreachBatch failed: <reason>"},
    {"FOREACH_USER_FUNCTION_ERROR", "39000", "The function given to foreach failed: <reason>"},
    {"INCORRECT_END_OFFSET", "22003",
     "At <rowsPerSecond> rows per second the stream ends at second <maxSeconds>, but second "
     "<endSeconds> is asked for."},
    {"INCORRECT_RAMP_UP_RATE", "22003",
     "At <rowsPerSecond> rows per second the stream ends at second <maxSeconds>, but "
     "'rampUpTimeSeconds' is <rampUpTimeSeconds>."},
    {"INVALID_PARTITION_COLUMN_DATA_TYPE", "0A000",
     "A column of the type <type> cannot partition files: its values name no directories."},
    {"INVALID_PARTITION_VALUE", "42846",
     "The value <value> of partition column <columnName> is not of its type <dataType>."},
    {"PATH_ALREADY_EXISTS", "42K04",
     "Path <outputPath> already exists. The mode \"overwrite\" replaces what is there."},
    {"PATH_NOT_FOUND", "42K03", "Path does not exist: <path>."},
    {"STREAMING_REPLAY_INPUT_CHANGED", "42K03",
     "Batch <batchId> was interrupted and has to run again on the same input, but the file <path> "
     "<change>. Restore the file, or start with a new checkpoint location."},
    {"THALWEG_APPEND_TO_STREAMING_OUTPUT", "42809",
     "Rows cannot be appended to <path>: a streaming query fills it, and only what its manifest "
     "_spark_metadata names is ever read there. Write elsewhere, or through the query."},
    {"UNABLE_TO_INFER_SCHEMA", "42KD9",
     "Unable to infer schema for <format>. It must be specified manually."},
    {"UNSUPPORTED_DATA_SOURCE_SAVE_MODE", "0A000",
     "The data source \"<source>\" cannot be written in the mode <createMode>; use \"Append\" or "
     "\"Overwrite\"."},
    {"_LEGACY_ERROR_TEMP_1135", "", "<className> is not a data source for batch queries."},
    {"_LEGACY_ERROR_TEMP_1155", "",
     "Partition column `<col>` not found in schema <schemaCatalog>."},
    {"_LEGACY_ERROR_TEMP_1194", "", "queryName must be specified for memory sink."},
    {"_LEGACY_ERROR_TEMP_1197", "", "'<operation>' does not support partitioning."},
    {"_LEGACY_ERROR_TEMP_1294", "",
     "The timestamp of the option '<strategy>' must have the form 'YYYY-MM-DDTHH:mm:ss', but it "
     "is: "
     "<timeString>."},
    {"_LEGACY_ERROR_TEMP_1295", "", "Set a host to read from with option(\"host\", ...)."},
    {"_LEGACY_ERROR_TEMP_1296", "", "Set a port to read from with option(\"port\", ...)."},
    {"_LEGACY_ERROR_TEMP_1297", "",
     "IncludeTimestamp must be set to either \"true\" or \"false\"."},
    {"_LEGACY_ERROR_TEMP_2047", "", "'path' is not specified."},
    {"_LEGACY_ERROR_TEMP_2048", "",
     "A stream of files needs a schema: give one, or set spark.sql.streaming.schemaInference to "
     "take it from the files that are there."},
    {"_LEGACY_ERROR_TEMP_2049", "",
     "Data source <className> does not support streamed <operator>."},
    {"_LEGACY_ERROR_TEMP_2242", "", "<provider> source does not support user-specified schema."},
    {"_LEGACY_ERROR_TEMP_2261", "",
     "Source files cannot be cleaned up when they are the output of a file sink."},
};

}  // namespace

std::span<const ErrorCondition> ConnectorErrorConditions() { return kConditions; }

}  // namespace thalweg
