#pragma once

// Single values from text and to text as Java does it, for the text formats.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/util/decimal.h>

#include "thalweg/types/time_zone.h"

namespace thalweg {
class DatetimePattern;
}

namespace thalweg::formats {

/// Java's Integer.parseInt and its siblings: an optional sign and ASCII digits, nothing else;
/// nothing when outside [minimum, maximum].
std::optional<int64_t> ParseInteger(std::string_view text, int64_t minimum, int64_t maximum);

/// Java's Double.parseDouble: blanks around are ignored; "1e5", ".5", "5.", "1d", "1f", "NaN",
/// "Infinity", hexadecimal floats. Too large becomes infinity.
std::optional<double> ParseDouble(std::string_view text);
std::optional<float> ParseFloat(std::string_view text);

/// `mantissa * 10^exponent`, exactly rounded where that is cheap; nothing otherwise.
std::optional<double> SmallDecimalToDouble(uint64_t mantissa, int exponent, bool negative);

/// Java's BigDecimal grammar, rounded half up to `scale`; nothing when it does not fit `precision`.
std::optional<arrow::Decimal128> ParseDecimal(std::string_view text, int precision, int scale);
/// Digits and scale of a BigDecimal's text ("1.50" -> 3, 2; "1e3" -> 1, -3), or nothing.
struct DecimalShape {
  int precision;
  int scale;
};
std::optional<DecimalShape> DecimalShapeOf(std::string_view text);

/// Dates and timestamps of text formats: by pattern if there is one, else Spark's cast grammar with
/// a fast path for ISO forms and the leniency of old releases ("GMT+01:00").
std::optional<int32_t> ParseDateValue(std::string_view text, const DatetimePattern* pattern);
std::optional<int64_t> ParseTimestampValue(std::string_view text, const DatetimePattern* pattern,
                                           TimeZone* zone);
/// A text with a zone is refused.
std::optional<int64_t> ParseTimestampNtzValue(std::string_view text,
                                              const DatetimePattern* pattern);

/// Base64 with padding; nothing when malformed.
std::optional<std::string> DecodeBase64(std::string_view text);
void AppendBase64(std::string_view bytes, std::string* out);

void AppendInteger(int64_t value, std::string* out);

/// `text` with invalid UTF-8 sequences replaced by U+FFFD; unchanged text is not copied but left in
/// place: gives `text` itself if valid, else a view of `scratch`.
std::string_view ReplaceInvalidUtf8(std::string_view text, std::string* scratch);
bool IsValidUtf8(std::string_view text);

}  // namespace thalweg::formats
