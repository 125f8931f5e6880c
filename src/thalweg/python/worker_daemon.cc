#include "thalweg/python/worker_daemon.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "thalweg/base/log.h"
#include "thalweg/python/wire.h"

namespace thalweg::python {
namespace {

using std::chrono::milliseconds;

/// What either side may have under way in the kernel.
constexpr int kSocketBufferBytes = 1 << 20;
constexpr milliseconds kEndPatience{5000};

std::string TemporaryDirectory() {
  const char* named = std::getenv("TMPDIR");
  return named != nullptr && *named != 0 ? named : "/tmp";
}

std::map<std::string, std::string> DaemonEnvironment(const Interpreter& interpreter,
                                                     Protocol protocol, const std::string& secret,
                                                     const std::string& socket_directory) {
  std::map<std::string, std::string> entries = {
      {"PYTHONUNBUFFERED", "YES"},
      {"SPARK_REUSE_WORKER", "1"},
      {"SPARK_BUFFER_SIZE", "65536"},
      {"SPARK_AUTH_SOCKET_TIMEOUT", "15"},
      {"SPARK_JOB_ARTIFACT_UUID", "default"},
      {"SPARK_LOCAL_DIRS", TemporaryDirectory()},
  };
  if (std::getenv("OMP_NUM_THREADS") == nullptr) entries["OMP_NUM_THREADS"] = "1";
  if (protocol == Protocol::k40) {
    entries["PYTHON_WORKER_FACTORY_SECRET"] = secret;
  } else {
    entries["PYTHON_UNIX_DOMAIN_ENABLED"] = "True";
    entries["PYTHON_WORKER_FACTORY_SOCK_DIR"] = socket_directory;
  }
  if (interpreter.memory_limit_mb > 0) {
    entries["PYSPARK_EXECUTOR_MEMORY_MB"] = std::to_string(interpreter.memory_limit_mb);
  }
  for (const auto& [name, value] : interpreter.environment) entries[name] = value;
  return entries;
}

Status CannotStart(const std::string& reason) {
  return MakeError("PYTHON_WORKER_FAILED.CANNOT_START", {{"reason", reason}});
}

void MakeNonBlocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

Status WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Status::IOError("send: ", std::strerror(errno));
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return Status::OK();
}

}  // namespace

Result<std::shared_ptr<WorkerDaemon>> WorkerDaemon::Start(const Interpreter& interpreter,
                                                          const InterpreterVersions& versions,
                                                          const std::string& socket_directory,
                                                          milliseconds patience) {
  ARROW_ASSIGN_OR_RAISE(const std::string secret, RandomSecret());
  ARROW_ASSIGN_OR_RAISE(
      ChildProcess child,
      ChildProcess::Start(
          {interpreter.executable, "-m", "pyspark.daemon", interpreter.worker_module},
          DaemonEnvironment(interpreter, versions.protocol, secret, socket_directory),
          interpreter.directory));
  std::shared_ptr<WorkerDaemon> daemon(new WorkerDaemon(std::move(child)));
  daemon->secret_ = secret;
  daemon->name_ = "python " + std::to_string(daemon->pid());
  const Status status = daemon->ReadAddress(versions, patience);
  if (!status.ok()) {
    const Result<std::string> said = ReadToEnd(daemon->child_.errors(), 65536, milliseconds(200));
    std::string reason = status.message();
    if (said.ok() && !said->empty()) reason += "; it says: " + *said;
    return CannotStart("\"" + interpreter.executable + "\": " + reason);
  }
  daemon->log_.Start(daemon->name_, daemon->child_.output(), daemon->child_.errors());
  return daemon;
}

Status WorkerDaemon::ReadAddress(const InterpreterVersions& versions, milliseconds patience) {
  uint8_t number[4];
  ARROW_RETURN_NOT_OK(ReadExactly(child_.output(), number, sizeof(number), patience));
  const int32_t value = ReadWireInt(number);
  if (versions.protocol == Protocol::k40) {
    if (value <= 0 || value > 65535) return Status::IOError("it gave no port number");
    port_ = value;
    return Status::OK();
  }
  if (value <= 0 || value >= static_cast<int32_t>(sizeof(sockaddr_un::sun_path))) {
    return Status::IOError("it gave no socket path");
  }
  path_.resize(static_cast<size_t>(value));
  return ReadExactly(child_.output(), path_.data(), path_.size(), patience);
}

