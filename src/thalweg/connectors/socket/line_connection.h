#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "thalweg/base/status.h"

namespace thalweg::connectors {

/// A TCP connection whose lines a thread of its own hands on. Ends when the server closes it; it is
/// not opened again.
class LineConnection {
 public:
  /// Called on the reading thread, without the line end (LF or CR LF).
  using OnLine = std::function<void(std::string line)>;

  static Result<std::unique_ptr<LineConnection>> Make(const std::string& host, int port,
                                                      OnLine on_line);
  ~LineConnection() { Close(); }

  /// Ends the thread. Idempotent; not from the reading thread.
  void Close();

 private:
  LineConnection(int socket, OnLine on_line);
  void ReadLines(const OnLine& on_line);

  const int socket_;
  std::atomic<bool> closing_{false};
  std::thread thread_;
};

}  // namespace thalweg::connectors
