// to_base32 and from_base32.

#include <array>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/encoding_family.h"

namespace thalweg::functions {
namespace {

using arrow::binary;
using arrow::utf8;
using std::string_view;

constexpr string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr size_t kBlockCharacters = 8;

void ToBase32(std::string* out, string_view bytes) {
  uint64_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) *out += kAlphabet[(bits >> (count - 5)) & 31];
  }
  if (count > 0) *out += kAlphabet[(bits << (5 - count)) & 31];
  while (out->size() % kBlockCharacters != 0) *out += '=';
}

constexpr std::array<int8_t, 256> MakeValues() {
  std::array<int8_t, 256> values{};
  for (int8_t& value : values) value = -1;
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    const auto c = static_cast<unsigned char>(kAlphabet[i]);
    values[c] = static_cast<int8_t>(i);
    if (c >= 'A') values[c - 'A' + 'a'] = static_cast<int8_t>(i);
  }
  return values;
}

/// Characters outside of the alphabet are skipped, `=` ends the text. What does not fill a byte is
/// dropped, but of a block of one character that character counts as a byte.
void FromBase32(std::string* out, string_view text) {
  static constexpr auto kValues = MakeValues();
  uint64_t bits = 0;
  size_t characters = 0;
  for (const char c : text) {
    if (c == '=') break;
    const int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) continue;
    bits = (bits << 5) | static_cast<uint64_t>(value);
    if (++characters < kBlockCharacters) continue;
    for (int shift = 32; shift >= 0; shift -= 8) *out += static_cast<char>(bits >> shift);
    characters = 0;
    bits = 0;
  }
  if (characters == 1) *out += static_cast<char>(bits >> 2);
  for (int left = static_cast<int>(characters) * 5; left >= 8; left -= 8) {
    *out += static_cast<char>(bits >> (left - 8));
  }
}

}  // namespace

void RegisterBase32Functions(FunctionRegistry* registry) {
  DeclareBinder(
      registry, {"to_base32"}, "string_funcs", "to_base32(bin) - Returns bytes as base32 text.",
      "SELECT to_base32('foobar');",
      [](const std::string& name, const Arguments& arguments) -> Result<expr::BoundFunction> {
        ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
        const auto id = arguments[0].type->id();
        const bool is_bytes = id == arrow::Type::STRING || id == arrow::Type::BINARY;
        if (!is_bytes && id != arrow::Type::NA) {
          return UnexpectedInputType(0, "\"BINARY\"", *arguments[0].type);
        }
        ARROW_ASSIGN_OR_RAISE(auto type, AcceptAsOneOf(arguments, 0, {binary(), utf8()}));
        return MakeBound(name, arguments, {type}, utf8(),
                         TextKernel<string_view>(utf8(), ToBase32));
      });
  Declare(registry, {.names = {"from_base32"},
                     .group = "string_funcs",
                     .usage = "from_base32(str) - Returns the bytes of base32 text; characters "
                              "that belong to none are skipped.",
                     .example = "SELECT from_base32('MZXW6YTBOI======');",
                     .argument_types = {utf8()},
                     .return_type = binary(),
                     .kernel = TextKernel<string_view>(binary(), FromBase32)});
}

}  // namespace thalweg::functions
