#pragma once

// Binary values as text.

#include <string>
#include <string_view>

namespace thalweg {

/// Appends bytes as Spark shows them: "[61 62]".
void AppendBinaryText(std::string_view bytes, std::string* out);

}  // namespace thalweg
