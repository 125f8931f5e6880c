#include "thalweg/formats/json_normalizer.h"

#include "thalweg/formats/json_scanner.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/types/number_text.h"

namespace thalweg::formats {
namespace {

constexpr char kHexDigits[] = "0123456789ABCDEF";

void AppendUnicodeEscape(uint32_t unit, std::string* out) {
  out->append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out->push_back(kHexDigits[unit >> shift & 15]);
}

void AppendEscaped(char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      break;
    case '\\':
      out->append("\\\\");
      break;
    case '\b':
      out->append("\\b");
      break;
    case '\f':
      out->append("\\f");
      break;
    case '\n':
      out->append("\\n");
      break;
    case '\r':
      out->append("\\r");
      break;
    case '\t':
      out->append("\\t");
      break;
    default:
      AppendUnicodeEscape(static_cast<unsigned char>(c), out);
  }
}

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

/// Length of the UTF-8 sequence at `p` and its code point (the text is valid).
size_t DecodeUtf8(const char* p, uint32_t* code) {
  const auto lead = static_cast<unsigned char>(p[0]);
  const auto tail = [&](int i) { return static_cast<uint32_t>(p[i] & 0x3F); };
  if (lead < 0xE0) {
    *code = static_cast<uint32_t>(lead & 0x1F) << 6 | tail(1);
    return 2;
  }
  if (lead < 0xF0) {
    *code = static_cast<uint32_t>(lead & 0x0F) << 12 | tail(1) << 6 | tail(2);
    return 3;
  }
  *code = static_cast<uint32_t>(lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3);
  return 4;
}

void AppendNonAscii(std::string_view text, size_t* at, std::string* out) {
  uint32_t code;
  *at += DecodeUtf8(text.data() + *at, &code);
  if (code < 0x10000) {
    AppendUnicodeEscape(code, out);
  } else {
    code -= 0x10000;
    AppendUnicodeEscape(0xD800 + (code >> 10), out);
    AppendUnicodeEscape(0xDC00 + (code & 0x3FF), out);
  }
}

void AppendNumberAgain(const JsonNumber& number, std::string* out) {
  if (number.not_finite) {
    const bool is_nan = number.text == "NaN";
    out->append(is_nan ? "\"NaN\"" : number.negative ? "\"-Infinity\"" : "\"Infinity\"");
  } else if (number.is_integer) {
    out->append(number.text);
  } else {
    AppendDoubleText(ParseDouble(number.text).value_or(0), out);
  }
}

void AppendValueAgain(JsonScanner* scanner, std::string* out) {
  std::string_view text;
  std::string scratch;
  JsonNumber number;
  switch (scanner->Peek()) {
    case JsonKind::kString:
      if (scanner->ScanString(&text, &scratch)) AppendJsonString(text, false, out);
      return;
    case JsonKind::kNumber:
      if (scanner->ScanNumber(&number)) AppendNumberAgain(number, out);
      return;
    case JsonKind::kObject:
    case JsonKind::kArray:
      break;
    default: {
      const char* begin = scanner->at();
      if (scanner->SkipValue()) out->append(begin, scanner->at());
      return;
    }
  }
  const bool is_object = *scanner->at() == '{';
  const char close = is_object ? '}' : ']';
  scanner->set_at(scanner->at() + 1);
  scanner->SkipBlanks();
  out->push_back(is_object ? '{' : '[');
  bool more = !scanner->Accept(close);
  while (more) {
    if (is_object) {
      if (!scanner->ScanName(&text, &scratch) || !scanner->ScanColon()) return;
      AppendJsonString(text, false, out);
      out->push_back(':');
    }
    AppendValueAgain(scanner, out);
    if (!scanner->ScanSeparator(close, &more)) return;
    if (more) out->push_back(',');
  }
  out->push_back(close);
}

}  // namespace

void AppendJsonString(std::string_view text, bool ascii, std::string* out) {
  out->push_back('"');
  size_t plain = 0;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool wide = ascii && static_cast<unsigned char>(c) >= 0x80;
    if (!wide && !NeedsEscape(c)) {
      ++at;
      continue;
    }
    out->append(text.substr(plain, at - plain));
    if (wide) {
      AppendNonAscii(text, &at, out);
    } else {
      AppendEscaped(c, out);
      ++at;
    }
    plain = at;
  }
  out->append(text.substr(plain));
  out->push_back('"');
}

void NormalizeJson(std::string_view text, const JsonOptions& options, std::string* out) {
  JsonScanner scanner(&options);
  scanner.Reset(text);
  AppendValueAgain(&scanner, out);
}

}  // namespace thalweg::formats
