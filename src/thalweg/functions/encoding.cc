// hex, base64, URL encoding, character sets.

#include <algorithm>
#include <array>
#include <optional>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/encoding_family.h"
#include "thalweg/functions/utf8_text.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::functions {
namespace {

using arrow::binary;
using arrow::utf8;
using std::string_view;

constexpr string_view kHexDigits = "0123456789ABCDEF";

void HexBytes(std::string* out, string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *out += kHexDigits[byte >> 4];
    *out += kHexDigits[byte & 15];
  }
}

void HexLong(std::string* out, int64_t value) {
  const auto bits = static_cast<uint64_t>(value);
  int shift = 60;
  while (shift > 0 && ((bits >> shift) & 15) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) *out += kHexDigits[(bits >> shift) & 15];
}

Result<expr::BoundFunction> BindHex(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptAsOneOf(arguments, 0, {arrow::int64(), binary(), utf8()}));
  auto kernel = type->id() == arrow::Type::INT64 ? TextKernel<int64_t>(utf8(), HexLong)
                                                 : TextKernel<string_view>(utf8(), HexBytes);
  return MakeBound(name, arguments, {type}, utf8(), std::move(kernel));
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool Unhex(std::string* out, string_view text) {
  int high = text.size() % 2 == 1 ? 0 : -1;
  for (const char c : text) {
    const int digit = HexDigit(c);
    if (digit < 0) return false;
    if (high < 0) {
      high = digit;
    } else {
      *out += static_cast<char>(high * 16 + digit);
      high = -1;
    }
  }
  return true;
}

constexpr string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void ToBase64(std::string* out, string_view bytes) {
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0);
    }
    for (size_t i = 0; i < 4; ++i) {
      *out += i <= count ? kBase64[(group >> (18 - 6 * i)) & 63] : '=';
    }
  }
}

Status BinaryError(string_view text, const char* format) {
  return MakeError("CONVERSION_INVALID_INPUT", {{"str", "'" + std::string(text) + "'"},
                                                {"fmt", std::string("'") + format + "'"},
                                                {"targetType", "\"BINARY\""},
                                                {"suggestion", "`try_to_binary`"}});
}

/// MIME base64: other characters are passed over.
Status FromBase64(std::string* out, string_view text) {
  uint32_t bits = 0;
  int digits = 0;
  size_t at = 0;
  for (; at < text.size() && text[at] != '='; ++at) {
    const size_t digit = kBase64.find(text[at]);
    if (digit == string_view::npos) continue;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    if (++digits == 4) {
      for (int shift = 16; shift >= 0; shift -= 8) *out += static_cast<char>(bits >> shift);
      bits = 0;
      digits = 0;
    }
  }
  if (digits == 1 || (digits == 0 && at < text.size())) return BinaryError(text, "BASE64");
  if (digits >= 2) *out += static_cast<char>(bits >> (digits == 2 ? 4 : 10));
  if (digits == 3) *out += static_cast<char>(bits >> 2);
  for (; at < text.size(); ++at) {
    if (kBase64.find(text[at]) != string_view::npos) return BinaryError(text, "BASE64");
  }
  return Status::OK();
}

void UrlEncode(std::string* out, string_view text) {
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '*' || c == '_';
    if (plain) {
      *out += c;
    } else if (c == ' ') {
      *out += '+';
    } else {
      *out += '%';
      HexBytes(out, string_view(&c, 1));
    }
  }
}

Status UrlDecode(std::string* out, string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      *out += ' ';
    } else if (text[at] != '%') {
      *out += text[at];
    } else {
      const int high = at + 2 < text.size() ? HexDigit(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? HexDigit(text[at + 2]) : -1;
      if (high < 0 || low < 0) {
        return MakeError("CANNOT_DECODE_URL", {{"url", std::string(text)}});
      }
      *out += static_cast<char>(high * 16 + low);
      at += 2;
    }
  }
  return Status::OK();
}

/// The format of to_binary: hex unless given; nothing for a NULL.
enum class BinaryFormat { kNone, kHex, kUtf8, kBase64 };

