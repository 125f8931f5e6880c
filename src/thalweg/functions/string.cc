// Lengths, slices, characters and codes.

#include <algorithm>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

using arrow::binary;
using arrow::int32;
using arrow::utf8;
using std::string_view;

/// A function of a string or binary argument that counts something.
void DeclareLength(FunctionRegistry* registry, const std::vector<std::string>& names,
                   std::string usage, std::string example, int32_t (*text)(string_view),
                   int32_t (*bytes)(string_view)) {
  DeclareBinder(
      registry, names, "string_funcs", std::move(usage), std::move(example),
      [=](const std::string& name, const Arguments& arguments) -> Result<expr::BoundFunction> {
        ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
        ARROW_ASSIGN_OR_RAISE(auto type, AcceptAsOneOf(arguments, 0, {utf8(), binary()}));
        const auto count = type->id() == arrow::Type::BINARY ? bytes : text;
        return MakeBound(name, arguments, {type}, int32(),
                         expr::RowKernel<int32_t, string_view>(int32(), count));
      });
}

int32_t Characters(string_view text) { return static_cast<int32_t>(CharacterCount(text)); }
int32_t Bytes(string_view text) { return static_cast<int32_t>(text.size()); }
int32_t Bits(string_view text) { return static_cast<int32_t>(text.size() * 8); }

string_view BinarySubstring(string_view bytes, int32_t position, int32_t length) {
  int64_t begin = position > 0 ? position - 1 : 0;
  if (position < 0) begin = static_cast<int64_t>(bytes.size()) + position;
  const int64_t end = std::min<int64_t>(begin + length, static_cast<int64_t>(bytes.size()));
  begin = std::max<int64_t>(begin, 0);
  if (begin >= end) return {};
  return bytes.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
}

Result<expr::BoundFunction> BindSubstring(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptAsOneOf(arguments, 0, {utf8(), binary()}));
  std::vector<TypePtr> types = {type};
  for (size_t i = 1; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto integer, AcceptAs(arguments, i, int32()));
    types.push_back(std::move(integer));
  }
  const bool is_binary = type->id() == arrow::Type::BINARY;
  const auto slice = is_binary ? BinarySubstring : Substring;
  constexpr int32_t kAll = std::numeric_limits<int32_t>::max();
  expr::ScalarKernel kernel;
  if (arguments.size() == 3) {
    kernel = expr::RowKernel<string_view, string_view, int32_t, int32_t>(type, slice);
  } else {
    kernel = expr::RowKernel<string_view, string_view, int32_t>(
        type, [slice](string_view text, int32_t position) { return slice(text, position, kAll); });
  }
  auto bound = MakeBound(name, arguments, std::move(types), type, std::move(kernel));
  ShowDefaults(&bound, arguments.size(), 3, {IntScalar(kAll)});
  return bound;
}

Result<expr::BoundFunction> BindSide(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptAsOneOf(arguments, 0, {utf8(), binary()}));
  ARROW_ASSIGN_OR_RAISE(auto integer, AcceptAs(arguments, 1, int32()));
  const auto slice = type->id() == arrow::Type::BINARY ? BinarySubstring : Substring;
  const bool left = name == "left";
  auto kernel = expr::RowKernel<string_view, string_view, int32_t>(
      type, [slice, left](string_view text, int32_t length) -> string_view {
        if (length <= 0) return {};
        if (left) return slice(text, 1, length);
        return slice(text, -length, std::numeric_limits<int32_t>::max());
      });
  return MakeBound(name, arguments, {type, integer}, type, std::move(kernel));
}

int32_t Ascii(string_view text) {
  return text.empty() ? 0 : static_cast<int32_t>(FirstCodePoint(text));
}

void Chr(std::string* out, int64_t code) {
  if (code < 0) return;
  AppendCodePoint(static_cast<uint32_t>(code & 0xFF), out);
}

Status Repeat(std::string* out, string_view text, int32_t times) {
  if (times <= 0) return Status::OK();
  ARROW_RETURN_NOT_OK(CheckTextBytes("repeat", static_cast<int64_t>(text.size()), times));
  out->reserve(text.size() * static_cast<size_t>(times));
  for (int32_t i = 0; i < times; ++i) out->append(text);
  return Status::OK();
}

/// Replaces characters of `from` by those at the same place of `to`; surplus ones are removed.
void Translate(std::string* out, string_view text, string_view from, string_view to) {
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = std::min(CharacterBytes(text[at]), text.size() - at);
    const string_view character = text.substr(at, bytes);
    at += bytes;
    int64_t index = 0;
    size_t from_at = 0;
    bool found = false;
    while (from_at < from.size() && !found) {
      const size_t from_bytes = std::min(CharacterBytes(from[from_at]), from.size() - from_at);
      found = from.substr(from_at, from_bytes) == character;
      from_at += from_bytes;
      if (!found) ++index;
    }
    if (!found) {
      out->append(character);
    } else {
      out->append(CharacterRange(to, index, index + 1));
    }
  }
}

