#pragma once

// A file system that stops one caller before an operation, as SIGSTOP or a long pause of a virtual
// machine would, while others go on with the file system below.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "thalweg/testing/forwarding_file_system.h"

namespace thalweg::tests {

/// Thread-safe. Hands everything on to `below`, which outlives it.
class PausingFileSystem : public testing::ForwardingFileSystem {
 public:
  explicit PausingFileSystem(FileSystem* below) : ForwardingFileSystem(below) {}

  /// Stops whoever comes with the `number`-th operation from now on (1: the next), and all that
  /// come later; the calling thread apart.
  void PauseAt(int64_t number);
  bool paused();
  void Resume();

  /// Where somebody has stopped.
  std::string place();

 protected:
  Status Before(std::string_view operation, const std::string& path) override;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t left_ = 0;  // operations until the pause; 0: none to come
  bool paused_ = false;
  std::string place_;
  std::thread::id spared_;
};

}  // namespace thalweg::tests