Result<BinaryFormat> ReadBinaryFormat(const Arguments& arguments) {
  if (arguments.size() == 1) return BinaryFormat::kHex;
  const auto& constant = arguments[1].constant;
  if (constant == nullptr) {
    return MakeError(
        "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
        {{"inputName", "`fmt`"}, {"inputType", "\"STRING\""}, {"inputExpr", "\"fmt\""}});
  }
  if (!constant->is_valid) return BinaryFormat::kNone;
  const string_view given = static_cast<const arrow::BaseBinaryScalar&>(*constant).view();
  const std::string upper = ToUpperAscii(given);
  if (upper == "HEX") return BinaryFormat::kHex;
  if (upper == "UTF-8" || upper == "UTF8") return BinaryFormat::kUtf8;
  if (upper == "BASE64") return BinaryFormat::kBase64;
  return MakeError("DATATYPE_MISMATCH.INVALID_ARG_VALUE",
                   {{"inputName", "fmt"},
                    {"requireType", "case-insensitive STRING"},
                    {"validValues", "'hex', 'utf-8', 'utf8', or 'base64'"},
                    {"inputValue", "'" + std::string(given) + "'"}});
}

/// Base64 without anything else in it, in groups of four.
bool IsStrictBase64(string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') digits += c;
  }
  const size_t end = std::min(digits.find('='), digits.size());
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i < end ? kBase64.find(digits[i]) == string_view::npos : digits[i] != '=') return false;
  }
  return digits.size() % 4 == 0 ? digits.size() - end <= 2 : end == digits.size() && end % 4 != 1;
}

Status ToBinary(BinaryFormat format, std::string* out, string_view text) {
  if (format == BinaryFormat::kUtf8) {
    out->append(text);
    return Status::OK();
  }
  if (format == BinaryFormat::kBase64) {
    if (!IsStrictBase64(text)) return BinaryError(text, "BASE64");
    return FromBase64(out, text);
  }
  return Unhex(out, text) ? Status::OK() : BinaryError(text, "HEX");
}

/// to_binary and try_to_binary (`tolerant`: NULL for what is malformed).
Result<expr::BoundFunction> BindToBinary(const std::string& name, const Arguments& arguments) {
  const bool tolerant = name == "try_to_binary";
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, i, utf8()));
    types.push_back(std::move(type));
  }
  ARROW_ASSIGN_OR_RAISE(const BinaryFormat format, ReadBinaryFormat(arguments));
  expr::ScalarKernel convert = TextKernel<string_view>(
      binary(),
      [format](std::string* out, string_view text) { return ToBinary(format, out, text); });
  if (tolerant) {
    convert = TextKernel<string_view>(binary(), [format](std::string* out, string_view text) {
      return ToBinary(format, out, text).ok();
    });
  }
  auto bound = MakeBound(
      name, arguments, std::move(types), binary(),
      [format, convert](const expr::EvalContext& context, const std::vector<arrow::Datum>& values,
                        int64_t num_rows) -> Result<arrow::Datum> {
        if (format == BinaryFormat::kNone) {
          const bool as_scalar = values[0].is_scalar();
          return expr::NullResult(binary(), as_scalar ? 1 : num_rows, as_scalar);
        }
        return convert(context, {values[0]}, num_rows);
      });
  bound.can_fail = !tolerant;
  bound.nullable |= tolerant || format == BinaryFormat::kNone;
  return bound;
}

// ---- Character sets ----

enum class Charset { kUtf8, kAscii, kLatin1, kUtf16, kUtf16Big, kUtf16Little, kUtf32 };

Result<Charset> FindCharset(string_view name, const char* function) {
  const std::string upper = ToUpperAscii(name);
  if (upper == "UTF-8") return Charset::kUtf8;
  if (upper == "US-ASCII") return Charset::kAscii;
  if (upper == "ISO-8859-1") return Charset::kLatin1;
  if (upper == "UTF-16") return Charset::kUtf16;
  if (upper == "UTF-16BE") return Charset::kUtf16Big;
  if (upper == "UTF-16LE") return Charset::kUtf16Little;
  if (upper == "UTF-32") return Charset::kUtf32;
  return MakeError(
      "INVALID_PARAMETER_VALUE.CHARSET",
      {{"functionName", std::string("`") + function + "`"},
       {"parameter", "`charset`"},
       {"charset", std::string(name)},
       {"charsets", "iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8"}});
}

Status CodingError(const char* function, string_view charset) {
  return MakeError("MALFORMED_CHARACTER_CODING", {{"function", std::string("`") + function + "`"},
                                                  {"charset", std::string(charset)}});
}

void AppendUnit(uint32_t unit, bool little, std::string* out) {
  const char low = static_cast<char>(unit);
  const char high = static_cast<char>(unit >> 8);
  *out += little ? low : high;
  *out += little ? high : low;
}

