#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/base/settings.h"
#include "thalweg/python/eval_type.h"
#include "thalweg/python/function_profiles.h"
#include "thalweg/python/interpreter.h"
#include "thalweg/python/row_chunker.h"
#include "thalweg/python/task_header.h"
#include "thalweg/python/worker_task.h"

namespace thalweg::python {

/// The setting of `runner_conf` that says how functions are measured: "perf" or "memory".
inline constexpr const char* kProfiler = "spark.sql.pyspark.udf.profiler";

/// How functions of a session run.
struct PythonSettings {
  Interpreter interpreter;
  /// Settings that workers look at (the session's time zone is added per task).
  std::map<std::string, std::string> runner_conf;
  ChunkLimits chunks;
  /// Chunks of pickled rows.
  int64_t pickled_rows = 100;
  TaskLimits limits;
  bool large_types = false;
  /// Data sources may take filters (spark.sql.python.filterPushdown.enabled). None are given to
  /// them; but without it, those that want some are refused.
  bool allows_pushed_filters = false;
  /// Where the session's files lie, and which of them are archives of Python code.
  std::string files_directory;
  std::vector<std::string> includes;
  std::map<std::string, std::string> local_properties;
  /// Takes what is measured of functions (kProfiler); may be null.
  std::shared_ptr<FunctionProfiles> profiles;
};

/// What `settings` (of a session) say; the defaults are Spark's. `executable` runs the functions
/// unless spark.sql.execution.pyspark.python or spark.pyspark.python names another.
PythonSettings ReadPythonSettings(const Settings& settings, const std::string& executable);

/// A Python function as a client sends it.
struct PythonFunction {
  std::string name;
  EvalType eval_type = EvalType::kArrowBatched;
  /// Pickled pair (function, return type); for a table function the pickled class.
  std::string command;
  /// "3.11": of the client; the worker's must be the same.
  std::string python_version;
  /// Archives that it needs besides those of the session.
  std::vector<std::string> includes = {};
};

}  // namespace thalweg::python
