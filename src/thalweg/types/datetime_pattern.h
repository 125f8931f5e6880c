#pragma once

// Datetime patterns ("yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"): Java's DateTimeFormatter as Spark uses
// it, for date_format, to_timestamp and the options dateFormat and timestampFormat. English only.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/types/time_zone.h"

namespace thalweg {

/// A checked pattern. Immutable and thread-safe (the zones handed in are not).
///
/// Semantics (Spark's):
/// - Letters G y M L d D Q q E F a h H k K m s S V z O X x Z, quoted literals, optional sections in
///   brackets. y is the proleptic year, unless the pattern has G.
/// - Parsing is strict (2024-02-30 is refused) but ignores case, takes 1 to n digits for n letters
///   S, and needs the whole text. Missing fields come from 1970-01-01 00:00:00.
/// - E, F, Q and q cannot be parsed.
class DatetimePattern {
 public:
  enum class Use : uint8_t { kFormat, kParse };

  /// Errors: INVALID_DATETIME_PATTERN.*, and INCONSISTENT_BEHAVIOR_CROSS_VERSION.* for patterns
  /// that only Spark 2 understood.
  static Result<std::shared_ptr<const DatetimePattern>> Make(std::string_view pattern, Use use);

  const std::string& pattern() const { return pattern_; }

  /// Appends the text of an instant (micros since the epoch) as seen in `zone`.
  void FormatTimestamp(int64_t micros, TimeZone* zone, std::string* out) const;
  /// Appends the text of wall-clock micros; zone letters inside optional sections drop the
  /// section, others print nothing.
  void FormatTimestampNtz(int64_t local_micros, std::string* out) const;
  void FormatDate(int32_t days, std::string* out) const;

  /// The instant of a text; without zone in the text it is in `zone`. Nothing when it does not fit.
  std::optional<int64_t> ParseTimestamp(std::string_view text, TimeZone* zone) const;
  /// Wall-clock micros; a zone in the text is ignored, or refused unless `allow_zone`.
  std::optional<int64_t> ParseTimestampNtz(std::string_view text, bool allow_zone) const;
  std::optional<int32_t> ParseDate(std::string_view text) const;

  /// One letter run, literal or bracket.
  struct Element {
    enum class Kind : uint8_t { kField, kLiteral, kOptionalBegin, kOptionalEnd };
    Kind kind = Kind::kLiteral;
    char letter = 0;
    int count = 0;
    std::string literal;
    /// kOptionalBegin: index of the matching end (or the number of elements).
    size_t end = 0;
    /// Numeric fields: digits that adjacent fixed-width fields behind this one need.
    int digits_behind = 0;
    /// Numeric fields that another number follows directly take exactly their minimum width.
    bool fixed_width = false;
  };

 private:
  explicit DatetimePattern(std::string pattern) : pattern_(std::move(pattern)) {}
  Status Compile(Use use);
  void LinkAdjacentNumbers();

  std::string pattern_;
  bool has_era_ = false;
  std::vector<Element> elements_;
};

}  // namespace thalweg
