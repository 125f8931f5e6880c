#include "thalweg/data/pretty_text.h"

#include <algorithm>

#include <arrow/api.h>

namespace thalweg {
namespace {

constexpr int64_t kMinimumWidth = 3;

using Rows = std::vector<std::vector<std::string>>;

// One code point of UTF-8 text: its value and byte length. Malformed bytes count one by one.
struct CodePoint {
  uint32_t value;
  int bytes;
};

CodePoint DecodeAt(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  int bytes = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (at + bytes > text.size()) return {lead, 1};
  if (bytes == 1) return {lead, 1};
  uint32_t value = lead & (0xFF >> (bytes + 1));
  for (int i = 1; i < bytes; ++i) value = value << 6 | (text[at + i] & 0x3F);
  return {value, bytes};
}

bool IsWide(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0xFFE0 && c <= 0xFFE6);
}

int64_t CodeUnits(std::string_view text) {
  int64_t units = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = DecodeAt(text, at);
    units += point.value >= 0x10000 ? 2 : 1;
    at += point.bytes;
  }
  return units;
}

// The first `units` UTF-16 code units; half of a surrogate pair prints as '?', as in Java.
std::string Prefix(std::string_view text, int64_t units) {
  size_t at = 0;
  while (at < text.size() && units > 0) {
    const CodePoint point = DecodeAt(text, at);
    const int needed = point.value >= 0x10000 ? 2 : 1;
    if (needed > units) return std::string(text.substr(0, at)) + "?";
    units -= needed;
    at += point.bytes;
  }
  return std::string(text.substr(0, at));
}

std::string EscapeControls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\v':
        out += "\\v";
        break;
      case '\a':
        out += "\\a";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string CellText(std::string_view raw, int truncate) {
  std::string text = EscapeControls(raw);
  if (truncate <= 0 || static_cast<int64_t>(text.size()) <= truncate) return text;
  if (CodeUnits(text) <= truncate) return text;
  return truncate < 4 ? Prefix(text, truncate) : Prefix(text, truncate - 3) + "...";
}

void AppendPadded(std::string* out, const std::string& text, int64_t width, bool right_aligned,
                  char fill = ' ') {
  const int64_t gap = std::max<int64_t>(0, width - DisplayWidth(text));
  if (right_aligned) out->append(gap, fill);
  out->append(text);
  if (!right_aligned) out->append(gap, fill);
}

std::string TableText(const std::vector<std::string>& names, const Rows& rows, bool right_aligned) {
  std::vector<int64_t> widths;
  for (size_t c = 0; c < names.size(); ++c) {
    int64_t width = std::max(kMinimumWidth, DisplayWidth(names[c]));
    for (const auto& row : rows) width = std::max(width, DisplayWidth(row[c]));
    widths.push_back(width);
  }
  std::string rule;
  for (size_t c = 0; c < widths.size(); ++c) rule += "+" + std::string(widths[c], '-');
  rule += widths.empty() ? "++\n" : "+\n";
  std::string out = rule;
  auto append_row = [&](const std::vector<std::string>& row) {
    out.push_back('|');
    for (size_t c = 0; c < widths.size(); ++c) {
      if (c > 0) out.push_back('|');
      AppendPadded(&out, row[c], widths[c], right_aligned);
    }
    out += "|\n";
  };
  append_row(names);
  out += rule;
  for (const auto& row : rows) append_row(row);
  out += rule;
  return out;
}

std::string VerticalText(const std::vector<std::string>& names, const Rows& rows) {
  int64_t name_width = kMinimumWidth;
  for (const auto& name : names) name_width = std::max(name_width, DisplayWidth(name));
  int64_t data_width = kMinimumWidth;
  for (const auto& row : rows) {
    for (const auto& cell : row) data_width = std::max(data_width, DisplayWidth(cell));
  }
  std::string out;
  for (size_t r = 0; r < rows.size(); ++r) {
    AppendPadded(&out, "-RECORD " + std::to_string(r), name_width + data_width + 5, false, '-');
    out.push_back('\n');
    for (size_t c = 0; c < names.size(); ++c) {
      out.push_back(' ');
      AppendPadded(&out, names[c], name_width, false);
      out += " | ";
      AppendPadded(&out, rows[r][c], data_width, false);
      out += " \n";
    }
  }
  return out;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string HtmlRow(const std::vector<std::string>& cells, std::string_view tag) {
  std::string out = "<tr>";
  for (const std::string& cell : cells) {
    out.append("<").append(tag).append(">").append(EscapeHtml(cell));
    out.append("</").append(tag).append(">");
  }
  return out + "</tr>\n";
}

std::string HtmlText(const std::vector<std::string>& names, const Rows& rows) {
  std::string out = "<table border='1'>\n" + HtmlRow(names, "th");
  for (const auto& row : rows) out += HtmlRow(row, "td");
  return out + "</table>\n";
}

std::string LaidOut(const std::vector<std::string>& names, const Rows& rows,
                    const ShowOptions& options) {
  switch (options.layout) {
    case ShowLayout::kVertical:
      return VerticalText(names, rows);
    case ShowLayout::kHtml:
      return HtmlText(names, rows);
    case ShowLayout::kTable:
      break;
  }
  return TableText(names, rows, options.truncate > 0);
}

}  // namespace

int64_t DisplayWidth(std::string_view text) {
  int64_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = DecodeAt(text, at);
    width += point.value >= 0x10000 || IsWide(point.value) ? 2 : 1;
    at += point.bytes;
  }
  return width;
}

Result<std::string> ShowString(const std::vector<std::string>& names,
                               const std::vector<ArrayPtr>& columns, int64_t num_rows,
                               const ShowOptions& options) {
  const int64_t limit = std::max<int64_t>(0, options.num_rows);
  const int64_t shown = std::min(limit, num_rows);
  Rows rows(shown, std::vector<std::string>(columns.size()));
  for (size_t c = 0; c < columns.size(); ++c) {
    if (columns[c]->type_id() != arrow::Type::STRING) {
      return Status::TypeError("column ", c, " to show is ", columns[c]->type()->ToString());
    }
    const auto& cells = static_cast<const arrow::StringArray&>(*columns[c]);
    for (int64_t r = 0; r < shown; ++r) {
      rows[r][c] = CellText(cells.IsNull(r) ? "NULL" : cells.GetView(r), options.truncate);
    }
  }
  std::vector<std::string> headers;
  for (const auto& name : names) headers.push_back(EscapeControls(name));
  std::string out = LaidOut(headers, rows, options);
  if (options.layout == ShowLayout::kVertical && shown == 0) {
    out += "(0 rows)";
  } else if (num_rows > limit) {
    out += "only showing top " + std::to_string(limit) + (limit == 1 ? " row" : " rows");
    if (options.layout == ShowLayout::kHtml) out += "\n";
  }
  return out;
}

}  // namespace thalweg
