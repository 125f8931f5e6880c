#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/python/unique_fd.h"

namespace thalweg::python {

/// A program that was started, with pipes to its three standard streams (the input is a socket).
/// Not thread-safe. The destructor closes the pipes and does not end the program; End() does.
class ChildProcess {
 public:
  /// `command` is the program (searched in PATH) and its arguments; `environment` comes on top of
  /// this process's own. It runs in `directory`, or if that is empty where this process does. No
  /// other descriptor of this process is passed on.
  static Result<ChildProcess> Start(const std::vector<std::string>& command,
                                    const std::map<std::string, std::string>& environment,
                                    const std::string& directory = "");

  pid_t pid() const { return pid_; }
  int input() const { return input_.get(); }
  int output() const { return output_.get(); }
  int errors() const { return errors_.get(); }

  /// Closes the child's standard input and waits for its end; after `patience` kills it. Either way
  /// all that is left of its process group is killed. Gives the wait status.
  int End(std::chrono::milliseconds patience);

 private:
  pid_t pid_ = -1;
  UniqueFd input_;
  UniqueFd output_;
  UniqueFd errors_;
};

/// Reads `size` bytes from `fd`, which may be non-blocking. IOError at the end of the file and when
/// `patience` is over.
Status ReadExactly(int fd, void* bytes, size_t size, std::chrono::milliseconds patience);

/// All that `fd` gives until its end, at most `limit` bytes.
Result<std::string> ReadToEnd(int fd, size_t limit, std::chrono::milliseconds patience);

}  // namespace thalweg::python
