// Trimming and padding.

#include <algorithm>

#include <fmt/format.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;

enum TrimSide { kLeft = 1, kRight = 2, kBoth = 3 };

string_view TrimBlanks(string_view text, int sides) {
  if (sides & kLeft) {
    const size_t first = text.find_first_not_of(' ');
    text.remove_prefix(first == string_view::npos ? text.size() : first);
  }
  if (sides & kRight) {
    const size_t last = text.find_last_not_of(' ');
    text = text.substr(0, last == string_view::npos ? 0 : last + 1);
  }
  return text;
}

bool ContainsCharacter(string_view characters, string_view character) {
  for (size_t at = 0; at < characters.size();) {
    const size_t bytes = std::min(CharacterBytes(characters[at]), characters.size() - at);
    if (characters.substr(at, bytes) == character) return true;
    at += bytes;
  }
  return false;
}

string_view TrimCharacters(string_view text, string_view characters, int sides) {
  while ((sides & kLeft) && !text.empty()) {
    const size_t bytes = std::min(CharacterBytes(text[0]), text.size());
    if (!ContainsCharacter(characters, text.substr(0, bytes))) break;
    text.remove_prefix(bytes);
  }
  while ((sides & kRight) && !text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    if (!ContainsCharacter(characters, text.substr(start))) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

/// trim(str), trim(characters, str); btrim has its arguments the other way round.
void DeclareTrim(FunctionRegistry* registry, const std::string& function, int sides,
                 const char* side_text, std::string usage, std::string example) {
  const bool text_first = function == "btrim";
  DeclareBinder(
      registry, {function}, "string_funcs", std::move(usage), std::move(example),
      [=](const std::string& name, const Arguments& arguments) -> Result<expr::BoundFunction> {
        ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
        std::vector<TypePtr> types;
        for (size_t i = 0; i < arguments.size(); ++i) {
          ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, i, utf8()));
          types.push_back(std::move(type));
        }
        if (arguments.size() == 1) {
          return MakeBound(
              name, arguments, std::move(types), utf8(),
              expr::RowKernel<string_view, string_view>(
                  utf8(), [sides](string_view text) { return TrimBlanks(text, sides); }));
        }
        auto bound =
            MakeBound(name, arguments, std::move(types), utf8(),
                      expr::RowKernel<string_view, string_view, string_view>(
                          utf8(), [sides, text_first](string_view first, string_view second) {
                            return text_first ? TrimCharacters(first, second, sides)
                                              : TrimCharacters(second, first, sides);
                          }));
        if (!text_first) {
          const std::string side = side_text;
          bound.format = [side](const std::vector<std::string>& texts) {
            return fmt::format("TRIM({} {} FROM {})", side, texts[0], texts[1]);
          };
        }
        return bound;
      });
}

/// Appends characters of `pad`, again and again, until `count` are appended.
void AppendPad(string_view pad, int64_t pad_characters, int64_t count, std::string* out) {
  for (; count >= pad_characters; count -= pad_characters) out->append(pad);
  out->append(CharacterRange(pad, 0, count));
}

Status Pad(std::string* out, string_view text, int32_t length, string_view pad, bool left) {
  const int64_t missing = length - CharacterCount(text);
  const int64_t pad_characters = CharacterCount(pad);
  if (missing <= 0 || pad_characters == 0) {
    out->append(CharacterRange(text, 0, length));
    return Status::OK();
  }
  const auto pad_bytes = static_cast<int64_t>(pad.size());
  ARROW_RETURN_NOT_OK(
      CheckTextBytes(left ? "lpad" : "rpad", pad_bytes, missing / pad_characters + 1));
  if (left) AppendPad(pad, pad_characters, missing, out);
  out->append(text);
  if (!left) AppendPad(pad, pad_characters, missing, out);
  return Status::OK();
}

}  // namespace

void RegisterStringPaddingFunctions(FunctionRegistry* registry) {
  DeclareTrim(registry, "trim", kBoth, "BOTH",
              "trim([characters,] str) - Removes blanks, or the given characters, from both ends.",
              "SELECT trim('    SparkSQL   ');");
  DeclareTrim(registry, "ltrim", kLeft, "LEADING",
              "ltrim([characters,] str) - Removes blanks, or the given characters, from the start.",
              "SELECT ltrim('    SparkSQL   ');");
  DeclareTrim(registry, "rtrim", kRight, "TRAILING",
              "rtrim([characters,] str) - Removes blanks, or the given characters, from the end.",
              "SELECT rtrim('    SparkSQL   ');");
  DeclareTrim(registry, "btrim", kBoth, "BOTH",
              "btrim(str[, characters]) - Removes blanks, or the given characters, from both ends.",
              "SELECT btrim('    SparkSQL   ');");
  Declare(registry, {.names = {"lpad"},
                     .group = "string_funcs",
                     .usage = "lpad(str, len[, pad]) - Returns `str` padded on the left to `len` "
                              "characters, or cut to them.",
                     .example = "SELECT lpad('hi', 5, '**');",
                     .argument_types = {utf8(), arrow::int32(), utf8()},
                     .return_type = utf8(),
                     .kernel = TextKernel<string_view, int32_t, string_view>(
                         utf8(), [](std::string* out, string_view text, int32_t length,
                                    string_view pad) { return Pad(out, text, length, pad, true); }),
                     .defaults = {TextScalar(" ")}});
  Declare(registry,
          {.names = {"rpad"},
           .group = "string_funcs",
           .usage = "rpad(str, len[, pad]) - Returns `str` padded on the right to `len` "
                    "characters, or cut to them.",
           .example = "SELECT rpad('hi', 5, '**');",
           .argument_types = {utf8(), arrow::int32(), utf8()},
           .return_type = utf8(),
           .kernel = TextKernel<string_view, int32_t, string_view>(
               utf8(), [](std::string* out, string_view text, int32_t length,
                          string_view pad) { return Pad(out, text, length, pad, false); }),
           .defaults = {TextScalar(" ")}});
}

}  // namespace thalweg::functions
