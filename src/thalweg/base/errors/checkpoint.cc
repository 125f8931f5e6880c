#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"CONCURRENT_STREAM_LOG_UPDATE", "40000",
     "Batch <batchId> is in the log of the query already: another run writes to this checkpoint. "
     "Let one run only use it at a time."},
    {"CONCURRENT_QUERY", "0A000",
     "Another run of the query holds the checkpoint <path>. Stop it first, or use another "
     "checkpoint location."},
    {"MALFORMED_LOG_FILE", "KD002",
     "The log file <path> is damaged: it cannot be read at \"<text>\"."},
    {"MALFORMED_SOURCE_OFFSET", "KD002",
     "The checkpoint has '<offset>' where it should have an offset of <source>. Was the query "
     "changed to read from another source?"},
    {"MALFORMED_CHECKPOINT_METADATA", "42K03",
     "The file <path> does not hold the id of a query. Restore it from a copy, or start with a new "
     "checkpoint location."},
    {"STREAMING_CHECKPOINT_MISSING_METADATA_FILE", "42K03",
     "The checkpoint <checkpointLocation> has log entries but no metadata file. Restore the file, "
     "or start with a new checkpoint location."},
    {"INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", "KD002",
     "The log file <path> has version <version>; versions up to <matchVersion> can be read."},
    {"BATCH_METADATA_NOT_FOUND", "42K03",
     "The file <batchMetadataFile> is missing from the checkpoint. Restore it from a copy, or "
     "start "
     "with a new checkpoint location."},
};

}  // namespace

std::span<const ErrorCondition> CheckpointErrorConditions() { return kConditions; }

}  // namespace thalweg
