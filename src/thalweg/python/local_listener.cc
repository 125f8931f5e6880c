#include "thalweg/python/local_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "thalweg/python/worker_daemon.h"

namespace thalweg::python {
namespace {

Status SystemError(const char* what) {
  return MakeError("PYTHON_WORKER_FAILED.CANNOT_START",
                   {{"reason", std::string(what) + ": " + std::strerror(errno)}});
}

}  // namespace

LocalListener::LocalListener(LocalListener&& other) noexcept
    : socket_(std::move(other.socket_)),
      path_(std::exchange(other.path_, {})),
      port_(other.port_) {}

LocalListener& LocalListener::operator=(LocalListener&& other) noexcept {
  if (this == &other) return *this;
  if (!path_.empty()) ::unlink(path_.c_str());
  socket_ = std::move(other.socket_);
  path_ = std::exchange(other.path_, {});
  port_ = other.port_;
  return *this;
}

LocalListener::~LocalListener() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<LocalListener> LocalListener::OnPath() {
  LocalListener made;
  ARROW_ASSIGN_OR_RAISE(const std::string directory, PrivateSocketDirectory());
  ARROW_ASSIGN_OR_RAISE(const std::string name, RandomSecret());
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = directory + "/" + name.substr(0, 16) + ".sock";
  if (path.size() >= sizeof(address.sun_path)) {
    errno = ENAMETOOLONG;
    return SystemError(directory.c_str());
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  made.socket_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::bind(made.fd(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return SystemError("bind");
  }
  made.path_ = path;
  if (::listen(made.fd(), 1) != 0) return SystemError("listen");
  return made;
}

Result<LocalListener> LocalListener::OnPort() {
  LocalListener made;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  made.socket_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(made.fd(), generic, sizeof(address)) != 0 || ::listen(made.fd(), 1) != 0 ||
      ::getsockname(made.fd(), generic, &size) != 0) {
    return SystemError("bind");
  }
  made.port_ = ntohs(address.sin_port);
  return made;
}

UniqueFd LocalListener::Accept() const {
  UniqueFd connection(::accept4(fd(), nullptr, nullptr, SOCK_CLOEXEC));
  if (connection.valid() && path_.empty()) {
    const int yes = 1;
    ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  }
  return connection;
}

}  // namespace thalweg::python
