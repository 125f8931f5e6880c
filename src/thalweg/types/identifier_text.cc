#include "thalweg/types/identifier_text.h"

#include <cctype>

namespace thalweg {

std::string QuoteIdentifier(std::string_view name) {
  std::string text = "`";
  for (const char letter : name) {
    if (letter == '`') text += '`';
    text += letter;
  }
  return text + "`";
}

std::string QuoteIdentifierIfNeeded(std::string_view name) {
  bool plain = !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front()));
  for (const char letter : name) {
    plain = plain && (std::isalnum(static_cast<unsigned char>(letter)) || letter == '_');
  }
  return plain ? std::string(name) : QuoteIdentifier(name);
}

std::string ToLowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

std::string ToUpperAscii(std::string_view text) {
  std::string upper(text);
  for (char& letter : upper) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return upper;
}

}  // namespace thalweg
