#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "thalweg/sql/token.h"

namespace thalweg::sql {

/// The tokens of `text`, the last of kind kEnd. Comments and blanks are left out. Characters that
/// begin no token become kUnrecognized, so that the parser can report them in place. Errors:
/// UNCLOSED_BRACKETED_COMMENT.
Result<std::vector<Token>> Tokenize(std::string_view text);

/// The value of a string token: quotes removed, escapes resolved as Spark does (\n, \u0041, \101,
/// doubled quotes; \% and \_ keep their backslash).
std::string UnescapeString(std::string_view token);

/// The name in a backquoted token.
std::string UnquoteIdentifier(std::string_view token);

}  // namespace thalweg::sql
