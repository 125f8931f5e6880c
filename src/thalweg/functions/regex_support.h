#pragma once

// What functions with regular expressions share: compiled patterns, matches, splitting.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/functions/java_regex.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {

using Spans = std::vector<JavaRegex::Span>;

/// Compiles a pattern when it differs from the last one: once per batch for a constant.
class RegexCache {
 public:
  explicit RegexCache(std::string function) : function_(std::move(function)) {}
  Result<const JavaRegex*> Get(std::string_view pattern) {
    if (regex_ != nullptr && source_ == pattern) return regex_.get();
    auto made = JavaRegex::Make(pattern);
    if (!made.ok()) {
      return MakeError("INVALID_PARAMETER_VALUE.PATTERN",
                       {{"parameter", "`regexp`"},
                        {"functionName", "`" + function_ + "`"},
                        {"value", "'" + std::string(pattern) + "'"}});
    }
    regex_ = std::move(*made);
    source_ = pattern;
    return regex_.get();
  }

 private:
  std::string function_;
  std::string source_;
  std::shared_ptr<const JavaRegex> regex_;
};

/// Calls `visit(spans)` for every match from the front, as java.util.regex.Matcher.find does.
template <typename Visit>
Status ForEachMatch(const JavaRegex& regex, std::string_view text, Visit visit) {
  Spans spans;
  size_t from = 0;
  while (from <= text.size()) {
    ARROW_ASSIGN_OR_RAISE(const bool found, regex.Find(text, from, &spans));
    if (!found) break;
    const size_t end = static_cast<size_t>(spans[0].end);
    const bool is_empty = spans[0].begin == spans[0].end;
    ARROW_ASSIGN_OR_RAISE(const bool go_on, visit(spans));
    if (!go_on) break;
    from = end;
    if (is_empty) from += end < text.size() ? CharacterBytes(text[end]) : 1;
  }
  return Status::OK();
}

inline bool IsLiteralPattern(std::string_view pattern) {
  return !pattern.empty() && pattern.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos;
}

template <typename Add>
Status SplitByLiteral(std::string_view text, std::string_view separator, int32_t limit,
                      const Add& add) {
  size_t at = 0;
  for (int32_t parts = 1; limit <= 0 || parts < limit; ++parts) {
    const size_t found = text.find(separator, at);
    if (found == std::string_view::npos) break;
    ARROW_RETURN_NOT_OK(add(text.substr(at, found - at)));
    at = found + separator.size();
  }
  return add(text.substr(at));
}

/// An empty pattern parts characters and leaves no empty string at the end.
template <typename Add>
Status SplitCharacters(std::string_view text, int32_t limit, const Add& add) {
  size_t at = 0;
  int32_t parts = 1;
  while (at < text.size()) {
    const size_t bytes = limit > 0 && parts == limit
                             ? text.size() - at
                             : std::min(CharacterBytes(text[at]), text.size() - at);
    ARROW_RETURN_NOT_OK(add(text.substr(at, bytes)));
    at += bytes;
    ++parts;
  }
  return Status::OK();
}

template <typename Add>
Status SplitByRegex(const JavaRegex& regex, std::string_view text, int32_t limit, const Add& add) {
  size_t at = 0;
  int32_t parts = 1;
  ARROW_RETURN_NOT_OK(ForEachMatch(regex, text, [&](const Spans& spans) -> Result<bool> {
    if (limit > 0 && parts >= limit) return false;
    if (spans[0].end == 0) return true;  // no empty string before an empty match at the start
    ARROW_RETURN_NOT_OK(add(text.substr(at, static_cast<size_t>(spans[0].begin) - at)));
    at = static_cast<size_t>(spans[0].end);
    ++parts;
    return true;
  }));
  return add(text.substr(at));
}

/// The parts of `text` around matches of `pattern`, at most `limit` of them when it is positive:
/// calls add(part) -> Status for each. Errors: INVALID_PARAMETER_VALUE.PATTERN and those of `add`.
template <typename Add>
Status SplitText(RegexCache* cache, std::string_view text, std::string_view pattern, int32_t limit,
                 const Add& add) {
  if (IsLiteralPattern(pattern)) return SplitByLiteral(text, pattern, limit, add);
  if (pattern.empty() && !text.empty()) return SplitCharacters(text, limit, add);
  ARROW_ASSIGN_OR_RAISE(const JavaRegex* regex, cache->Get(pattern));
  return SplitByRegex(*regex, text, limit, add);
}

}  // namespace thalweg::functions
