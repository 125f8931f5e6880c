#pragma once

// `thalweg shell`: a Python prompt with a session.

#include <CLI/CLI.hpp>

#include "python_program.h"

namespace thalweg::cli {

/// Adds the sub-command to `app`; parsing fills `arguments`, which outlives `app`.
CLI::App* AddPythonShellCommand(CLI::App* app, PythonArguments* arguments);

/// Gives the exit code of the interpreter.
int RunPythonShellCommand(const PythonArguments& arguments);

}  // namespace thalweg::cli
