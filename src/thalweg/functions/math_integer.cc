// factorial, bin, conv, width_bucket.

#include <cmath>
#include <optional>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/math_family.h"

namespace thalweg::functions {
namespace {

using arrow::float64;
using arrow::int32;
using arrow::int64;
using arrow::utf8;
using std::string_view;

std::optional<int64_t> Factorial(int32_t n) {
  if (n < 0 || n > 20) return std::nullopt;
  int64_t product = 1;
  for (int32_t i = 2; i <= n; ++i) product *= i;
  return product;
}

void Bin(std::string* out, int64_t value) {
  const auto bits = static_cast<uint64_t>(value);
  int top = 63;
  while (top > 0 && ((bits >> top) & 1) == 0) --top;
  for (int bit = top; bit >= 0; --bit) *out += ((bits >> bit) & 1) != 0 ? '1' : '0';
}

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

Status ConversionOverflow() {
  return MakeError("ARITHMETIC_OVERFLOW", {{"message", "Overflow in function conv()"},
                                           {"alternative", ""},
                                           {"config", "\"spark.sql.ansi.enabled\""}});
}

/// Digits of `from` base as digits of `to` base; 64 unsigned bits, signed if `to` is negative. More
/// bits are an error, in legacy mode all 64.
Result<std::optional<std::string>> Convert(string_view text, int32_t from, int32_t to,
                                           EvalMode mode) {
  const int32_t target = to < 0 ? -to : to;
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (from < 2 || from > 36 || target < 2 || target > 36 || text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  uint64_t value = 0;
  for (const char c : text) {
    const int digit = DigitValue(c);
    if (digit >= from) break;
    if (__builtin_mul_overflow(value, static_cast<uint64_t>(from), &value) ||
        __builtin_add_overflow(value, static_cast<uint64_t>(digit), &value)) {
      if (mode == EvalMode::kAnsi) return ConversionOverflow();
      value = ~0ULL;
      break;
    }
  }
  if (negative && to > 0) value = static_cast<int64_t>(value) < 0 ? ~0ULL : 0 - value;
  bool minus = negative && to < 0;
  if (to < 0 && !negative && static_cast<int64_t>(value) < 0) {
    value = 0 - value;
    minus = true;
  }
  std::string digits;
  do {
    const auto digit = static_cast<int>(value % static_cast<uint64_t>(target));
    digits.insert(digits.begin(), static_cast<char>(digit < 10 ? '0' + digit : 'A' + digit - 10));
    value /= static_cast<uint64_t>(target);
  } while (value > 0);
  return std::optional<std::string>((minus ? "-" : "") + digits);
}

Result<expr::BoundFunction> BindConv(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 3, 3));
  std::vector<TypePtr> types = {utf8(), int32(), int32()};
  for (size_t i = 0; i < types.size(); ++i) {
    ARROW_RETURN_NOT_OK(AcceptAs(arguments, i, types[i]).status());
  }
  const EvalMode mode = EvalModeOf(arguments);
  auto bound = MakeBound(name, arguments, std::move(types), utf8(),
                         expr::RowKernel<std::string, string_view, int32_t, int32_t>(
                             utf8(), [mode](string_view text, int32_t from, int32_t to) {
                               return Convert(text, from, to, mode);
                             }));
  bound.nullable = true;
  bound.can_fail = mode == EvalMode::kAnsi;
  return bound;
}

std::optional<int64_t> WidthBucket(double value, double low, double high, int64_t buckets) {
  if (buckets <= 0 || buckets == std::numeric_limits<int64_t>::max() || std::isnan(value) ||
      low == high || !std::isfinite(low) || !std::isfinite(high)) {
    return std::nullopt;
  }
  const bool ascending = low < high;
  if (ascending ? value < low : value > low) return 0;
  if (ascending ? value >= high : value <= high) return buckets + 1;
  return static_cast<int64_t>(static_cast<double>(buckets) * (value - low) / (high - low)) + 1;
}

}  // namespace

void RegisterIntegerMathFunctions(FunctionRegistry* registry) {
  Declare(registry, {.names = {"factorial"},
                     .group = "math_funcs",
                     .usage = "factorial(expr) - Returns the factorial of 0 to 20, else NULL.",
                     .example = "SELECT factorial(5);",
                     .argument_types = {int32()},
                     .return_type = int64(),
                     .kernel = expr::RowKernel<int64_t, int32_t>(int64(), Factorial),
                     .nullable_result = true});
  Declare(registry, {.names = {"bin"},
                     .group = "math_funcs",
                     .usage = "bin(expr) - Returns the binary digits of a bigint.",
                     .example = "SELECT bin(13);",
                     .argument_types = {int64()},
                     .return_type = utf8(),
                     .kernel = TextKernel<int64_t>(utf8(), Bin)});
  DeclareBinder(registry, {"conv"}, "math_funcs",
                "conv(num, from_base, to_base) - Converts the digits of a number.",
                "SELECT conv('100', 2, 10);", BindConv);
  Declare(registry, {.names = {"width_bucket"},
                     .group = "math_funcs",
                     .usage = "width_bucket(value, min, max, buckets) - Returns the bucket of "
                              "`value` in a histogram of equal widths.",
                     .example = "SELECT width_bucket(5.3, 0.2, 10.6, 5);",
                     .argument_types = {float64(), float64(), float64(), int64()},
                     .return_type = int64(),
                     .kernel = expr::RowKernel<int64_t, double, double, double, int64_t>(
                         int64(), WidthBucket),
                     .nullable_result = true});
}

}  // namespace thalweg::functions