Status Encode(std::string* out, string_view text, string_view name) {
  ARROW_ASSIGN_OR_RAISE(const Charset charset, FindCharset(name, "encode"));
  if (charset == Charset::kUtf8) {
    out->append(text);
    return Status::OK();
  }
  const bool little = charset == Charset::kUtf16Little;
  const bool single = charset == Charset::kAscii || charset == Charset::kLatin1;
  if (charset == Charset::kUtf16 && !text.empty()) AppendUnit(0xFEFF, false, out);
  for (size_t at = 0; at < text.size(); at += CharacterBytes(text[at])) {
    const uint32_t code = FirstCodePoint(text.substr(at));
    if (single) {
      if (code >= (charset == Charset::kAscii ? 0x80u : 0x100u)) return CodingError("encode", name);
      *out += static_cast<char>(code);
    } else if (charset == Charset::kUtf32) {
      AppendUnit(code >> 16, false, out);
      AppendUnit(code & 0xFFFF, false, out);
    } else if (code < 0x10000) {
      AppendUnit(code, little, out);
    } else {
      AppendUnit(0xD800 + ((code - 0x10000) >> 10), little, out);
      AppendUnit(0xDC00 + ((code - 0x10000) & 0x3FF), little, out);
    }
  }
  return Status::OK();
}

Status DecodeUtf16(std::string* out, string_view bytes, bool little, string_view name) {
  const auto unit = [&](size_t at) {
    const uint32_t first = static_cast<unsigned char>(bytes[at]);
    const uint32_t second = static_cast<unsigned char>(bytes[at + 1]);
    return little ? second << 8 | first : first << 8 | second;
  };
  if (bytes.size() % 2 != 0) return CodingError("decode", name);
  for (size_t at = 0; at < bytes.size(); at += 2) {
    uint32_t code = unit(at);
    if (code >= 0xD800 && code < 0xDC00 && at + 3 < bytes.size()) {
      const uint32_t low = unit(at + 2);
      if (low < 0xDC00 || low > 0xDFFF) return CodingError("decode", name);
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      at += 2;
    } else if (code >= 0xD800 && code < 0xE000) {
      return CodingError("decode", name);
    }
    AppendCodePoint(code, out);
  }
  return Status::OK();
}

Status DecodeUtf32(std::string* out, string_view bytes, string_view name) {
  using namespace std::string_view_literals;
  const bool little = bytes.starts_with("\xFF\xFE\0\0"sv);
  if (little || bytes.starts_with("\0\0\xFE\xFF"sv)) bytes.remove_prefix(4);
  if (bytes.size() % 4 != 0) return CodingError("decode", name);
  for (size_t at = 0; at < bytes.size(); at += 4) {
    uint32_t code = 0;
    for (size_t i = 0; i < 4; ++i) {
      code = code << 8 | static_cast<unsigned char>(bytes[little ? at + 3 - i : at + i]);
    }
    if (code > 0x10FFFF) return CodingError("decode", name);
    // Java keeps half a pair, which is no character when it becomes UTF-8.
    AppendCodePoint(code >= 0xD800 && code < 0xE000 ? '?' : code, out);
  }
  return Status::OK();
}

bool IsValidUtf8(string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = CharacterBytes(text[at]);
    const bool ascii = static_cast<unsigned char>(text[at]) < 0x80;
    if (at + bytes > text.size() || (bytes == 1 && !ascii)) return false;
    for (size_t i = 1; i < bytes; ++i) {
      if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return false;
    }
    at += bytes;
  }
  return true;
}

Status Decode(std::string* out, string_view bytes, string_view name) {
  ARROW_ASSIGN_OR_RAISE(const Charset charset, FindCharset(name, "decode"));
  switch (charset) {
    case Charset::kUtf8:
      if (!IsValidUtf8(bytes)) return CodingError("decode", name);
      out->append(bytes);
      return Status::OK();
    case Charset::kAscii:
    case Charset::kLatin1:
      for (const char c : bytes) {
        const auto code = static_cast<unsigned char>(c);
        if (charset == Charset::kAscii && code >= 0x80) return CodingError("decode", name);
        AppendCodePoint(code, out);
      }
      return Status::OK();
    case Charset::kUtf16: {
      const bool little = bytes.starts_with("\xFF\xFE");
      if (little || bytes.starts_with("\xFE\xFF")) bytes.remove_prefix(2);
      return DecodeUtf16(out, bytes, little, name);
    }
    case Charset::kUtf16Big:
      return DecodeUtf16(out, bytes, false, name);
    case Charset::kUtf16Little:
      return DecodeUtf16(out, bytes, true, name);
    case Charset::kUtf32:
      return DecodeUtf32(out, bytes, name);
  }
  return Status::OK();
}

