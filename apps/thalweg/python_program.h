#pragma once

// Python programs beside a server of their own: what `thalweg run` and `thalweg shell` share.

#include <string>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::cli {

/// What the command line says of the interpreter and of the server.
struct PythonArguments {
  /// Empty: what the environment variables PYSPARK_DRIVER_PYTHON and PYSPARK_PYTHON name, else
  /// python3.
  std::string interpreter;
  /// KEY=VALUE each, for every session.
  std::vector<std::string> settings;
};

/// Runs the interpreter with `words` behind its name, and gives its exit code: 128 + the number of
/// the signal that killed it. Meanwhile this process serves Spark Connect clients on a free port of
/// loopback, which SPARK_REMOTE names to the program; all of its queries have stopped afterwards.
///
/// Semantics: SIGTERM and SIGHUP are passed on to the program; SIGINT is not, since a terminal
/// sends it to both. Errors: a server or an interpreter that does not start. At most once in a
/// process.
Result<int> RunPythonProgram(const PythonArguments& arguments,
                             const std::vector<std::string>& words);

}  // namespace thalweg::cli
