#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"INVALID_HANDLE.FORMAT", "HY000",
     "The handle <handle> is invalid. A handle is a UUID such as "
     "'00112233-4455-6677-8899-aabbccddeeff'."},
    {"INVALID_HANDLE.OPERATION_ABANDONED", "HY000",
     "The handle <handle> is invalid. The operation was removed because no client asked for it."},
    {"INVALID_HANDLE.OPERATION_ALREADY_EXISTS", "HY000",
     "The handle <handle> is invalid. The operation exists already."},
    {"INVALID_HANDLE.OPERATION_NOT_FOUND", "HY000",
     "The handle <handle> is invalid. There is no such operation."},
    {"INVALID_HANDLE.SESSION_CHANGED", "HY000",
     "The handle <handle> is invalid. The server has been restarted; connect anew."},
    {"INVALID_HANDLE.SESSION_CLOSED", "HY000",
     "The handle <handle> is invalid. The session was closed."},
    {"INVALID_HANDLE.SESSION_NOT_FOUND", "HY000",
     "The handle <handle> is invalid. There is no such session."},
    {"INVALID_CURSOR.DISCONNECTED", "HY109",
     "The cursor is invalid. Another call has taken the results over."},
    {"INVALID_CURSOR.NOT_REATTACHABLE", "HY109",
     "The cursor is invalid. The execution was not started as a reattachable one."},
    {"INVALID_CURSOR.POSITION_NOT_AVAILABLE", "HY109",
     "The cursor is invalid. What follows the response <responseId>, at <index>, is not kept any "
     "more."},
    {"INVALID_CURSOR.POSITION_NOT_FOUND", "HY109",
     "The cursor is invalid. There is no response <responseId>."},
    {"INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_ALREADY_CLOSED", "42K04",
     "The session cannot be cloned: a session <targetSessionId> was closed before."},
    {"INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_ALREADY_EXISTS", "42K04",
     "The session cannot be cloned: a session <targetSessionId> exists."},
    {"INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_FORMAT", "42K04",
     "The session cannot be cloned: <targetSessionId> is no UUID."},
    {"OPERATION_CANCELED", "HY008", "The operation was cancelled."},
    {"CONNECT_INVALID_PLAN.CANNOT_PARSE", "56K00",
     "The Spark Connect plan is invalid. The message cannot be read: <errorMsg>."},
    {"CONNECT_INVALID_PLAN.DATAFRAME_NOT_FOUND", "56K00",
     "The Spark Connect plan is invalid. The session <sessionId> has no DataFrame <dfId>."},
    {"CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET", "56K00",
     "The Spark Connect plan is invalid. The message <fullName> lacks its <name>."},
    {"CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SUPPORTED", "56K00",
     "The Spark Connect plan is invalid. The message <fullName> holds what is not supported: "
     "<name>(<number>)."},
    {"CONNECT_INVALID_PLAN.INVALID_ENUM", "56K00",
     "The Spark Connect plan is invalid. The message <fullName> holds an unknown value: "
     "<name>(<number>)."},
    {"CONNECT_INVALID_PLAN.PLAN_SIZE_LARGER_THAN_MAX", "56K00",
     "The Spark Connect plan is invalid. Its <planSize> bytes are more than <maxPlanSize>."},
    {"CONNECT_INVALID_PLAN.ASSERTION_FAILURE", "56K00",
     "The Spark Connect plan is invalid. <message>"},
    {"CONNECT_INVALID_PLAN.NOT_FOUND_CACHED_LOCAL_RELATION", "56K00",
     "The Spark Connect plan is invalid. The session <sessionUUID> has no cached rows <hash>."},
    {"CONNECT_INVALID_PLAN.NOT_FOUND_CHUNKED_CACHED_LOCAL_RELATION", "56K00",
     "The Spark Connect plan is invalid. The session <sessionUUID> has no cached rows <hash>."},
    {"CONNECT_INVALID_PLAN.SCHEMA_REQUIRED_FOR_LOCAL_RELATION", "56K00",
     "The Spark Connect plan is invalid. A local relation without data needs a schema."},
    {"CONNECT_INVALID_PLAN.STREAMING_QUERY_NOT_FOUND", "56K00",
     "The Spark Connect plan is invalid. There is no streaming query <id>."},
    {"CONNECT_INVALID_PLAN.STREAMING_QUERY_RUN_ID_MISMATCH", "56K00",
     "The Spark Connect plan is invalid. The run <runId> of the query <id> is not the one that the "
     "server has, <serverRunId>."},
    {"CONNECT_INVALID_PLAN.WITH_COLUMNS_REQUIRE_SINGLE_NAME_PART", "56K00",
     "The Spark Connect plan is invalid. A column added has one name, not <got>."},
    {"CANNOT_MODIFY_CONFIG", "46110",
     "The setting <key> belongs to the process and cannot be changed by a session."},
    {"UNBOUND_SQL_PARAMETER", "42P02",
     "The parameter <name> has no value. Give one in `args`, as a literal or a constructor such as "
     "`map()`, `array()` or `struct()`."},
    {"AMBIGUOUS_COLUMN_REFERENCE", "42702",
     "The column <name> is ambiguous: the DataFrame it was taken from occurs more than once in the "
     "query. Give the occurrences names with DataFrame.alias and use those."},
    {"CANNOT_RESOLVE_DATAFRAME_COLUMN", "42704",
     "The column <name> belongs to a DataFrame that this query does not read."},
    {"INVALID_ARTIFACT_PATH", "22023",
     "The artifact name <name> is invalid: it must be a path below one of the artifact folders."},
    {"ARTIFACT_ALREADY_EXISTS", "42713",
     "The artifact <normalizedRemoteRelativePath> exists already and cannot be replaced."},
    {"THALWEG_ARTIFACTS_TOO_LARGE", "54000",
     "The artifacts of a session may not exceed <limit> bytes."},
    {"THALWEG_TOO_MANY_OPERATIONS", "54000",
     "A session may have <limit> operations that run or whose results were not released."},
};

}  // namespace

std::span<const ErrorCondition> ConnectErrorConditions() { return kConditions; }

}  // namespace thalweg
