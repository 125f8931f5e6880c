#include "thalweg/connectors/socket/line_connection.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace thalweg::connectors {
namespace {

Result<int> Connect(const std::string& host, int port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int rc = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (rc != 0) return Status::IOError(host, ": ", gai_strerror(rc));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> guard(found, freeaddrinfo);
  int error = ECONNREFUSED;
  for (const addrinfo* at = found; at; at = at->ai_next) {
    const int fd = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0) {
      error = errno;
      continue;
    }
    if (::connect(fd, at->ai_addr, at->ai_addrlen) == 0) return fd;
    error = errno;
    ::close(fd);
  }
  return Status::IOError(std::strerror(error), " (", host, ":", port, ")");
}

}  // namespace

Result<std::unique_ptr<LineConnection>> LineConnection::Make(const std::string& host, int port,
                                                             OnLine on_line) {
  ARROW_ASSIGN_OR_RAISE(const int socket, Connect(host, port));
  return std::unique_ptr<LineConnection>(new LineConnection(socket, std::move(on_line)));
}

LineConnection::LineConnection(int socket, OnLine on_line)
    : socket_(socket), thread_([this, on_line = std::move(on_line)] { ReadLines(on_line); }) {}

void LineConnection::Close() {
  if (closing_.exchange(true)) return;
  ::shutdown(socket_, SHUT_RDWR);
  thread_.join();
  ::close(socket_);
}

void LineConnection::ReadLines(const OnLine& on_line) {
  std::string pending;
  char buffer[65536];
  auto take = [&](std::string line) {
    if (line.ends_with('\r')) line.pop_back();
    on_line(std::move(line));
  };
  while (true) {
    const ssize_t got = ::recv(socket_, buffer, sizeof(buffer), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size_t scanned = pending.size();
    pending.append(buffer, got);
    size_t begin = 0;
    for (size_t end; (end = pending.find('\n', scanned)) != std::string::npos;) {
      take(pending.substr(begin, end - begin));
      begin = scanned = end + 1;
    }
    pending.erase(0, begin);
  }
  if (!pending.empty() && !closing_) take(std::move(pending));
}

}  // namespace thalweg::connectors
