#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"THALWEG_HTTP_SERVER_CANNOT_LISTEN", "58030",
     "The metrics page cannot be served at <host>:<port>: the address is not this machine's, or "
     "something else listens there. Choose another port."},
    {"STREAM_FAILED", "XXKST", "Query [id = <id>, runId = <runId>] ended with an error: <message>"},
    {"STREAMING_QUERY_NAME_IN_USE", "42710",
     "Cannot start a query with the name <name>: a query of that name is active in this session."},
    {"STREAMING_QUERY_STOP_TIMEOUT", "XXKST",
     "The query [id = <id>, runId = <runId>] did not stop within <timeout> ms "
     "(spark.sql.streaming.stopTimeout). It will stop as soon as its current step returns."},
    {"STREAMING_SOURCES_CHANGED", "42K03",
     "The checkpoint offsets are of [<recorded>] sources, but the query reads [<requested>]. A "
     "query with other sources needs a new checkpoint."},
    {"STREAMING_TRIGGER_INTERVAL_NEGATIVE", "22006",
     "The interval of a trigger must not be negative: <interval>."},
    {"STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA", "42K03",
     "The stateful operators of the query are not those of its checkpoint; adding, removing or "
     "changing one needs a new checkpoint. In the checkpoint: [<OpsInMetadataSeq>]; in the query: "
     "[<OpsInCurBatchSeq>]."},
    {"STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY", "42K03",
     "The query keeps state, but its checkpoint has none: the state directory was removed, or the "
     "query ran without stateful operators before. Take a new checkpoint. In the query: "
     "[<OpsInCurBatchSeq>]."},
    {"UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", "0A000",
     "In output mode <outputMode> a stream's <statefulOperator> need a watermark: without one no "
     "result ever becomes final."},
    {"STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY", "42K03",
     "The checkpoint location <checkpointLocation> should be empty when a query starts with batch "
     "0. Use another location, or delete what is there."},
    {"_LEGACY_ERROR_TEMP_1298", "",
     "checkpointLocation must be specified for this sink: as an option of the query, or by the "
     "setting <config>."},
    {"_LEGACY_ERROR_TEMP_1299", "",
     "The sink of this query in this output mode does not support recovering from a checkpoint "
     "location. Delete <checkpointPath> to start afresh."},
    {"STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", "42KDE",
     "Invalid streaming output mode: <outputMode>. The sink <className> does not support it."},
    // legality of a streaming plan
    {"STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", "42KDE",
     "Invalid streaming output mode: <outputMode>. It is not supported for <operation>."},
    {"_LEGACY_ERROR_TEMP_3102", "", "<msg>"},
    {"CANNOT_ASSIGN_EVENT_TIME_COLUMN_WITHOUT_WATERMARK", "42611",
     "An event time column can only be named where the stream has a watermark: there is none."},
    {"_LEGACY_ERROR_TEMP_1181", "",
     "Stream-stream join without equality predicate is not supported."},
    {"_LEGACY_ERROR_TEMP_3068", "",
     "Global aggregation with session window in streaming query is not supported."},
    {"MULTIPLE_EVENT_TIME_COLUMNS", "42K09",
     "A stream that goes into a stateful operator may have one event time column, but has several: "
     "<eventTimeCols>."},
    {"_LEGACY_ERROR_TEMP_3076", "",
     "A watermark must not be declared above another one. Setting <config> to false allows it, but "
     "then only one stateful operator is allowed."},
};

}  // namespace

std::span<const ErrorCondition> StreamingErrorConditions() { return kConditions; }

}  // namespace thalweg
