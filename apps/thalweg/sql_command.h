#pragma once

// `thalweg sql`: scripts and the shell.

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace thalweg::cli {

/// What the command line asks for.
struct SqlArguments {
  std::vector<std::string> texts;
  std::vector<std::string> files;
  std::string format = "table";
  std::vector<std::string> settings;
  bool shows_progress = false;
  std::string metrics_address = "127.0.0.1";
  std::optional<int> metrics_port;
  bool logs_queries = false;  // the log is to have what QueryLog tells
};

/// Adds the sub-command to `app`; parsing fills `arguments`, which outlives `app`.
CLI::App* AddSqlCommand(CLI::App* app, SqlArguments* arguments);

/// Gives the exit code of the program (script_runner.h). Without texts and files: the shell when
/// standard input is a terminal, else a script is read from there.
int RunSqlCommand(const SqlArguments& arguments);

}  // namespace thalweg::cli
