#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::functions {

/// A regular expression in Java's syntax, run by PCRE2 with a bound on backtracking. Immutable once
/// made; each thread may match with it at any time.
class JavaRegex {
 public:
  /// Where a group matched, in bytes; begin is -1 for a group that took no part.
  struct Span {
    int64_t begin = -1;
    int64_t end = -1;
  };

  /// Errors: Invalid without a detail, whose message says what is wrong with the pattern.
  static Result<std::shared_ptr<const JavaRegex>> Make(std::string_view pattern);
  virtual ~JavaRegex() = default;

  virtual int group_count() const = 0;
  /// Index of a named group, -1 if there is none of that name.
  virtual int GroupIndex(const std::string& name) const = 0;
  /// First match at or after byte `from`; `groups` becomes the whole match and the groups.
  virtual Result<bool> Find(std::string_view text, size_t from,
                            std::vector<Span>* groups) const = 0;
  /// Whether the pattern occurs anywhere.
  virtual Result<bool> Occurs(std::string_view text) const = 0;
};

}  // namespace thalweg::functions
