#include "python_program.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"
#include "thalweg/connect/server.h"

namespace thalweg::cli {
namespace {

constexpr int kKilledBase = 128;
constexpr const char* kWorkerSetting = "spark.pyspark.python";
constexpr const char* kRemoteVariable = "SPARK_REMOTE";

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string Interpreter(const PythonArguments& arguments) {
  if (!arguments.interpreter.empty()) return arguments.interpreter;
  for (const char* name : {"PYSPARK_DRIVER_PYTHON", "PYSPARK_PYTHON"}) {
    std::string named = Variable(name);
    if (!named.empty()) return named;
  }
  return "python3";
}

connect::ServerOptions MakeOptions(const PythonArguments& arguments) {
  connect::ServerOptions options;
  options.port = 0;
  // PySpark sends the token of this variable on its own.
  options.token = Variable("SPARK_CONNECT_AUTHENTICATE_TOKEN");
  // Python functions run where the program runs, unless something else is asked for.
  options.settings[kWorkerSetting] = Variable("PYSPARK_PYTHON");
  if (options.settings[kWorkerSetting].empty()) {
    options.settings[kWorkerSetting] = Interpreter(arguments);
  }
  for (const std::string& setting : arguments.settings) {
    const size_t equals = setting.find('=');
    options.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return options;
}

/// With a token PySpark goes without encryption only if the host is called so.
std::string Remote(const connect::ServerOptions& options, int port) {
  return fmt::format("sc://{}:{}", options.token.empty() ? options.address : "localhost", port);
}

/// This process's environment with SPARK_REMOTE in it.
std::vector<std::string> Environment(const std::string& remote) {
  std::vector<std::string> entries = {fmt::format("{}={}", kRemoteVariable, remote)};
  const std::string replaced = fmt::format("{}=", kRemoteVariable);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, replaced.c_str(), replaced.size()) != 0) entries.emplace_back(*entry);
  }
  return entries;
}

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> Spawn(const std::string& interpreter, const std::vector<std::string>& words,
                    const std::string& remote) {
  std::vector<std::string> command = {interpreter};
  command.insert(command.end(), words.begin(), words.end());
  std::vector<std::string> environment = Environment(remote);
  pid_t child = 0;
  const int error = posix_spawnp(&child, interpreter.c_str(), nullptr, nullptr,
                                 Pointers(&command).data(), Pointers(&environment).data());
  if (error != 0) {
    return Status::IOError("cannot run the interpreter ", interpreter, ": ", std::strerror(error));
  }
  return child;
}

/// Waits for the end of `child`, to which signals are passed on; gives its exit code.
Result<int> WaitFor(pid_t child) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  if (descriptor < 0) return Status::IOError("cannot watch the program: ", std::strerror(errno));
  pollfd awaited[] = {{descriptor, POLLIN, 0}, {interrupt_descriptor(), POLLIN, 0}};
  nfds_t count = 2;
  while (true) {
    const int ready = poll(awaited, count, -1);
    if (ready < 0 && errno != EINTR) break;
    if (ready > 0 && awaited[0].revents != 0) break;
    if (!IsInterrupted() || count == 1) continue;
    if (interrupt_signal() == SIGINT) {
      ResetInterrupt();
    } else {
      kill(child, interrupt_signal());
      count = 1;
    }
  }
  close(descriptor);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return Status::IOError("cannot wait: ", std::strerror(errno));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kKilledBase + WTERMSIG(status);
}

}  // namespace

Result<int> RunPythonProgram(const PythonArguments& arguments,
                             const std::vector<std::string>& words) {
  const connect::ServerOptions options = MakeOptions(arguments);
  InstallInterruptHandlers(/*second_exits=*/false);
  ARROW_ASSIGN_OR_RAISE(const auto server, connect::Server::Start(options));
  ARROW_ASSIGN_OR_RAISE(const pid_t child,
                        Spawn(Interpreter(arguments), words, Remote(options, server->port())));
  ARROW_ASSIGN_OR_RAISE(const int code, WaitFor(child));
  server->Shutdown();
  return code;
}

}  // namespace thalweg::cli
