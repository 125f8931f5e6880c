#pragma once

// SQL text as the user gave it: its statements with their places, and errors shown in it.

#include <string>
#include <string_view>
#include <vector>

#include "thalweg/plan/spec/statement.h"
#include "thalweg/session/session.h"

namespace thalweg::cli {

/// One statement of a text. Value type.
struct ScriptStatement {
  std::string text;
  /// Place of its first character: line from 1, column in characters from 0.
  int line = 1;
  int column = 0;
};

/// A text split into statements. Immutable.
class Script {
 public:
  explicit Script(std::string text);

  const std::string& text() const { return text_; }
  const std::vector<ScriptStatement>& statements() const { return statements_; }
  /// The text ends inside a statement that no semicolon closes.
  bool last_is_unfinished() const { return last_is_unfinished_; }

 private:
  std::string text_;
  std::vector<ScriptStatement> statements_;
  bool last_is_unfinished_ = false;
};

/// Parses under the settings that the session has now; places in errors and in the statement count
/// from the start of the script.
Result<plan::spec::Statement> ParseScriptStatement(session::Session* session,
                                                   const ScriptStatement& statement);

/// RenderError(status); when the error has a place in `script`, followed by its line of the script
/// with a line of carets below it:
///
///     [UNRESOLVED_COLUMN.WITH_SUGGESTION] ... SQLSTATE: 42703 (line 1, pos 7)
///     == SQL (line 1, position 8) ==
///     SELECT nope FROM t
///            ^^^^
std::string RenderErrorInScript(const Status& status, std::string_view script);

}  // namespace thalweg::cli
