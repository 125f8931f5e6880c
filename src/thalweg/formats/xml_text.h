#pragma once

// Texts of XML elements and attributes as values, which the parser and the inference share.

#include <string_view>

namespace thalweg::formats {

/// Java's String.trim.
inline std::string_view TrimXmlText(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

}  // namespace thalweg::formats
