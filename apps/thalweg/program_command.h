#pragma once

// `thalweg run` and `thalweg shell`: a Python program, or a Python prompt, with a server of its
// own.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace thalweg::cli {

/// What the command line asks for.
struct ProgramArguments {
  std::string python;
  std::vector<std::string> settings;
};

/// Add the sub-commands to `app`; parsing fills `arguments`, which outlives `app`.
CLI::App* AddRunCommand(CLI::App* app, ProgramArguments* arguments);
CLI::App* AddShellCommand(CLI::App* app, ProgramArguments* arguments);

/// Serves on a free loopback port while `python program...` runs with SPARK_REMOTE set. Gives the
/// exit code of the program, 128 and its signal if one ended it.
int RunPythonProgram(const ProgramArguments& arguments, const std::vector<std::string>& program);
/// The same for a prompt where `spark` is ready.
int RunPythonPrompt(const ProgramArguments& arguments);

}  // namespace thalweg::cli