/// Puts `replacement` in place of `length` characters (those of itself if negative).
void Overlay(std::string* out, string_view text, string_view replacement, int32_t position,
             int32_t length) {
  const int64_t replaced = length >= 0 ? length : CharacterCount(replacement);
  out->append(Substring(text, 1, position - 1));
  out->append(replacement);
  const int64_t rest = std::min<int64_t>(position + replaced, std::numeric_limits<int32_t>::max());
  out->append(Substring(text, static_cast<int32_t>(rest), std::numeric_limits<int32_t>::max()));
}

void RegisterCodes(FunctionRegistry* registry) {
  Declare(registry, {.names = {"ascii"},
                     .group = "string_funcs",
                     .usage = "ascii(str) - Returns the code point of the first character of "
                              "`str`, 0 if it is empty.",
                     .example = "SELECT ascii('222');",
                     .argument_types = {utf8()},
                     .return_type = int32(),
                     .kernel = expr::RowKernel<int32_t, string_view>(int32(), Ascii)});
  Declare(registry, {.names = {"chr", "char"},
                     .group = "string_funcs",
                     .usage = "chr(expr) - Returns the character of code `expr` modulo 256, an "
                              "empty string for negative codes.",
                     .example = "SELECT chr(65);",
                     .argument_types = {arrow::int64()},
                     .return_type = utf8(),
                     .kernel = TextKernel<int64_t>(utf8(), Chr)});
}

void RegisterSlices(FunctionRegistry* registry) {
  DeclareBinder(registry, {"substring", "substr"}, "string_funcs",
                "substring(str, pos[, len]) - Returns the part of `str` that starts at `pos` "
                "(from 1, negative from the end) and is of length `len`.",
                "SELECT substring('Spark SQL', 5, 1);", BindSubstring);
  DeclareBinder(registry, {"left"}, "string_funcs",
                "left(str, len) - Returns the leftmost `len` characters.",
                "SELECT left('Spark SQL', 3);", BindSide);
  DeclareBinder(registry, {"right"}, "string_funcs",
                "right(str, len) - Returns the rightmost `len` characters.",
                "SELECT right('Spark SQL', 3);", BindSide);
  Declare(registry,
          {.names = {"overlay"},
           .group = "string_funcs",
           .usage = "overlay(input, replace, pos[, len]) - Replaces the `len` "
                    "characters of `input` from `pos` on by `replace`.",
           .example = "SELECT overlay('Spark SQL' PLACING '_' FROM 6);",
           .argument_types = {utf8(), utf8(), int32(), int32()},
           .return_type = utf8(),
           .kernel = TextKernel<string_view, string_view, int32_t, int32_t>(utf8(), Overlay),
           .defaults = {IntScalar(-1)}});
}

void RegisterRepetitions(FunctionRegistry* registry) {
  Declare(registry, {.names = {"repeat"},
                     .group = "string_funcs",
                     .usage = "repeat(str, n) - Returns `str` repeated `n` times.",
                     .example = "SELECT repeat('123', 2);",
                     .argument_types = {utf8(), int32()},
                     .return_type = utf8(),
                     .kernel = TextKernel<string_view, int32_t>(utf8(), Repeat)});
  Declare(registry, {.names = {"space"},
                     .group = "string_funcs",
                     .usage = "space(n) - Returns a string of `n` blanks.",
                     .example = "SELECT concat(space(2), '1');",
                     .argument_types = {int32()},
                     .return_type = utf8(),
                     .kernel = TextKernel<int32_t>(
                         utf8(), [](std::string* out, int32_t n) { return Repeat(out, " ", n); })});
  Declare(registry,
          {.names = {"translate"},
           .group = "string_funcs",
           .usage = "translate(input, from, to) - Replaces the characters of `from` in "
                    "`input` by those at the same place of `to`.",
           .example = "SELECT translate('AaBbCc', 'abc', '123');",
           .argument_types = {utf8(), utf8(), utf8()},
           .return_type = utf8(),
           .kernel = TextKernel<string_view, string_view, string_view>(utf8(), Translate)});
}

}  // namespace

void RegisterStringFunctions(FunctionRegistry* registry) {
  DeclareLength(registry, {"length", "len", "char_length", "character_length"},
                "length(expr) - Returns the number of characters of a string or bytes of a "
                "binary value.",
                "SELECT length('Spark SQL ');", Characters, Bytes);
  DeclareLength(registry, {"octet_length"}, "octet_length(expr) - Returns the number of bytes.",
                "SELECT octet_length('Spark SQL');", Bytes, Bytes);
  DeclareLength(registry, {"bit_length"}, "bit_length(expr) - Returns the number of bits.",
                "SELECT bit_length('Spark SQL');", Bits, Bits);
  RegisterCodes(registry);
  RegisterSlices(registry);
  RegisterRepetitions(registry);
  RegisterStringCaseFunctions(registry);
  RegisterStringPaddingFunctions(registry);
  RegisterStringSearchFunctions(registry);
  RegisterUtf8Validation(registry);
  RegisterStringMasks(registry);
  RegisterLuhnCheck(registry);
  RegisterUrlFunctions(registry);
  RegisterStringConcatenation(registry);
  RegisterStringFormatFunctions(registry);
  RegisterNumberTextFunctions(registry);
  RegisterJaroWinkler(registry);
  RegisterSentences(registry);
  RegisterLikeFunctions(registry);
}

}  // namespace thalweg::functions
