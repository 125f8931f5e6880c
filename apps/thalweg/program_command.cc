#include "program_command.h"

#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "interrupt.h"
#include "script_runner.h"
#include "thalweg/connect/server.h"

namespace thalweg::cli {
namespace {

constexpr const char* kRunFooter =
    R"(thalweg run [OPTIONS] program.py [arguments...]

The program is PySpark's: SparkSession.builder.getOrCreate() gives a session of a server that
runs for as long as the program does. Everything behind its name is the program's own.)";

constexpr const char* kShellFooter =
    R"(`spark` is a session of a server that ends with the prompt.)";

// PySpark takes code that comes neither from a file nor from a prompt for its own tests.
constexpr const char* kPrompt = R"(
import sys
sys.ps1 = ">>> "
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
print("spark is ready")
)";

void AddOptions(CLI::App* command, ProgramArguments* arguments) {
  command
      ->add_option("--python", arguments->python,
                   "The interpreter, which has PySpark [PYSPARK_PYTHON, else python3]")
      ->option_text("PROGRAM");
  command->add_option("-c,--conf", arguments->settings, "A setting of every session, KEY=VALUE")
      ->check([](const std::string& text) {
        return text.find('=') == std::string::npos ? "KEY=VALUE is wanted" : std::string();
      })
      ->allow_extra_args(false)
      ->option_text("KEY=VALUE");
}

connect::ServerOptions MakeOptions(const ProgramArguments& arguments, const std::string& python) {
  connect::ServerOptions options;
  options.port = 0;
  options.settings["spark.pyspark.python"] = python;
  for (const std::string& setting : arguments.settings) {
    const size_t equals = setting.find('=');
    options.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return options;
}

/// Runs `command` to its end; its exit code. SIGINT comes from the terminal, which sends it to the
/// program as well; what else asks this process to end is passed on.
Result<int> RunToEnd(std::vector<std::string> command) {
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  pid_t process = 0;
  const int error = posix_spawnp(&process, words[0], nullptr, nullptr, words.data(), environ);
  if (error != 0) return Status::IOError("cannot start ", command[0], ": ", std::strerror(error));
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
  pollfd waited[2] = {{handle, POLLIN, 0}, {interrupt_descriptor(), POLLIN, 0}};
  while (waited[0].revents == 0) {
    poll(waited, 2, -1);
    if (waited[1].revents == 0) continue;
    if (interrupt_signal() == SIGINT) {
      ResetInterrupt();
    } else {
      kill(process, SIGTERM);
      waited[1].fd = -1;  // once
    }
  }
  close(handle);
  int outcome = 0;
  if (waitpid(process, &outcome, 0) < 0) return Status::IOError("waitpid: ", std::strerror(errno));
  return WIFSIGNALED(outcome) ? 128 + WTERMSIG(outcome) : WEXITSTATUS(outcome);
}

Result<int> ServeProgram(const ProgramArguments& arguments,
                         const std::vector<std::string>& program) {
  const char* named = std::getenv("PYSPARK_PYTHON");
  const std::string python = !arguments.python.empty() ? arguments.python
                             : named != nullptr        ? named
                                                       : "python3";
  InstallInterruptHandlers(/*second_exits=*/false);
  ARROW_ASSIGN_OR_RAISE(const auto server, connect::Server::Start(MakeOptions(arguments, python)));
  setenv("SPARK_REMOTE", fmt::format("sc://127.0.0.1:{}", server->port()).c_str(), 1);
  std::vector<std::string> command = {python};
  command.insert(command.end(), program.begin(), program.end());
  Result<int> code = RunToEnd(std::move(command));
  server->Shutdown();
  return code;
}

}  // namespace

CLI::App* AddRunCommand(CLI::App* app, ProgramArguments* arguments) {
  CLI::App* run = app->add_subcommand("run", "Run a PySpark program with a server of its own");
  run->footer(kRunFooter);
  run->prefix_command();
  run->fallthrough(false);
  AddOptions(run, arguments);
  return run;
}

CLI::App* AddShellCommand(CLI::App* app, ProgramArguments* arguments) {
  CLI::App* shell = app->add_subcommand("shell", "Open a Python prompt with `spark` ready");
  shell->footer(kShellFooter);
  AddOptions(shell, arguments);
  return shell;
}

int RunPythonProgram(const ProgramArguments& arguments, const std::vector<std::string>& program) {
  if (program.empty()) {
    fmt::print(stderr, "thalweg run: which program?\n");
    return kExitUsage;
  }
  const Result<int> code = ServeProgram(arguments, program);
  if (code.ok()) return *code;
  fmt::print(stderr, "{}\n", code.status().message());
  return kExitFailed;
}

int RunPythonPrompt(const ProgramArguments& arguments) {
  return RunPythonProgram(arguments, {"-i", "-c", kPrompt});
}

}  // namespace thalweg::cli
