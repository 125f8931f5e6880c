#pragma once

// The command line of `thalweg run` and `thalweg shell`.

#include <CLI/CLI.hpp>

#include "python_program.h"

namespace thalweg::cli {

/// Adds the options of interpreter and server; parsing fills `arguments`, which outlives `command`.
void AddPythonOptions(CLI::App* command, PythonArguments* arguments);

/// The program's own exit code; kExitFailed, and the error on stderr, if it did not run.
int ExitCode(const Result<int>& outcome);

}  // namespace thalweg::cli
