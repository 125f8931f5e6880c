// parse_url and try_parse_url: a part of a URL, as java.net.URI divides it (RFC 2396).

#include <algorithm>
#include <optional>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;

struct Url {
  string_view scheme;
  string_view authority;
  string_view path;
  string_view query;
  string_view fragment;
  bool is_opaque = false;  // "mailto:x@y"
  bool has_scheme = false;
  bool has_authority = false;
  bool has_query = false;
  bool has_fragment = false;
};

/// What java.net.URI refuses: control characters, spaces, quotes, brackets and broken escapes.
bool HasOnlyUrlCharacters(string_view text) {
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return false;
    if (string_view("\"<>\\^`{|}").find(c) != string_view::npos) return false;
    if (c == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))) {
      return false;
    }
  }
  return true;
}

std::optional<Url> ParseUrl(string_view text) {
  if (!HasOnlyUrlCharacters(text)) return std::nullopt;
  Url url;
  const size_t hash = text.find('#');
  if (hash != string_view::npos) {
    url.fragment = text.substr(hash + 1);
    url.has_fragment = true;
    text = text.substr(0, hash);
  }
  const size_t colon = text.find_first_of(":/?");
  if (colon != string_view::npos && text[colon] == ':') {
    if (colon == 0 || colon + 1 == text.size()) return std::nullopt;
    url.scheme = text.substr(0, colon);
    url.has_scheme = true;
    text.remove_prefix(colon + 1);
  }
  url.is_opaque = url.has_scheme && text.front() != '/';
  if (url.is_opaque) return url;
  const size_t mark = text.find('?');
  if (mark != string_view::npos) {
    url.query = text.substr(mark + 1);
    url.has_query = true;
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const size_t slash = std::min(text.find('/'), text.size());
    url.authority = text.substr(0, slash);
    url.has_authority = !url.authority.empty();
    text.remove_prefix(slash);
  }
  url.path = text;
  return url;
}

string_view HostOf(string_view authority) {
  const size_t at = authority.rfind('@');
  if (at != string_view::npos) authority.remove_prefix(at + 1);
  const size_t colon = authority.rfind(':');
  const bool is_port = colon != string_view::npos &&
                       authority.find_first_not_of("0123456789", colon + 1) == string_view::npos;
  return is_port ? authority.substr(0, colon) : authority;
}

/// The value of `key` in "a=1&b=2".
bool AppendQueryValue(string_view query, string_view key, std::string* out) {
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const string_view pair = query.substr(0, end);
    if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=') {
      out->append(pair.substr(key.size() + 1));
      return true;
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

/// Appends a part of the URL; false if there is no such part.
bool AppendPart(const Url& url, string_view part, std::string* out) {
  const auto append = [out](string_view text, bool present) {
    if (present) out->append(text);
    return present;
  };
  if (part == "HOST") return append(HostOf(url.authority), url.has_authority);
  if (part == "PATH") return append(url.path, !url.is_opaque);
  if (part == "QUERY") return append(url.query, url.has_query);
  if (part == "REF") return append(url.fragment, url.has_fragment);
  if (part == "PROTOCOL") return append(url.scheme, url.has_scheme);
  if (part == "AUTHORITY") return append(url.authority, url.has_authority);
  if (part == "FILE") {
    out->append(url.path);
    if (url.has_query) (*out += '?') += url.query;
    return true;
  }
  if (part == "USERINFO") {
    const size_t at = url.authority.rfind('@');
    return at != string_view::npos && append(url.authority.substr(0, at), true);
  }
  return false;
}

Result<expr::BoundFunction> BindParseUrl(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_RETURN_NOT_OK(AcceptAs(arguments, i, utf8()).status());
  }
  const bool tolerant = name == "try_parse_url" || EvalModeOf(arguments) == EvalMode::kLegacy;
  const auto part_of = [tolerant](string_view text, string_view part,
                                  const string_view* key) -> Result<std::optional<std::string>> {
    const auto url = ParseUrl(text);
    if (!url) {
      if (tolerant) return std::nullopt;
      return MakeError("INVALID_URL", {{"url", std::string(text)}});
    }
    std::string out;
    const bool found = key == nullptr ? AppendPart(*url, part, &out)
                                      : part == "QUERY" && url->has_query &&
                                            AppendQueryValue(url->query, *key, &out);
    if (!found) return std::nullopt;
    return out;
  };
  expr::ScalarKernel kernel;
  if (arguments.size() == 2) {
    kernel = expr::RowKernel<std::string, string_view, string_view>(
        utf8(),
        [part_of](string_view text, string_view part) { return part_of(text, part, nullptr); });
  } else {
    kernel = expr::RowKernel<std::string, string_view, string_view, string_view>(
        utf8(), [part_of](string_view text, string_view part, string_view key) {
          return part_of(text, part, &key);
        });
  }
  auto bound = MakeBound(name, arguments, std::vector<TypePtr>(arguments.size(), utf8()), utf8(),
                         std::move(kernel));
  bound.nullable = true;
  bound.can_fail = !tolerant;
  return bound;
}

}  // namespace

void RegisterUrlFunctions(FunctionRegistry* registry) {
  DeclareBinder(
      registry, {"parse_url", "try_parse_url"}, "url_funcs",
      "parse_url(url, partToExtract[, key]) - Returns a part of a URL: HOST, PATH, QUERY, "
      "REF, PROTOCOL, FILE, AUTHORITY or USERINFO, or the value of a key in QUERY; "
      "try_parse_url has NULL for a malformed URL.",
      "SELECT parse_url('http://spark.apache.org/path?query=1', 'HOST');", BindParseUrl);
}

}  // namespace thalweg::functions
