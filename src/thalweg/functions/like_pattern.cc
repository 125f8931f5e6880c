#include "thalweg/functions/like_pattern.h"

#include <algorithm>

#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

constexpr size_t kNone = std::string_view::npos;

}  // namespace

Result<LikePattern> LikePattern::Make(std::string_view pattern, char32_t escape) {
  LikePattern out;
  out.parts_.emplace_back();
  const auto add = [&out](std::string_view bytes, bool any) {
    Part& part = out.parts_.back();
    part.text.append(bytes);
    part.any.resize(part.text.size(), any);
    part.has_any |= any;
  };
  for (size_t at = 0; at < pattern.size();) {
    size_t bytes = std::min(CharacterBytes(pattern[at]), pattern.size() - at);
    if (FirstCodePoint(pattern.substr(at)) == escape) {
      at += bytes;
      if (at == pattern.size()) {
        return MakeError("INVALID_FORMAT.ESC_AT_THE_END",
                         {{"format", "'" + std::string(pattern) + "'"}});
      }
      bytes = std::min(CharacterBytes(pattern[at]), pattern.size() - at);
      const uint32_t next = FirstCodePoint(pattern.substr(at));
      if (next != '%' && next != '_' && next != escape) {
        return MakeError("INVALID_FORMAT.ESC_IN_THE_MIDDLE",
                         {{"format", "'" + std::string(pattern) + "'"},
                          {"char", "'" + std::string(pattern.substr(at, bytes)) + "'"}});
      }
      add(pattern.substr(at, bytes), false);
    } else if (pattern[at] == '%') {
      out.parts_.emplace_back();
    } else if (pattern[at] == '_') {
      add("_", true);
    } else {
      add(pattern.substr(at, bytes), false);
    }
    at += bytes;
  }
  return out;
}

size_t LikePattern::MatchAt(const Part& part, std::string_view text) {
  if (!part.has_any) return text.starts_with(part.text) ? part.text.size() : kNone;
  size_t at = 0;
  for (size_t i = 0; i < part.text.size(); ++i) {
    if (at >= text.size()) return kNone;
    if (part.any[i]) {
      at += std::min(CharacterBytes(text[at]), text.size() - at);
    } else if (text[at++] != part.text[i]) {
      return kNone;
    }
  }
  return at;
}

bool LikePattern::Find(const Part& part, std::string_view text, size_t* begin, size_t* end) {
  if (!part.has_any) {
    *begin = text.find(part.text);
    *end = *begin + part.text.size();
    return *begin != kNone;
  }
  for (*begin = 0; *begin <= text.size();) {
    const size_t length = MatchAt(part, text.substr(*begin));
    if (length != kNone) {
      *end = *begin + length;
      return true;
    }
    if (*begin == text.size()) break;
    *begin += CharacterBytes(text[*begin]);
  }
  return false;
}

bool LikePattern::MatchEnd(const Part& part, std::string_view text) {
  if (!part.has_any) return text.ends_with(part.text);
  // The part has a fixed number of characters: step back over as many.
  size_t characters = 0;
  for (size_t i = 0; i < part.text.size(); ++i) {
    characters += part.any[i] || (static_cast<unsigned char>(part.text[i]) & 0xC0) != 0x80;
  }
  size_t start = text.size();
  for (; characters > 0; --characters) {
    if (start == 0) return false;
    --start;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
  }
  return MatchAt(part, text.substr(start)) == text.size() - start;
}

bool LikePattern::Matches(std::string_view text) const {
  const size_t head = MatchAt(parts_.front(), text);
  if (head == kNone) return false;
  if (parts_.size() == 1) return head == text.size();
  text.remove_prefix(head);
  for (size_t i = 1; i + 1 < parts_.size(); ++i) {
    size_t begin = 0;
    size_t end = 0;
    if (!Find(parts_[i], text, &begin, &end)) return false;
    text.remove_prefix(end);
  }
  return MatchEnd(parts_.back(), text);
}

}  // namespace thalweg::functions
