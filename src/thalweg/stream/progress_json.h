#pragma once

// JSON text exactly as the writers Spark uses give it: numbers in Java's notation, Jackson's
// indentation.

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace thalweg::stream {

/// `value` rounded half up to one decimal of its shortest decimal text; nothing for NaN and the
/// infinities.
std::optional<double> RoundToOneDecimal(double value);

/// As Java's Double.toString: "0.0", "73.2", "1.23456789E7".
std::string JavaDoubleText(double value);

/// Without blanks.
std::string CompactJson(const nlohmann::ordered_json& json);
/// Two blanks a level, `"key" : value`, arrays of objects as `[ {`, empty ones as `[ ]` and `{ }`.
std::string PrettyJson(const nlohmann::ordered_json& json);

}  // namespace thalweg::stream
