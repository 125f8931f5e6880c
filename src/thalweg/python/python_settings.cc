#include "thalweg/python/python_settings.h"

#include <cctype>
#include <cstdlib>
#include <utility>

namespace thalweg::python {
namespace {

std::string Or(const Settings& settings, const std::string& key, std::string_view fallback) {
  const std::optional<std::string> value = settings.Find(key);
  return value.has_value() && !value->empty() ? *value : std::string(fallback);
}

bool IsOn(const Settings& settings, const std::string& key, bool fallback) {
  return Or(settings, key, fallback ? "true" : "false") == "true";
}

int64_t NumberOr(const Settings& settings, const std::string& key, int64_t fallback) {
  const std::string text = Or(settings, key, "");
  if (text.empty()) return fallback;
  const Result<int64_t> bytes = ParseByteSize(text);
  if (bytes.ok()) return *bytes;
  return text[0] == '-' ? -1 : fallback;
}

/// Settings that are passed on as they are, with Spark's defaults.
constexpr std::pair<const char*, const char*> kPassedOn[] = {
    {"spark.sql.legacy.execution.pythonUDTF.pandas.conversion.enabled", "false"},
    {"spark.sql.legacy.execution.pythonUDF.pandas.conversion.enabled", "false"},
    {"spark.sql.legacy.execution.pandas.groupedMap.assignColumnsByName", "true"},
    {"spark.sql.execution.pyspark.binaryAsBytes", "true"},
    {"spark.sql.execution.pandas.convertToArrowArraySafely", "true"},
    {"spark.sql.execution.pythonUDF.pandas.preferIntExtensionDtype", "false"},
    {"spark.sql.execution.pythonUDF.pandas.intToDecimalCoercionEnabled", "false"},
    {"spark.sql.execution.pythonUDF.mapInBatch.legacy.acceptAnyIterable.enabled", "true"},
    {"spark.sql.execution.arrow.useLargeVarTypes", "false"},
};
constexpr const char* kConcurrency = "spark.sql.execution.pythonUDF.arrow.concurrency.level";
constexpr const char* kMaxRecords = "spark.sql.execution.arrow.maxRecordsPerBatch";
constexpr const char* kMaxBytes = "spark.sql.execution.arrow.maxBytesPerBatch";

std::string LowerCase(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::tolower(letter));
  return text;
}

void ReadEnvironment(const Settings& settings, Interpreter* interpreter) {
  auto& environment = interpreter->environment;
  // PySpark looks for an installation of Spark at its start, which its workers do without.
  if (std::getenv("SPARK_HOME") == nullptr) environment["SPARK_HOME"] = "/";
  if (IsOn(settings, "spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled", true)) {
    environment["SPARK_SIMPLIFIED_TRACEBACK"] = "1";
  }
  if (IsOn(settings, "spark.sql.execution.pyspark.udf.hideTraceback.enabled", false)) {
    environment["SPARK_HIDE_TRACEBACK"] = "1";
  }
}

}  // namespace

PythonSettings ReadPythonSettings(const Settings& settings, const std::string& executable) {
  PythonSettings out;
  out.interpreter.executable = Or(settings, "spark.sql.execution.pyspark.python",
                                  Or(settings, "spark.pyspark.python", executable));
  ReadEnvironment(settings, &out.interpreter);
  const int64_t memory = NumberOr(settings, "spark.executor.pyspark.memory", 0);
  // A plain number means MiB here.
  out.interpreter.memory_limit_mb = memory >= (1 << 20) ? memory >> 20 : memory;
  for (const auto& [key, fallback] : kPassedOn) out.runner_conf[key] = Or(settings, key, fallback);
  const std::string concurrency = Or(settings, kConcurrency, "");
  if (!concurrency.empty()) out.runner_conf[kConcurrency] = concurrency;
  out.allows_pushed_filters =
      Or(settings, "spark.sql.python.filterPushdown.enabled", "false") == "true";
  out.large_types = out.runner_conf["spark.sql.execution.arrow.useLargeVarTypes"] == "true";
  out.chunks.max_rows = NumberOr(settings, kMaxRecords, 10000);
  out.chunks.max_bytes = NumberOr(settings, kMaxBytes, 64 << 20);
  out.runner_conf[kMaxRecords] = std::to_string(out.chunks.max_rows);
  const std::string profiler = LowerCase(Or(settings, kProfiler, ""));
  if (!profiler.empty()) out.runner_conf[kProfiler] = profiler;
  out.limits.idle_timeout = std::chrono::seconds(
      NumberOr(settings, "spark.sql.execution.pyspark.udf.idleTimeoutSeconds",
               NumberOr(settings, "spark.python.worker.idleTimeoutSeconds", 0)));
  out.limits.kill_on_idle_timeout =
      IsOn(settings, "spark.sql.execution.pyspark.udf.killOnIdleTimeout",
           IsOn(settings, "spark.python.worker.killOnIdleTimeout", false));
  return out;
}

}  // namespace thalweg::python
