#include "thalweg/python/python_settings.h"

#include <cctype>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "thalweg/python/worker_daemon.h"

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

/// A time: a plain number means seconds.
int64_t SecondsOr(const Settings& settings, const std::string& key, int64_t fallback) {
  const std::string text = Or(settings, key, "");
  if (text.empty()) return fallback;
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size()) return seconds;
  const Result<int64_t> micros = ParseIntervalMicros(text, 31);
  return micros.ok() ? *micros / 1000000 : fallback;
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

constexpr const char* kPickledRows = "spark.sql.execution.python.udf.maxRecordsPerBatch";

/// A plain number means MiB here; 0: nothing is set.
int64_t MebibytesOr(const Settings& settings, const std::string& key) {
  const int64_t size = NumberOr(settings, key, 0);
  return size >= (1 << 20) ? size >> 20 : size;
}

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
  if (IsOn(settings, "spark.sql.execution.pyspark.udf.tracebackWithLocals.enabled", false)) {
    environment["SPARK_TRACEBACK_WITH_LOCALS"] = "1";
  }
  if (IsOn(settings, "spark.sql.execution.pyspark.udf.daemonKillWorkerOnFlushFailure",
           IsOn(settings, "spark.python.daemon.killWorkerOnFlushFailure", true))) {
    environment["PYTHON_DAEMON_KILL_WORKER_ON_FLUSH_FAILURE"] = "1";
  }
  const int64_t interval =
      SecondsOr(settings, "spark.sql.execution.pyspark.udf.tracebackDumpIntervalSeconds",
                SecondsOr(settings, "spark.python.worker.tracebackDumpIntervalSeconds", 0));
  if (interval > 0) {
    environment["PYTHON_TRACEBACK_DUMP_INTERVAL_SECONDS"] = std::to_string(interval);
  }
  environment["PYTHON_UDF_BATCH_SIZE"] = Or(settings, kPickledRows, "100");
  const int64_t planner = MebibytesOr(settings, "spark.sql.planner.pythonExecution.memory");
  if (planner > 0) environment["PYSPARK_PLANNER_MEMORY_MB"] = std::to_string(planner);
  if (IsOn(settings, "spark.sql.execution.pyspark.udf.faulthandler.enabled",
           IsOn(settings, "spark.python.worker.faulthandler.enabled", false))) {
    environment["PYTHON_FAULTHANDLER_DIR"] = PrivateSocketDirectory().ValueOr("/tmp");
  }
  interpreter->memory_limit_mb = MebibytesOr(settings, "spark.executor.pyspark.memory");
}

}  // namespace

PythonSettings ReadPythonSettings(const Settings& settings, const std::string& executable) {
  PythonSettings out;
  out.interpreter.executable = Or(settings, "spark.sql.execution.pyspark.python",
                                  Or(settings, "spark.pyspark.python", executable));
  ReadEnvironment(settings, &out.interpreter);
  for (const auto& [key, fallback] : kPassedOn) out.runner_conf[key] = Or(settings, key, fallback);
  const std::string concurrency = Or(settings, kConcurrency, "");
  if (!concurrency.empty()) out.runner_conf[kConcurrency] = concurrency;
  out.allows_pushed_filters =
      Or(settings, "spark.sql.python.filterPushdown.enabled", "false") == "true";
  out.large_types = out.runner_conf["spark.sql.execution.arrow.useLargeVarTypes"] == "true";
  out.chunks.max_rows = NumberOr(settings, kMaxRecords, 10000);
  out.chunks.max_bytes = NumberOr(settings, kMaxBytes, 64 << 20);
  out.runner_conf[kMaxRecords] = std::to_string(out.chunks.max_rows);
  out.runner_conf[kMaxBytes] = std::to_string(out.chunks.max_bytes);
  out.pickled_rows = NumberOr(settings, kPickledRows, 100);
  const std::string profiler = LowerCase(Or(settings, kProfiler, ""));
  if (!profiler.empty()) out.runner_conf[kProfiler] = profiler;
  out.limits.idle_timeout = std::chrono::seconds(
      SecondsOr(settings, "spark.sql.execution.pyspark.udf.idleTimeoutSeconds",
                SecondsOr(settings, "spark.python.worker.idleTimeoutSeconds", 0)));
  out.limits.kill_on_idle_timeout =
      IsOn(settings, "spark.sql.execution.pyspark.udf.killOnIdleTimeout",
           IsOn(settings, "spark.python.worker.killOnIdleTimeout", false));
  return out;
}

}  // namespace thalweg::python
