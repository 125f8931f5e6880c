#pragma once

// Values of reader and writer options as numbers, booleans and times. An unfit value is an error
// that names option and value (STDS_INVALID_OPTION_VALUE.WITH_MESSAGE).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "thalweg/io/source.h"

namespace thalweg::connectors {

/// `name` may have any case; nothing when the option is not set.
std::optional<std::string> FindOption(const io::Options& options, std::string_view name);

/// The error for `value` of option `name`; `message` is the whole sentence.
Status InvalidOption(std::string_view name, std::string message);

/// A whole number. `message` of the error is Java's ("For input string: ...").
Result<int64_t> IntegerOption(const io::Options& options, std::string_view name, int64_t otherwise);
/// As IntegerOption, and above zero.
Result<int64_t> PositiveOption(const io::Options& options, std::string_view name,
                               int64_t otherwise);
/// "true" or "false" in any case; other text: `message`, or a sentence that names both.
Result<bool> BooleanOption(const io::Options& options, std::string_view name, bool otherwise,
                           const std::string& message = "");
/// "5s", "100ms", "7d", "1h"; a plain number counts in `plain_unit_millis`.
Result<int64_t> MillisOption(const io::Options& options, std::string_view name, int64_t otherwise,
                             int64_t plain_unit_millis);

/// A decimal whole number with optional sign and nothing around it.
std::optional<int64_t> ParseInteger(std::string_view text);

std::string LowerCase(std::string_view text);

}  // namespace thalweg::connectors
