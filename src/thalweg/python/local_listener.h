#pragma once

#include <string>

#include "thalweg/base/status.h"
#include "thalweg/python/unique_fd.h"

namespace thalweg::python {

/// A socket that waits for one process of this user: at a path that nobody else can open, or at a
/// port of the loopback address. The destructor removes the path.
class LocalListener {
 public:
  /// Errors: PYTHON_WORKER_FAILED.CANNOT_START.
  static Result<LocalListener> OnPath();
  static Result<LocalListener> OnPort();

  LocalListener() = default;
  LocalListener(LocalListener&& other) noexcept;
  LocalListener& operator=(LocalListener&& other) noexcept;
  ~LocalListener();

  int fd() const { return socket_.get(); }
  /// Empty: it is a port.
  const std::string& path() const { return path_; }
  int port() const { return port_; }
  /// The process that has connected; without delays of small messages.
  UniqueFd Accept() const;

 private:
  UniqueFd socket_;
  std::string path_;
  int port_ = 0;
};

}  // namespace thalweg::python
