#include "run_command.h"

#include <fmt/format.h>

#include "python_options.h"
#include "script_runner.h"

namespace thalweg::cli {
namespace {

constexpr const char* kFooter =
    R"(thalweg run [OPTIONS] PROGRAM [ARGUMENT...] starts a server on a free port of this machine, sets
SPARK_REMOTE to it and runs the Python program, as `python3 PROGRAM ARGUMENT...` would. Then the
server stops; the exit code is the program's, 128 + the signal's number if one killed it.)";

}  // namespace

CLI::App* AddRunCommand(CLI::App* app, PythonArguments* arguments) {
  CLI::App* run = app->add_subcommand("run", "Run a Python program with a server of its own");
  run->footer(kFooter);
  AddPythonOptions(run, arguments);
  // What stands behind the program's name is the program's.
  run->prefix_command();
  run->fallthrough(false);
  return run;
}

int RunRunCommand(const PythonArguments& arguments, const std::vector<std::string>& words) {
  if (words.empty() || words.front().starts_with("-")) {
    fmt::print(stderr, "{}\n",
               words.empty() ? "which program? See thalweg run --help"
                             : "unknown option: " + words.front());
    return kExitUsage;
  }
  return ExitCode(RunPythonProgram(arguments, words));
}

}  // namespace thalweg::cli
