#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS", "58030",
     "The state cannot be loaded: the change file <fileToRead>, which epoch <epoch> needs, does "
     "not exist."},
    {"CANNOT_LOAD_STATE_STORE.CANNOT_READ_MISSING_SNAPSHOT_FILE", "58030",
     "The state cannot be loaded: the snapshot file <fileToRead>, which epoch <epoch> needs, does "
     "not exist."},
    {"CANNOT_LOAD_STATE_STORE.CORRUPT_FILE", "58030",
     "The state cannot be loaded: the file <file>, which epoch <epoch> needs, is damaged: "
     "<reason>."},
    {"CANNOT_LOAD_STATE_STORE.INVALID_CHANGE_LOG_READER_VERSION", "58030",
     "The state cannot be loaded: the file <file>, which epoch <epoch> needs, has format version "
     "<version>, which this release does not know."},
    {"CANNOT_LOAD_STATE_STORE.KEY_GROUPS_DIFFER", "58030",
     "The state cannot be loaded: the file <file> was written with <stored> key groups, the query "
     "uses <expected>."},
    {"CANNOT_LOAD_STATE_STORE.SNAPSHOT_PARTITION_ID_NOT_FOUND", "58030",
     "The state cannot be loaded: operator <operatorId> at <checkpointLocation> has no partition "
     "<snapshotPartitionId>."},
    {"CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", "58030", "The state cannot be loaded: <reason>."},
    {"CODEC_NOT_AVAILABLE.WITH_CONF_SUGGESTION", "56038",
     "There is no codec <codecName>. Set <configKey> to <configVal>, for example."},
    {"STATE_STORE_INVALID_PROVIDER", "42K06",
     "The state store provider <inputClass> is not one that this engine has. Use "
     "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider (memory) or "
     "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider (memory and disk)."},
    {"STATE_STORE_INVALID_CONFIG_AFTER_RESTART", "42K06",
     "<configName> was <oldConfig> when the query first ran and cannot become <newConfig>: keep "
     "it, "
     "or take a new checkpoint."},
    {"STATE_STORE_INVALID_VARIABLE_TYPE_CHANGE", "42K06",
     "The state variable <stateVarName> was a <oldType> in the last run and cannot become a "
     "<newType>. Keep it, give the new one another name, or take a new checkpoint."},
    {"STATE_STORE_CANNOT_CREATE_COLUMN_FAMILY_WITH_RESERVED_CHARS", "42802",
     "A state variable cannot have the name <colFamilyName>: its first character is reserved."},
    {"STATE_STORE_CANNOT_USE_COLUMN_FAMILY_WITH_INVALID_NAME", "42802",
     "A state variable cannot have the name '<colFamilyName>': it is empty, begins or ends with "
     "spaces, or is 'default'. The operation was <operationName>."},
    {"STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE", "XXKST",
     "The key columns of the query do not fit the stored state. Stored: <storedKeySchema>. New: "
     "<newKeySchema>. Check the number and the types of the fields."},
    {"STATE_STORE_MEMORY_LIMIT_EXCEEDED", "53200",
     "The state of <operator> takes <operatorBytes> bytes of memory and that of the whole query "
     "<totalBytes>, more than the <limitBytes> it may. Raise "
     "thalweg.streaming.stateStore.maxMemory, or let state go to disk: set "
     "spark.sql.streaming.stateStore.providerClass to RocksDBStateStoreProvider's class name for a "
     "new checkpoint."},
    {"STATE_STORE_SCRATCH_DIRECTORY", "58030",
     "The scratch directory <path> for state that does not fit into memory cannot be made: "
     "<reason>. Set spark.local.dir or SPARK_LOCAL_DIRS to a directory that can be written."},
    {"STATE_STORE_SPILL_FAILED", "58030",
     "State that does not fit into memory cannot be kept on disk in <path>: <reason>. Nothing that "
     "was committed is lost. See to space and rights there, or set spark.local.dir to another "
     "directory, and start the query again."},
    {"STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE", "XXKST",
     "The values of the query do not fit the stored state. Stored: <storedValueSchema>. New: "
     "<newValueSchema>. Check the number and the types of the fields."},
    {"STDS_COMMITTED_BATCH_UNAVAILABLE", "KD006",
     "The checkpoint <checkpointLocation> does not hold that batch as a committed one. Let the "
     "query commit a batch first, or name one that is still kept."},
    {"STDS_CONFLICT_OPTIONS", "42613", "The options <options> cannot be given together."},
    {"STDS_FAILED_TO_READ_STATE_SCHEMA", "42K03",
     "The schema of the state cannot be read: there is no such operator, its record is damaged, or "
     "the state was not written by this engine. Options: <sourceOptions>."},
    {"STDS_INVALID_OPTION_VALUE.IS_EMPTY", "42616",
     "Invalid value for source option '<optionName>': cannot be empty."},
    {"STDS_INVALID_OPTION_VALUE.IS_NEGATIVE", "42616",
     "Invalid value for source option '<optionName>': cannot be negative."},
    {"STDS_INVALID_OPTION_VALUE.WITH_MESSAGE", "42616",
     "Invalid value for source option '<optionName>': <message>"},
    {"STDS_REQUIRED_OPTION_UNSPECIFIED", "42601", "The option '<optionName>' must be given."},
};

}  // namespace

std::span<const ErrorCondition> StateErrorConditions() { return kConditions; }

}  // namespace thalweg
