#pragma once

// File name patterns as Hadoop has them: * ? [a-c] [^a] {x,y} and \ before a plain character.

#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/file_system.h"

namespace thalweg::connectors {

/// Whether `path` holds a character that makes it a pattern.
bool IsGlob(std::string_view path);

/// Whether the whole of `name` (one path component) fits `pattern`.
bool MatchesGlob(std::string_view pattern, std::string_view name);

/// "a{b,c{d,e}}" -> "ab", "acd", "ace".
std::vector<std::string> ExpandBraces(std::string_view pattern);

/// What the absolute pattern `path` names, sorted by path, each once. A path without pattern names
/// itself, if it is there.
Result<std::vector<FileInfo>> ExpandGlob(FileSystem* file_system, std::string_view path);

/// "/a/b" -> "a", "b".
std::vector<std::string> PathComponents(std::string_view path);

}  // namespace thalweg::connectors
