#pragma once

// Numbers as text, as Spark reads and writes them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace thalweg {

/// Java's Double.toString: the shortest digits that read back the same, "1.0E10" outside
/// [1e-3, 1e7), "NaN", "Infinity".
void AppendDoubleText(double value, std::string* out);
void AppendFloatText(float value, std::string* out);

/// Spark's cast of text to DOUBLE: decimal or hexadecimal, exponent, suffix f or d, and in any
/// case inf, infinity, nan. Blanks at both ends are ignored. Nothing when it is no number.
std::optional<double> ParseDoubleText(std::string_view text);
std::optional<float> ParseFloatText(std::string_view text);

/// Spark's cast of text to an integer type: sign and digits, blanks around; nothing when malformed
/// or outside 64 bits.
std::optional<int64_t> ParseIntegerText(std::string_view text);

/// The same of a text that may have a fraction, which is cut: "1.9", ".5", "-3.". Spark's cast
/// without `spark.sql.ansi.enabled`.
std::optional<int64_t> ParseWholePartText(std::string_view text);

/// true, t, yes, y, 1 and false, f, no, n, 0 in any case, blanks around.
std::optional<bool> ParseBooleanText(std::string_view text);

}  // namespace thalweg
