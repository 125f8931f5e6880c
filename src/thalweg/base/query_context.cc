#include "thalweg/base/query_context.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace thalweg {
namespace {

constexpr int kMostAround = 32;
constexpr std::string_view kCut = "...";

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

bool IsSql(const SqlPosition& position) {
  return position.origin != nullptr && !position.origin->sql_text.empty() && position.start >= 0;
}

/// The fragment within what is shown of its lines, all in bytes; `end` is exclusive.
struct Excerpt {
  int begin = 0;
  int end = 0;
  bool cut_before = false;
  bool cut_after = false;
};

Excerpt FindExcerpt(std::string_view text, int start, int stop) {
  const int size = static_cast<int>(text.size());
  Excerpt out{start, std::min(stop + 1, size), false, false};
  int around = 0;
  while (out.begin > 0 && text[static_cast<size_t>(out.begin) - 1] != '\n' &&
         around < kMostAround) {
    --out.begin;
    if (!IsContinuation(text[static_cast<size_t>(out.begin)])) ++around;
  }
  out.cut_before = out.begin > 0 && text[static_cast<size_t>(out.begin) - 1] != '\n';
  around = 0;
  while (out.end < size && text[static_cast<size_t>(out.end)] != '\n') {
    if (!IsContinuation(text[static_cast<size_t>(out.end)]) && ++around > kMostAround) break;
    ++out.end;
  }
  out.cut_after = out.end < size && text[static_cast<size_t>(out.end)] != '\n';
  return out;
}

/// One line of the excerpt, from `begin` to `end`, and the carets below it.
std::string DrawLine(std::string_view text, int begin, int end, const SqlPosition& position,
                     std::string_view before, std::string_view after) {
  std::string carets(before.size(), ' ');
  for (int i = begin; i < end && i <= position.stop; ++i) {
    if (IsContinuation(text[static_cast<size_t>(i)])) continue;
    carets += i < position.start ? ' ' : '^';
  }
  const std::string_view line =
      text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  return fmt::format("{}{}{}\n{}\n", before, line, after, carets);
}

std::string DrawFragment(const SqlPosition& position) {
  const std::string_view text = position.origin->sql_text;
  const Excerpt excerpt = FindExcerpt(text, position.start, position.stop);
  std::string out =
      fmt::format("== SQL (line {}, position {}) ==\n", position.line, position.column + 1);
  int begin = excerpt.begin;
  while (begin <= excerpt.end) {
    const size_t feed =
        text.substr(0, static_cast<size_t>(excerpt.end)).find('\n', static_cast<size_t>(begin));
    const bool last = feed == std::string_view::npos;
    const int end = last ? excerpt.end : static_cast<int>(feed);
    const bool first = begin == excerpt.begin;
    out += DrawLine(text, begin, end, position, first && excerpt.cut_before ? kCut : "",
                    last && excerpt.cut_after ? kCut : "");
    if (last) break;
    begin = end + 1;
  }
  return out;
}

}  // namespace

std::string QueryContextFragment(const SqlPosition& position) {
  if (position.origin == nullptr) return "";
  if (!IsSql(position)) return position.origin->fragment;
  return position.origin->sql_text.substr(static_cast<size_t>(position.start),
                                          static_cast<size_t>(position.stop + 1 - position.start));
}

std::string QueryContextSummary(const SqlPosition& position) {
  if (position.origin == nullptr) return "";
  if (IsSql(position)) return DrawFragment(position);
  return fmt::format("== DataFrame ==\n\"{}\" was called from\n{}\n", position.origin->fragment,
                     position.origin->call_site);
}

int QueryContextIndex(const SqlPosition& position, int offset) {
  if (!IsSql(position)) return offset;
  int units = 0;
  const std::string_view text = position.origin->sql_text;
  for (size_t i = 0; i < text.size() && static_cast<int>(i) < offset; ++i) {
    if (IsContinuation(text[i])) continue;
    // What takes four bytes takes two units.
    units += static_cast<unsigned char>(text[i]) >= 0xF0 ? 2 : 1;
  }
  return units;
}

}  // namespace thalweg
