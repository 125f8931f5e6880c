#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "progress_display.h"
#include "thalweg/base/status.h"

namespace thalweg::cli {

/// Buffered standard output whose failures are errors. One thread at a time.
class TextOutput {
 public:
  /// `display` is cleared before something is written; it outlives this.
  TextOutput(std::FILE* file, ProgressDisplay* display) : file_(file), display_(display) {}

  /// Where text may be appended; MaybeFlush() or Flush() writes it.
  std::string* buffer() { return &buffer_; }
  /// Writes when much has been gathered. Errors: the system's (a full disk).
  Status MaybeFlush();
  Status Flush();

 private:
  std::FILE* file_;
  ProgressDisplay* display_;
  std::string buffer_;
};

}  // namespace thalweg::cli
