#pragma once

#include <string>
#include <string_view>

namespace thalweg {

/// "`a``b`": the name in backticks, inner backticks doubled.
std::string QuoteIdentifier(std::string_view name);

/// The name as it is when it can stand unquoted in SQL ([A-Za-z_][A-Za-z0-9_]*), else in backticks.
std::string QuoteIdentifierIfNeeded(std::string_view name);

/// ASCII letters in lower case; other bytes stay.
std::string ToLowerAscii(std::string_view text);
std::string ToUpperAscii(std::string_view text);

}  // namespace thalweg
