#include "thalweg/connectors/file/glob_pattern.h"

#include <map>
#include <optional>

namespace thalweg::connectors {
namespace {

// Matches one character class at pattern[*at] == '['; moves *at behind it. No closing bracket: the
// bracket is a plain character.
bool MatchesClass(std::string_view pattern, size_t* at, char c) {
  size_t i = *at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '^' || pattern[i] == '!');
  if (negated) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const char low = pattern[i++];
    char high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      high = pattern[i + 1];
      i += 2;
    }
    found = found || (low <= c && c <= high);
  }
  if (i >= pattern.size()) {
    ++*at;
    return c == '[';
  }
  *at = i + 1;
  return found != negated;
}

bool MatchesPlain(std::string_view pattern, std::string_view name) {
  size_t p = 0;
  size_t n = 0;
  // Where to go on when what follows the last '*' does not fit.
  std::optional<size_t> star;
  size_t star_name = 0;
  while (n < name.size()) {
    bool matched = false;
    size_t next = p;
    if (p < pattern.size()) {
      if (pattern[p] == '*') {
        star = ++p;
        star_name = n;
        continue;
      }
      if (pattern[p] == '[') {
        matched = MatchesClass(pattern, &next, name[n]);
      } else {
        if (pattern[p] == '\\' && p + 1 < pattern.size()) ++next;
        matched = (pattern[p] == '?') || pattern[next] == name[n];
        ++next;
      }
    }
    if (matched) {
      p = next;
      ++n;
    } else if (star) {
      p = *star;
      n = ++star_name;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Status ExpandPattern(FileSystem* file_system, const std::string& pattern,
                     std::map<std::string, FileInfo>* found) {
  std::vector<std::string> bases = {"/"};
  for (const auto& component : PathComponents(pattern)) {
    std::vector<std::string> next;
    for (const auto& base : bases) {
      if (!IsGlob(component)) {
        next.push_back(JoinPath(base, component));
        continue;
      }
      auto listed = file_system->List(base);
      if (!listed.ok()) {
        if (IsNotFound(listed.status())) continue;
        return listed.status();
      }
      for (const auto& info : *listed) {
        if (MatchesPlain(component, BaseName(info.path))) next.push_back(info.path);
      }
    }
    bases = std::move(next);
  }
  for (const auto& path : bases) {
    auto info = file_system->GetInfo(path);
    if (info.ok()) {
      found->emplace(path, *info);
    } else if (!IsNotFound(info.status())) {
      return info.status();
    }
  }
  return Status::OK();
}

}  // namespace

bool IsGlob(std::string_view path) {
  return path.find_first_of("*?[{\\") != std::string_view::npos;
}

std::vector<std::string> PathComponents(std::string_view path) {
  std::vector<std::string> components;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    if (end > at) components.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  return components;
}

std::vector<std::string> ExpandBraces(std::string_view pattern) {
  const size_t open = pattern.find('{');
  if (open == std::string_view::npos) return {std::string(pattern)};
  int depth = 0;
  size_t begin = open + 1;
  std::vector<std::string_view> choices;
  size_t close = open;
  for (; close < pattern.size(); ++close) {
    const char c = pattern[close];
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) break;
    if (c == ',' && depth == 1) {
      choices.push_back(pattern.substr(begin, close - begin));
      begin = close + 1;
    }
  }
  if (close == pattern.size()) return {std::string(pattern)};  // no closing brace
  choices.push_back(pattern.substr(begin, close - begin));
  std::vector<std::string> out;
  for (const auto choice : choices) {
    std::string text(pattern.substr(0, open));
    text += choice;
    text += pattern.substr(close + 1);
    for (auto& expanded : ExpandBraces(text)) out.push_back(std::move(expanded));
  }
  return out;
}

bool MatchesGlob(std::string_view pattern, std::string_view name) {
  for (const auto& plain : ExpandBraces(pattern)) {
    if (MatchesPlain(plain, name)) return true;
  }
  return false;
}

Result<std::vector<FileInfo>> ExpandGlob(FileSystem* file_system, std::string_view path) {
  std::map<std::string, FileInfo> found;
  for (const auto& pattern : ExpandBraces(path)) {
    ARROW_RETURN_NOT_OK(ExpandPattern(file_system, pattern, &found));
  }
  std::vector<FileInfo> out;
  for (auto& [name, info] : found) out.push_back(std::move(info));
  return out;
}

}  // namespace thalweg::connectors
