#pragma once

// SQL text of constants and names.

#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

namespace thalweg::plan::spec {

/// SQL text that parses back to the same constant: `1L`, `'it\'s'`, `DATE '2024-01-01'`. Values of
/// nested types, which have no literal in SQL, render as a call (array, map, named_struct).
std::string LiteralText(const arrow::Scalar& scalar);

/// `value` as a quoted SQL string with escapes.
std::string QuoteString(std::string_view value);

/// Parts joined by dots, each quoted where necessary.
std::string QuoteName(const std::vector<std::string>& parts);

}  // namespace thalweg::plan::spec
