#pragma once

// `thalweg run`: a Python program with a server of its own.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "python_program.h"

namespace thalweg::cli {

/// Adds the sub-command to `app`; parsing fills `arguments`, which outlives `app`.
CLI::App* AddRunCommand(CLI::App* app, PythonArguments* arguments);

/// Runs the program that stands behind the options in `words`, with its arguments. Gives the exit
/// code of that program.
int RunRunCommand(const PythonArguments& arguments, const std::vector<std::string>& words);

}  // namespace thalweg::cli
