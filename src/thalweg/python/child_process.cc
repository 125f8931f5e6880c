#include "thalweg/python/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace thalweg::python {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

/// A pair for the child's input: sending to a child that has gone gives an error, no signal.
Result<Pipe> MakeSocketPair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return Status::IOError("socketpair: ", std::strerror(errno));
  }
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<Pipe> MakePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Status::IOError("pipe: ", std::strerror(errno));
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::vector<std::string> FullEnvironment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (changes.count(text.substr(0, text.find('='))) == 0) entries.push_back(text);
  }
  for (const auto& [name, value] : changes) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

int RemainingMillis(steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

/// True once the child has ended (it stays to be waited for).
bool WaitForEnd(pid_t pid, milliseconds patience) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!handle.valid()) return false;
  pollfd waited = {handle.get(), POLLIN, 0};
  const auto deadline = steady_clock::now() + patience;
  while (true) {
    const int ready = ::poll(&waited, 1, RemainingMillis(deadline));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

/// Waits until `fd` can be read; false when `deadline` passed.
bool WaitReadable(int fd, steady_clock::time_point deadline) {
  pollfd waited = {fd, POLLIN, 0};
  while (true) {
    const int ready = ::poll(&waited, 1, RemainingMillis(deadline));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace

Result<ChildProcess> ChildProcess::Start(const std::vector<std::string>& command,
                                         const std::map<std::string, std::string>& environment,
                                         const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(Pipe input, MakeSocketPair());
  ARROW_ASSIGN_OR_RAISE(Pipe output, MakePipe());
  ARROW_ASSIGN_OR_RAISE(Pipe errors, MakePipe());
  std::vector<std::string> arguments = command;
  std::vector<std::string> entries = FullEnvironment(environment);
  std::vector<char*> argument_pointers = Pointers(&arguments);
  std::vector<char*> entry_pointers = Pointers(&entries);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.read.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, output.write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, errors.write.get(), 2);
  if (!directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&defaults, signal);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  // A group of its own from the start: an interrupt typed at the terminal is for this process.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argument_pointers[0], &actions, &attributes,
                                   argument_pointers.data(), entry_pointers.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return MakeError("PYTHON_WORKER_FAILED.CANNOT_START",
                     {{"reason", "cannot run \"" + command[0] + "\": " + std::strerror(error)}});
  }
  ChildProcess child;
  child.pid_ = pid;
  child.input_ = std::move(input.write);
  child.output_ = std::move(output.read);
  child.errors_ = std::move(errors.read);
  return child;
}

int ChildProcess::End(milliseconds patience) {
  input_.Reset();
  if (pid_ <= 0) return 0;
  if (!WaitForEnd(pid_, patience)) ::kill(pid_, SIGKILL);
  // The child is not waited for yet, so its number still names its group and nobody else's.
  ::kill(-pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

Status ReadExactly(int fd, void* bytes, size_t size, milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  auto* next = static_cast<char*>(bytes);
  while (size > 0) {
    if (!WaitReadable(fd, deadline)) return Status::IOError("no answer in time");
    const ssize_t count = ::read(fd, next, size);
    if (count == 0) return Status::IOError("the other side has closed");
    if (count < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return Status::IOError("read: ", std::strerror(errno));
    }
    next += count;
    size -= static_cast<size_t>(count);
  }
  return Status::OK();
}

Result<std::string> ReadToEnd(int fd, size_t limit, milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  std::string text;
  char piece[4096];
  while (text.size() < limit) {
    if (!WaitReadable(fd, deadline)) return Status::IOError("no answer in time");
    const ssize_t count = ::read(fd, piece, sizeof(piece));
    if (count == 0) break;
    if (count < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return Status::IOError("read: ", std::strerror(errno));
    }
    text.append(piece, static_cast<size_t>(count));
  }
  return text;
}

}  // namespace thalweg::python