Result<expr::BoundFunction> BindDecode(const std::string& name, const Arguments& arguments) {
  if (arguments.size() > 2) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "decode(expr, search, result, ...), a form of CASE,"}});
  }
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto bytes, AcceptAsOneOf(arguments, 0, {binary(), utf8()}));
  ARROW_ASSIGN_OR_RAISE(auto charset, AcceptAs(arguments, 1, utf8()));
  auto bound = MakeBound(name, arguments, {bytes, charset}, utf8(),
                         TextKernel<string_view, string_view>(utf8(), Decode));
  bound.can_fail = true;
  return bound;
}

Result<expr::BoundFunction> BindBase64(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptAsOneOf(arguments, 0, {binary(), utf8()}));
  return MakeBound(name, arguments, {type}, utf8(), TextKernel<string_view>(utf8(), ToBase64));
}

}  // namespace

void RegisterEncodingFunctions(FunctionRegistry* registry) {
  DeclareBinder(registry, {"hex"}, "math_funcs",
                "hex(expr) - Returns the hexadecimal digits of a bigint or of bytes.",
                "SELECT hex(17);", BindHex);
  Declare(registry, {.names = {"unhex"},
                     .group = "math_funcs",
                     .usage = "unhex(expr) - Returns the bytes of hexadecimal digits, NULL if they "
                              "are none.",
                     .example = "SELECT decode(unhex('537061726B2053514C'), 'UTF-8');",
                     .argument_types = {utf8()},
                     .return_type = binary(),
                     .kernel = TextKernel<string_view>(binary(), Unhex),
                     .nullable_result = true});
  DeclareBinder(registry, {"base64"}, "string_funcs", "base64(bin) - Returns bytes as base64 text.",
                "SELECT base64('Spark SQL');", BindBase64);
  Declare(registry, {.names = {"unbase64"},
                     .group = "string_funcs",
                     .usage = "unbase64(str) - Returns the bytes of base64 text.",
                     .example = "SELECT unbase64('U3BhcmsgU1FM');",
                     .argument_types = {utf8()},
                     .return_type = binary(),
                     .kernel = TextKernel<string_view>(binary(), FromBase64),
                     .can_fail = true});
  Declare(registry,
          {.names = {"url_encode"},
           .group = "url_funcs",
           .usage = "url_encode(str) - Encodes text as application/x-www-form-urlencoded.",
           .example = "SELECT url_encode('https://spark.apache.org');",
           .argument_types = {utf8()},
           .return_type = utf8(),
           .kernel = TextKernel<string_view>(utf8(), UrlEncode)});
  Declare(registry, {.names = {"url_decode"},
                     .group = "url_funcs",
                     .usage = "url_decode(str) - Decodes application/x-www-form-urlencoded text.",
                     .example = "SELECT url_decode('https%3A%2F%2Fspark.apache.org');",
                     .argument_types = {utf8()},
                     .return_type = utf8(),
                     .kernel = TextKernel<string_view>(utf8(), UrlDecode),
                     .can_fail = true});
  Declare(
      registry,
      {.names = {"try_url_decode"},
       .group = "url_funcs",
       .usage = "try_url_decode(str) - As url_decode, NULL for malformed text.",
       .example = "SELECT try_url_decode('https%3A%2F%2Fspark.apache.org');",
       .argument_types = {utf8()},
       .return_type = utf8(),
       .kernel = TextKernel<string_view>(
           utf8(), [](std::string* out, string_view text) { return UrlDecode(out, text).ok(); }),
       .nullable_result = true});
  DeclareBinder(registry, {"to_binary", "try_to_binary"}, "string_funcs",
                "to_binary(str[, fmt]) - Returns the bytes of text in 'hex', 'utf-8' or 'base64'; "
                "try_to_binary has NULL for malformed text.",
                "SELECT to_binary('abc', 'utf-8');", BindToBinary);
  Declare(registry,
          {.names = {"encode"},
           .group = "string_funcs",
           .usage = "encode(str, charset) - Returns the bytes of text in a character set.",
           .example = "SELECT encode('abc', 'utf-8');",
           .argument_types = {utf8(), utf8()},
           .return_type = binary(),
           .kernel = TextKernel<string_view, string_view>(binary(), Encode),
           .can_fail = true,
           .nullable_result = true});
  DeclareBinder(registry, {"decode"}, "string_funcs",
                "decode(bin, charset) - Returns the text of bytes in a character set.",
                "SELECT decode(encode('abc', 'utf-8'), 'utf-8');", BindDecode);
  RegisterDigestFunctions(registry);
  RegisterCipherFunctions(registry);
  RegisterBase32Functions(registry);
}

}  // namespace thalweg::functions
