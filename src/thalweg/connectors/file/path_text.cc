#include "thalweg/connectors/file/path_text.h"

#include <filesystem>

#include <fmt/format.h>

#include "thalweg/base/file_system.h"

namespace thalweg::connectors {
namespace {

void AppendPercent(unsigned char c, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "%{:02X}", c);
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string EscapePartitionText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view kEscaped = "\"#%'*/:=?\\\x7F{}[]^";
    if (byte < 0x20 || kEscaped.find(c) != std::string_view::npos) {
      AppendPercent(byte, &out);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string UnescapePartitionText(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
        HexValue(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string PathToUri(std::string_view path) {
  std::string out = "file://";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view kQuoted = " \"#%<>?[\\]^`{|}\x7F";
    if (byte < 0x20 || kQuoted.find(c) != std::string_view::npos) {
      AppendPercent(byte, &out);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string UriToPath(std::string_view uri) {
  if (!uri.starts_with("file:")) return std::string(uri);
  return NormalizePath(UnescapePartitionText(uri));
}

std::string AbsolutePath(std::string_view path) {
  const std::string clean = NormalizePath(path);
  if (clean.starts_with('/')) return clean;
  std::error_code error;
  const std::string here = std::filesystem::current_path(error).string();
  return NormalizePath(JoinPath(here, clean));
}

std::string QualifiedPath(std::string_view path) { return "file:" + AbsolutePath(path); }

}  // namespace thalweg::connectors
