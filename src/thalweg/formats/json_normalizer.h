#pragma once

#include <string>
#include <string_view>

#include "thalweg/formats/json_options.h"

namespace thalweg::formats {

/// Appends the JSON value `text` as a JSON generator would write it again: no blanks, escapes and
/// fractions in Java's form. `text` is well-formed and followed by kJsonPadding bytes; what stands
/// behind it does not matter.
void NormalizeJson(std::string_view text, const JsonOptions& options, std::string* out);

/// Appends `text` as a quoted JSON string. `ascii`: others as \uXXXX.
void AppendJsonString(std::string_view text, bool ascii, std::string* out);

}  // namespace thalweg::formats
