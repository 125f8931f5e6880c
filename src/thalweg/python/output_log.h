#pragma once

#include <string>
#include <thread>

#include "thalweg/python/unique_fd.h"

namespace thalweg::python {

/// Copies what a process prints to the log, line by line, in a thread of its own.
class OutputLog {
 public:
  OutputLog() = default;
  ~OutputLog() { Stop(); }
  OutputLog(const OutputLog&) = delete;
  OutputLog& operator=(const OutputLog&) = delete;

  /// `name` stands before each line. The descriptors stay the caller's and open until Stop().
  void Start(std::string name, int output, int errors);
  /// Logs what there is still to read and ends; does not wait for the other side to close.
  void Stop();

 private:
  void CopyLines(int output, int errors);

  std::string name_;
  UniqueFd stop_;
  std::thread thread_;
};

}  // namespace thalweg::python