WorkerDaemon::~WorkerDaemon() {
  child_.End(kEndPatience);
  log_.Stop();
  // The daemon removes it when it ends by itself, not when it had to be killed.
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<UniqueFd> WorkerDaemon::OpenSocket() const {
  UniqueFd opened(::socket(path_.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!opened.valid()) return Status::IOError("socket: ", std::strerror(errno));
  int result;
  if (path_.empty()) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    result = ::connect(opened.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
    const int on = 1;
    ::setsockopt(opened.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  } else {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    result = ::connect(opened.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
  if (result != 0) return Status::IOError("connect: ", std::strerror(errno));
  ::setsockopt(opened.get(), SOL_SOCKET, SO_SNDBUF, &kSocketBufferBytes, sizeof(int));
  ::setsockopt(opened.get(), SOL_SOCKET, SO_RCVBUF, &kSocketBufferBytes, sizeof(int));
  return opened;
}

Status WorkerDaemon::ExchangeSecret(int socket, milliseconds patience) const {
  WireWriter greeting;
  greeting.Text(secret_);
  ARROW_RETURN_NOT_OK(WriteAll(socket, greeting.bytes()));
  uint8_t length[4];
  ARROW_RETURN_NOT_OK(ReadExactly(socket, length, sizeof(length), patience));
  std::string answer(std::min<size_t>(static_cast<uint32_t>(ReadWireInt(length)), 16), ' ');
  ARROW_RETURN_NOT_OK(ReadExactly(socket, answer.data(), answer.size(), patience));
  return answer == "ok" ? Status::OK() : Status::IOError("the worker refuses the secret");
}

Result<WorkerConnection> WorkerDaemon::Connect(milliseconds patience) {
  WorkerConnection connection;
  ARROW_ASSIGN_OR_RAISE(connection.socket, OpenSocket());
  uint8_t number[4];
  ARROW_RETURN_NOT_OK(ReadExactly(connection.socket.get(), number, sizeof(number), patience));
  connection.pid = ReadWireInt(number);
  if (connection.pid <= 1) return Status::IOError("the daemon cannot fork a worker");
  if (path_.empty()) ARROW_RETURN_NOT_OK(ExchangeSecret(connection.socket.get(), patience));
  MakeNonBlocking(connection.socket.get());
  return connection;
}

void WorkerDaemon::KillWorker(pid_t pid) {
  WireWriter number;
  number.Int(pid);
  const std::lock_guard<std::mutex> lock(input_mutex_);
  // A daemon that is gone took its workers along.
  const std::string& bytes = number.bytes();
  if (::send(child_.input(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0 && errno != EPIPE) {
    Log(LogLevel::kWarning, name_ + ": worker " + std::to_string(pid) + " cannot be killed");
  }
}

Result<std::string> RandomSecret() {
  unsigned char bytes[32];
  if (::getrandom(bytes, sizeof(bytes), 0) != static_cast<ssize_t>(sizeof(bytes))) {
    return Status::IOError("no random numbers: ", std::strerror(errno));
  }
  std::string text;
  for (const unsigned char byte : bytes) {
    text.push_back("0123456789abcdef"[byte >> 4]);
    text.push_back("0123456789abcdef"[byte & 15]);
  }
  return text;
}

Result<std::string> PrivateSocketDirectory() {
  const std::string path = TemporaryDirectory() + "/thalweg-python-" + std::to_string(::geteuid());
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return CannotStart(path + ": " + std::strerror(errno));
  }
  struct stat facts = {};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode) ||
      facts.st_uid != ::geteuid() || (facts.st_mode & 077) != 0) {
    return CannotStart(path + " must be a directory of this user that nobody else can open");
  }
  return path;
}

}  // namespace thalweg::python
