#include "thalweg/connect/error/exception_class.h"

#include <algorithm>
#include <map>
#include <span>

#include "thalweg/base/error_conditions.h"

namespace thalweg::connect {
namespace {

/// A class and what it extends; those without a package of their own in the table are full names.
struct ExceptionClass {
  std::string_view name;
  std::string_view full_name;
  std::string_view super;
};

constexpr ExceptionClass kClasses[] = {
    {"Object", "java.lang.Object", ""},
    {"Throwable", "java.lang.Throwable", "Object"},
    {"Exception", "java.lang.Exception", "Throwable"},
    {"RuntimeException", "java.lang.RuntimeException", "Exception"},
    {"ArithmeticException", "java.lang.ArithmeticException", "RuntimeException"},
    {"IllegalArgumentException", "java.lang.IllegalArgumentException", "RuntimeException"},
    {"NumberFormatException", "java.lang.NumberFormatException", "IllegalArgumentException"},
    {"IndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException", "RuntimeException"},
    {"ArrayIndexOutOfBoundsException", "java.lang.ArrayIndexOutOfBoundsException",
     "IndexOutOfBoundsException"},
    {"UnsupportedOperationException", "java.lang.UnsupportedOperationException",
     "RuntimeException"},
    {"NoSuchElementException", "java.util.NoSuchElementException", "RuntimeException"},
    {"DateTimeException", "java.time.DateTimeException", "RuntimeException"},
    {"SQLException", "java.sql.SQLException", "Exception"},
    {"ReflectiveOperationException", "java.lang.ReflectiveOperationException", "Exception"},
    {"ClassNotFoundException", "java.lang.ClassNotFoundException", "ReflectiveOperationException"},
    {"SparkArithmeticException", "org.apache.spark.SparkArithmeticException",
     "ArithmeticException"},
    {"SparkArrayIndexOutOfBoundsException", "org.apache.spark.SparkArrayIndexOutOfBoundsException",
     "ArrayIndexOutOfBoundsException"},
    {"SparkClassNotFoundException", "org.apache.spark.SparkClassNotFoundException",
     "ClassNotFoundException"},
    {"SparkDateTimeException", "org.apache.spark.SparkDateTimeException", "DateTimeException"},
    {"SparkException", "org.apache.spark.SparkException", "Exception"},
    {"SparkIllegalArgumentException", "org.apache.spark.SparkIllegalArgumentException",
     "IllegalArgumentException"},
    {"SparkNoSuchElementException", "org.apache.spark.SparkNoSuchElementException",
     "NoSuchElementException"},
    {"SparkNumberFormatException", "org.apache.spark.SparkNumberFormatException",
     "NumberFormatException"},
    {"SparkRuntimeException", "org.apache.spark.SparkRuntimeException", "RuntimeException"},
    {"SparkSQLException", "org.apache.spark.SparkSQLException", "SQLException"},
    {"SparkUnsupportedOperationException", "org.apache.spark.SparkUnsupportedOperationException",
     "UnsupportedOperationException"},
    {"SparkUpgradeException", "org.apache.spark.SparkUpgradeException", "RuntimeException"},
    {"AnalysisException", "org.apache.spark.sql.AnalysisException", "Exception"},
    {"ParseException", "org.apache.spark.sql.catalyst.parser.ParseException", "AnalysisException"},
    {"StreamingQueryException", "org.apache.spark.sql.streaming.StreamingQueryException",
     "Exception"},
    {"StreamingPythonRunnerInitializationException",
     "org.apache.spark.api.python.StreamingPythonRunner$"
     "StreamingPythonRunnerInitializationException",
     "SparkException"},
    {"PythonException", "org.apache.spark.api.python.PythonException", "RuntimeException"},
    {"InvalidPlanInput", "org.apache.spark.sql.connect.common.InvalidPlanInput",
     "RuntimeException"},
};

/// What rows with variants may raise, though it stands with the conditions of functions.
constexpr std::string_view kVariantConditions[] = {
    "INVALID_VARIANT_CAST",  "INVALID_VARIANT_GET_PATH",
    "MALFORMED_VARIANT",     "UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT",
    "VARIANT_DUPLICATE_KEY", "VARIANT_SIZE_LIMIT"};

// Told by the parser in Spark, though not here.
constexpr std::string_view kParseConditions[] = {
    "_LEGACY_ERROR_TEMP_0035",
    "_LEGACY_ERROR_TEMP_0049",
    "EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES",
    "IDENTIFIER_TOO_MANY_NAME_PARTS",
    "INVALID_BUCKET_COUNT",
    "INVALID_TEMP_OBJ_QUALIFIER",
    "SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED",
    "SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED",
};

/// Conditions, or first parts of conditions, that are not what their area says.
constexpr std::pair<std::string_view, std::string_view> kClassesByCondition[] = {
    {"DIVIDE_BY_ZERO", "SparkArithmeticException"},
    {"REMAINDER_BY_ZERO", "SparkArithmeticException"},
    {"ARITHMETIC_OVERFLOW", "SparkArithmeticException"},
    {"BINARY_ARITHMETIC_OVERFLOW", "SparkArithmeticException"},
    {"CAST_OVERFLOW", "SparkArithmeticException"},
    {"CAST_OVERFLOW_IN_TABLE_INSERT", "SparkArithmeticException"},
    {"NUMERIC_VALUE_OUT_OF_RANGE", "SparkArithmeticException"},
    {"INTERVAL_ARITHMETIC_OVERFLOW", "SparkArithmeticException"},
    {"INTERVAL_DIVIDED_BY_ZERO", "SparkArithmeticException"},
    {"DATETIME_OVERFLOW", "SparkArithmeticException"},
    {"CAST_INVALID_INPUT", "SparkNumberFormatException"},
    {"CONVERSION_INVALID_INPUT", "SparkRuntimeException"},
    {"CANNOT_PARSE_TIMESTAMP", "SparkDateTimeException"},
    {"DATETIME_FIELD_OUT_OF_BOUNDS", "SparkDateTimeException"},
    {"INVALID_FRACTION_OF_SECOND", "SparkDateTimeException"},
    {"INVALID_TIMEZONE", "SparkDateTimeException"},
    {"ILLEGAL_DAY_OF_WEEK", "SparkIllegalArgumentException"},
    {"_LEGACY_ERROR_TEMP_2048", "SparkIllegalArgumentException"},
    {"INVALID_INTERVAL_FORMAT", "SparkIllegalArgumentException"},
    {"INVALID_ARRAY_INDEX", "SparkArrayIndexOutOfBoundsException"},
    {"INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "SparkArrayIndexOutOfBoundsException"},
    {"DATATYPE_MISMATCH", "AnalysisException"},
    {"INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "AnalysisException"},
    {"PARTITION_TRANSFORM_EXPRESSION_NOT_IN_PARTITIONED_BY", "SparkException"},
    {"ROW_SUBQUERY_TOO_MANY_ROWS", "SparkException"},
    {"WRONG_NUM_ARGS", "AnalysisException"},
    {"UNSUPPORTED_DATATYPE", "ParseException"},
    {"DATATYPE_MISSING_SIZE", "ParseException"},
    {"DECIMAL_SCALE_EXCEEDS_PRECISION", "ParseException"},
    {"CANNOT_MODIFY_STATIC_CONFIG", "AnalysisException"},
    {"CANNOT_MODIFY_CONFIG", "AnalysisException"},
    {"CANNOT_PARSE_INTERVAL", "SparkIllegalArgumentException"},
    {"INVALID_CONF_VALUE", "SparkIllegalArgumentException"},
    {"SQL_CONF_NOT_FOUND", "SparkNoSuchElementException"},
    {"STREAM_FAILED", "StreamingQueryException"},
    {"STREAMING_QUERY_NAME_IN_USE", "SparkIllegalArgumentException"},
    {"STREAMING_TRIGGER_INTERVAL_NEGATIVE", "SparkIllegalArgumentException"},
    {"STREAMING_QUERY_STOP_TIMEOUT", "SparkException"},
    {"STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE",
     "StreamingPythonRunnerInitializationException"},
    {"STREAMING_OUTPUT_MODE.INVALID", "SparkIllegalArgumentException"},
    {"STREAMING_PYTHON_RUNNER_INITIALIZATION_TIMEOUT_FAILURE",
     "StreamingPythonRunnerInitializationException"},
    {"STREAMING_PYTHON_RUNNER_INITIALIZATION_COMMUNICATION_FAILURE",
     "StreamingPythonRunnerInitializationException"},
    {"PYTHON_EXCEPTION", "PythonException"},
    {"PYTHON_WORKER_FAILED", "SparkException"},
    {"STATEFUL_PROCESSOR_UNKNOWN_TIME_MODE", "SparkIllegalArgumentException"},
    {"PYTHON_DATA_SOURCE_ERROR", "AnalysisException"},
    {"PYTHON_STREAMING_DATA_SOURCE_RUNTIME_ERROR", "SparkException"},
    {"INVALID_WRITER_COMMIT_MESSAGE", "SparkRuntimeException"},
    {"DATA_SOURCE_ALREADY_EXISTS", "AnalysisException"},
    {"DATA_SOURCE_NOT_FOUND", "SparkClassNotFoundException"},
    {"FAILED_READ_FILE", "SparkException"},
    {"FOREACH_USER_FUNCTION_ERROR", "SparkException"},
    {"FOREACH_BATCH_USER_FUNCTION_ERROR", "SparkException"},
    {"MALFORMED_RECORD_IN_PARSING", "SparkException"},
    {"INCONSISTENT_BEHAVIOR_CROSS_VERSION", "SparkUpgradeException"},
    {"INVALID_DATETIME_PATTERN", "SparkIllegalArgumentException"},
    {"PARSE_MODE_UNSUPPORTED", "SparkIllegalArgumentException"},
    {"CODEC_NOT_AVAILABLE", "SparkIllegalArgumentException"},
    {"INVALID_DELIMITER_VALUE", "SparkIllegalArgumentException"},
    {"INVALID_LINE_SEPARATOR", "SparkIllegalArgumentException"},
    {"OPTION_VALUE_EXCEEDS_ONE_CHARACTER", "SparkRuntimeException"},
    {"INVALID_HANDLE", "SparkSQLException"},
    {"INVALID_CURSOR", "SparkSQLException"},
    {"INVALID_CLONE_SESSION_REQUEST", "SparkSQLException"},
    {"OPERATION_CANCELED", "SparkSQLException"},
    {"CONNECT_INVALID_PLAN", "InvalidPlanInput"},
    {"INVALID_SCHEMA_TYPE_NON_STRUCT", "InvalidPlanInput"},
    {"INVALID_SQL_ARG", "AnalysisException"},
    {"INTERNAL_ERROR", "SparkException"},
    {"UNSUPPORTED_CALL", "SparkUnsupportedOperationException"},
    {"UNSUPPORTED_FEATURE.TABLE_OPERATION", "SparkUnsupportedOperationException"},
    {"CANNOT_MERGE_SCHEMAS", "SparkException"},
    {"INVALID_PARAMETER_VALUE.CHARSET", "SparkIllegalArgumentException"},
    {"UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE", "SparkUnsupportedOperationException"},
    {"CATALOG_NOT_FOUND", "SparkException"},
    {"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "SparkArithmeticException"},
    {"_LEGACY_ERROR_TEMP_2047", "SparkIllegalArgumentException"},
    {"LOCATION_ALREADY_EXISTS", "SparkRuntimeException"},
    {"_LEGACY_ERROR_TEMP_3241", "SparkIllegalArgumentException"},
    {"_LEGACY_ERROR_TEMP_3176", "SparkUnsupportedOperationException"},
};

const std::map<std::string_view, std::string_view>& ClassesByCondition() {
  static const auto* const kByCondition = new std::map<std::string_view, std::string_view>(
      std::begin(kClassesByCondition), std::end(kClassesByCondition));
  return *kByCondition;
}

bool Contains(std::span<const ErrorCondition> area, std::string_view condition) {
  return std::any_of(area.begin(), area.end(),
                     [&](const ErrorCondition& known) { return known.name == condition; });
}

std::string_view ClassOf(std::string_view condition) {
  const auto& by_condition = ClassesByCondition();
  auto found = by_condition.find(condition);
  if (found == by_condition.end()) {
    found = by_condition.find(condition.substr(0, condition.find('.')));
  }
  if (found != by_condition.end()) return found->second;
  if (std::find(std::begin(kVariantConditions), std::end(kVariantConditions), condition) !=
      std::end(kVariantConditions)) {
    return "SparkRuntimeException";
  }
  if (std::find(std::begin(kParseConditions), std::end(kParseConditions), condition) !=
      std::end(kParseConditions)) {
    return "ParseException";
  }
  if (Contains(ParserErrorConditions(), condition)) return "ParseException";
  if (Contains(EvaluationErrorConditions(), condition)) return "SparkRuntimeException";
  if (Contains(CheckpointErrorConditions(), condition)) return "SparkRuntimeException";
  if (Contains(StateErrorConditions(), condition)) return "SparkRuntimeException";
  return "AnalysisException";
}

}  // namespace

std::vector<std::string> SuperclassesOf(std::string_view short_name) {
  std::vector<std::string> names;
  while (!short_name.empty()) {
    const auto* const found =
        std::find_if(std::begin(kClasses), std::end(kClasses),
                     [&](const ExceptionClass& known) { return known.name == short_name; });
    if (found == std::end(kClasses)) break;
    names.emplace_back(found->full_name);
    short_name = found->super;
  }
  return names;
}

std::vector<std::string> ExceptionClasses(std::string_view condition) {
  return SuperclassesOf(condition.empty() ? "SparkException" : ClassOf(condition));
}

}  // namespace thalweg::connect
