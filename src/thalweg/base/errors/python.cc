#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    // Clients show the text of the first two, and programs look into it: Spark's words.
    {"PYTHON_EXCEPTION", "38000", "<msg>: <traceback>"},
    {"PYTHON_WORKER_FAILED.CRASHED", "38000",
     "Python worker exited unexpectedly (crashed)<detail>"},
    {"PYTHON_WORKER_FAILED.IDLE_TIMEOUT", "38000",
     "Python worker process terminated due to idle timeout (timeout: <timeout> seconds)"},
    {"PYTHON_WORKER_FAILED.CANNOT_START", "38000", "Python cannot be started: <reason>."},
    {"PYTHON_WORKER_FAILED.TOO_MANY_WORKERS", "53000",
     "<limit> Python workers run already, which is the limit."},
    {"PYTHON_WORKER_FAILED.PROTOCOL", "38000",
     "A Python worker does not keep to the protocol: <reason>."},
    {"UNSUPPORTED_FEATURE.PYTHON_FUNCTION_KIND", "0A000",
     "The interpreter's PySpark does not know Python functions of the kind <kind>."},
    {"UNSUPPORTED_FEATURE.PYSPARK_VERSION", "0A000",
     "The interpreter has PySpark <version>. Functions run with releases of 4.0, "
     "4.1, 4.2 and 4.3."},
    {"UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_PYTHON_UDF", "0A000",
     "The Python function <funcName> is called in a lambda function."},
    {"UNSUPPORTED_FEATURE.PYTHON_UDF_IN_ON_CLAUSE", "0A000",
     "A Python function is called in the ON clause of a <joinType> JOIN. An INNER JOIN may be "
     "written as a CROSS JOIN with a WHERE clause."},
    {"INVALID_PANDAS_UDF_PLACEMENT", "0A000",
     "The Python aggregates <functionList> cannot be computed together with other aggregates."},
    {"STRUCT_ARRAY_LENGTH_MISMATCH", "2201E",
     "A Python function gave <actual> values for a struct of <expected> fields."},
    {"PYTHON_DATA_SOURCE_ERROR", "38000", "Failed to <action> Python data source <type>: <msg>"},
    {"PYTHON_STREAMING_DATA_SOURCE_RUNTIME_ERROR", "38000",
     "A Python data source failed in <action>: <msg>"},
    {"INVALID_WRITER_COMMIT_MESSAGE", "42KDE",
     "A writer of a data source must give one commit message each time; it gave <detail>."},
    {"DATA_SOURCE_ALREADY_EXISTS", "42710",
     "There is a data source '<provider>' already. Choose another name for the new one."},
    {"STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE", "XXKST",
     "Streaming Runner initialization failed, returned <resFromPython>. Cause: <msg>"},
    {"STREAMING_PYTHON_RUNNER_INITIALIZATION_TIMEOUT_FAILURE", "XXKST",
     "Streaming Runner initialization failed. Socket connection timeout. Cause: <msg>"},
    {"STREAMING_PYTHON_RUNNER_INITIALIZATION_COMMUNICATION_FAILURE", "XXKST",
     "Streaming Runner initialization failed during initial config communication. Cause: <msg>"},
};

}  // namespace

std::span<const ErrorCondition> PythonErrorConditions() { return kConditions; }

}  // namespace thalweg
