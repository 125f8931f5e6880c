#pragma once

// Number patterns of to_number() and to_char(), "S$99,999.99": text into decimals and back.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/types/decimal_math.h"

namespace thalweg::functions {

/// A checked pattern. Immutable and safe to share.
///
/// From left to right: [MI | S] [$] digits and separators [. | D] digits [$] [MI | S | PR]. Digits
/// are 0 (as many as written, before the point) and 9 (at most as many); separators are `,` and G.
/// Letters of any case.
class NumberPattern {
 public:
  /// Errors: INVALID_FORMAT.*, which names what is wrong with the pattern.
  static Result<NumberPattern> Make(std::string_view text);

  /// In capitals, as errors show it.
  const std::string& text() const { return text_; }
  /// Digits in all, and after the point.
  int precision() const { return precision_; }
  int scale() const { return scale_; }

  /// The unscaled value of a text at scale(), at most precision() digits; nothing if the text does
  /// not fit the pattern. `*digits` is scratch memory.
  std::optional<Int128> Parse(std::string_view text, std::string* digits) const;

  /// Appends an unscaled value of `scale` in the pattern; a number that has more digits than the
  /// pattern becomes `#`s. `*digits` is scratch memory.
  void Format(Int128 unscaled, int scale, std::string* digits, std::string* out) const;

 private:
  enum class Kind : uint8_t {
    kDigits,
    kPoint,
    kDollar,
    kSign,   // S: + or -
    kMinus,  // MI: - or blank
    kOpen,   // PR: < and > around what is negative
    kClose,
    kOther,
  };
  /// A run of digits, or a separator (count 0).
  struct Run {
    int count = 0;
    bool exact = false;
  };
  struct Part {
    Kind kind = Kind::kOther;
    std::vector<Run> runs;  // of kDigits
    char character = 0;     // of kOther
  };
  class Reader;

  explicit NumberPattern(std::string text) : text_(std::move(text)) {}
  void ReadParts();
  void AddRun(Run run);
  void CountDigits();
  Status Check() const;
  Status CheckSeparators() const;
  Status CheckRepeats() const;
  Status CheckOrder() const;
  Status Invalid(const char* reason) const;
  Status InvalidToken(const char* reason, const Part& part) const;
  int Find(Kind kind) const;
  void FormatDigits(const Part& part, bool after_point, const char** next, std::string* out,
                    size_t begin) const;

  std::string text_;
  std::vector<Part> parts_;
  int precision_ = 0;
  int scale_ = 0;
};

}  // namespace thalweg::functions
