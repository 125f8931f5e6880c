// The command line program.

#include <cstdlib>
#include <exception>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "python_shell_command.h"
#include "run_command.h"
#include "script_runner.h"
#include "server_command.h"
#include "sql_command.h"
#include "state_command.h"
#include "thalweg/base/fault_point.h"
#include "thalweg/base/log.h"
#include "version_command.h"

namespace thalweg::cli {
namespace {

const std::map<std::string, LogLevel>& LogLevels() {
  static const auto* const kLevels =
      new std::map<std::string, LogLevel>{{"debug", LogLevel::kDebug},
                                          {"info", LogLevel::kInfo},
                                          {"warning", LogLevel::kWarning},
                                          {"error", LogLevel::kError},
                                          {"off", LogLevel::kOff}};
  return *kLevels;
}

bool SetFaultPointsFromEnvironment() {
  const char* text = std::getenv("THALWEG_FAULT");
  if (text == nullptr) return true;
  const Status status = SetFaultPoints(text);
  if (!status.ok()) fmt::print(stderr, "THALWEG_FAULT: {}\n", status.message());
  return status.ok();
}

/// Help of the sub-command `name`, of the program when it is empty.
int PrintHelp(CLI::App* app, const std::string& name) {
  CLI::App* command = name.empty() ? app : nullptr;
  for (CLI::App* candidate : app->get_subcommands(nullptr)) {
    if (candidate->get_name() == name) command = candidate;
  }
  if (command == nullptr) {
    fmt::print(stderr, "no such command: {}\n", name);
    return kExitUsage;
  }
  // App::help() would explain the sub-command that was called, which is `help`.
  fmt::print("{}", command->get_formatter()->make_help(
                       command, name.empty() ? app->get_name() : app->get_name() + " " + name,
                       CLI::AppFormatMode::Normal));
  return kExitDone;
}

int Run(int argc, char** argv) {
  CLI::App app("Streaming and batch SQL with the semantics of Spark Structured Streaming",
               "thalweg");
  LogLevel log_level = LogLevel::kWarning;
  app.add_option("--log-level", log_level, "Least level that is logged to stderr")
      ->transform(CLI::CheckedTransformer(LogLevels(), CLI::ignore_case))
      ->option_text("debug|info|warning|error|off [warning]");
  app.set_version_flag("--version", VersionText());
  app.require_subcommand(1);
  app.fallthrough();
  SqlArguments sql_arguments;
  const CLI::App* sql = AddSqlCommand(&app, &sql_arguments);
  StateArguments state_arguments;
  const CLI::App* state = AddStateCommand(&app, &state_arguments);
  ServerArguments server_arguments;
  const CLI::App* server = AddServerCommand(&app, &server_arguments);
  PythonArguments run_arguments;
  const CLI::App* run = AddRunCommand(&app, &run_arguments);
  PythonArguments shell_arguments;
  const CLI::App* shell = AddPythonShellCommand(&app, &shell_arguments);
  const CLI::App* version = app.add_subcommand("version", "Print the version");
  CLI::App* help = app.add_subcommand("help", "Explain a command");
  std::string topic;
  help->add_option("command", topic, "The command to explain");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  SetLogLevel(log_level);
  if (!SetFaultPointsFromEnvironment()) return kExitUsage;
  sql_arguments.logs_queries = log_level <= LogLevel::kInfo;
  if (sql->parsed()) return RunSqlCommand(sql_arguments);
  if (state->parsed()) return RunStateCommand(state_arguments);
  if (server->parsed()) return RunServerCommand(server_arguments);
  if (run->parsed()) return RunRunCommand(run_arguments, run->remaining());
  if (shell->parsed()) return RunPythonShellCommand(shell_arguments);
  if (version->parsed()) {
    fmt::print("{}\n", VersionText());
    return kExitDone;
  }
  return PrintHelp(&app, topic);
}

}  // namespace
}  // namespace thalweg::cli

int main(int argc, char** argv) {
  try {
    return thalweg::cli::Run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "[INTERNAL_ERROR] {} SQLSTATE: XX000\n", error.what());
    return thalweg::cli::kExitFailed;
  }
}
