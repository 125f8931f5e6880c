#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "thalweg/base/status.h"
#include "thalweg/python/task_header.h"

namespace thalweg::python {

/// Which Python runs functions, and in what surroundings. Equal values share their processes.
struct Interpreter {
  /// A path, or a name to search in PATH.
  std::string executable = "python3";
  /// On top of this process's environment: PYTHONPATH, SPARK_SIMPLIFIED_TRACEBACK, ...
  std::map<std::string, std::string> environment;
  /// Bytes of address space that each worker may have, in MiB; 0: as the system allows.
  int64_t memory_limit_mb = 0;
  /// What its workers do: a module of PySpark.
  std::string worker_module = "pyspark.worker";
  /// Where they run: files of a session are found by their names. Empty: where this process runs.
  std::string directory;

  bool operator<(const Interpreter& other) const {
    return std::tie(executable, environment, memory_limit_mb, worker_module, directory) <
           std::tie(other.executable, other.environment, other.memory_limit_mb, other.worker_module,
                    other.directory);
  }
};

struct InterpreterVersions {
  /// "3.11".
  std::string python;
  /// "4.3.0".
  std::string pyspark;
  Protocol protocol = Protocol::k43;
};

/// Runs the interpreter once and asks. Errors: PYTHON_WORKER_FAILED.CANNOT_START when it does not
/// run or has no PySpark, UNSUPPORTED_FEATURE.PYSPARK_VERSION.
Result<InterpreterVersions> ProbeInterpreter(const Interpreter& interpreter);

}  // namespace thalweg::python
