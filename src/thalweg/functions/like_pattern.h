#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::functions {

/// A compiled LIKE pattern: % is any text, _ one character. Common shapes (equal, prefix, suffix,
/// inner part) are matched without looking at characters one by one. Immutable.
class LikePattern {
 public:
  /// Errors: INVALID_FORMAT.ESC_AT_THE_END, INVALID_FORMAT.ESC_IN_THE_MIDDLE.
  static Result<LikePattern> Make(std::string_view pattern, char32_t escape);

  bool Matches(std::string_view text) const;

 private:
  /// Text between two %.
  struct Part {
    std::string text;
    /// For each place in `text`: whether it is a _ (then text holds a filler byte).
    std::vector<bool> any;
    bool has_any = false;
  };

  /// Bytes of `text` that the part covers from its start, npos if it does not match there.
  static size_t MatchAt(const Part& part, std::string_view text);
  /// First match of the part in `text`: where it starts and ends.
  static bool Find(const Part& part, std::string_view text, size_t* begin, size_t* end);
  /// Whether the end of `text` matches.
  static bool MatchEnd(const Part& part, std::string_view text);

  /// parts_[0] is anchored at the start, the last at the end, the rest lie between % in order. One
  /// part: no % at all.
  std::vector<Part> parts_;
};

}  // namespace thalweg::functions
