#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "thalweg/session/session.h"

namespace thalweg::cli {

/// Dot commands of the shell, with what they do.
struct DotCommand {
  std::string_view name;
  std::string_view arguments;
  std::string_view text;
};
const std::vector<DotCommand>& DotCommands();

/// Words that begin as `word` does, case ignored, sorted: SQL keywords, functions, views and
/// tables; in a line that begins with a dot, dot commands. Keywords and functions come in the case
/// of `word`, names as they are. Nothing for an empty word.
std::vector<std::string> CompleteWord(session::Session* session, std::string_view line,
                                      std::string_view word);

}  // namespace thalweg::cli
