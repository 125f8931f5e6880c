// luhn_check.

#include <algorithm>
#include <iterator>
#include <vector>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

/// The value of a decimal digit of any script that two bytes of UTF-16 hold, -1 for what is none.
int DigitValue(uint32_t code) {
  static constexpr uint32_t kZeros[] = {
      0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
      0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0,
      0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
      0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};
  const auto above = std::upper_bound(std::begin(kZeros), std::end(kZeros), code);
  if (above == std::begin(kZeros)) return -1;
  const uint32_t value = code - *std::prev(above);
  return value < 10 ? static_cast<int>(value) : -1;
}

/// Whether the digits end in the check digit of Luhn's algorithm.
bool LuhnCheck(std::string_view text) {
  // Sums for both ways to double every second digit: which one counts, the end says.
  int sums[2] = {0, 0};
  int position = 0;
  for (size_t at = 0; at < text.size(); at += CharacterBytes(text[at])) {
    const int digit = DigitValue(FirstCodePoint(text.substr(at)));
    if (digit < 0) return false;
    const int doubled = digit < 5 ? 2 * digit : 2 * digit - 9;
    sums[0] = (sums[0] + (position == 0 ? digit : doubled)) % 10;
    sums[1] = (sums[1] + (position == 0 ? doubled : digit)) % 10;
    position = 1 - position;
  }
  // sums[0] takes the digits at even places as they are.
  return !text.empty() && sums[position == 1 ? 0 : 1] == 0;
}

}  // namespace

void RegisterLuhnCheck(FunctionRegistry* registry) {
  Declare(registry,
          {.names = {"luhn_check"},
           .group = "string_funcs",
           .usage = "luhn_check(str) - Returns whether the digits are valid by the Luhn algorithm.",
           .example = "SELECT luhn_check('8112189876');",
           .argument_types = {arrow::utf8()},
           .return_type = arrow::boolean(),
           .kernel = expr::RowKernel<bool, std::string_view>(arrow::boolean(), LuhnCheck)});
}

}  // namespace thalweg::functions
