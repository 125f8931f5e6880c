#pragma once

// Lines from a terminal, with editing, history and completion (libedit).

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::cli {

/// One thread; at most one at a time, as the terminal is the process's.
class LineEditor {
 public:
  /// Whole words that may stand for `word`, the end of what stands left of the cursor in `line`.
  using Completer =
      std::function<std::vector<std::string>(std::string_view line, std::string_view word)>;

  enum class End { kLine, kInterrupt, kEndOfInput };
  struct Line {
    End end = End::kLine;
    std::string text;  // without line end
  };

  /// Loads the history from `history_file` if there is one; empty: no file.
  static Result<std::unique_ptr<LineEditor>> Make(std::string history_file, Completer completer);
  ~LineEditor();

  /// Ctrl-C gives kInterrupt and drops the line; Ctrl-D on an empty line gives kEndOfInput.
  Line Read(const std::string& prompt);
  void AddToHistory(const std::string& line);
  /// Writes the history file. Errors: the system's.
  Status SaveHistory();

 private:
  struct State;
  explicit LineEditor(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace thalweg::cli
