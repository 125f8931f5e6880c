// bitmap_bit_position, bitmap_bucket_number, bitmap_count: numbers as bits of bitmaps of 4 KiB.

#include <bit>

#include "thalweg/functions/bitmap_family.h"
#include "thalweg/functions/declaration.h"

namespace thalweg::functions {
namespace {

using arrow::int64;

/// Java's arithmetic wraps around.
int64_t Negate(int64_t value) { return static_cast<int64_t>(0 - static_cast<uint64_t>(value)); }

int64_t BitPosition(int64_t value) {
  return (value > 0 ? value - 1 : Negate(value)) % kBitsOfBitmap;
}

int64_t BucketNumber(int64_t value) {
  return value > 0 ? 1 + (value - 1) / kBitsOfBitmap : value / kBitsOfBitmap;
}

int64_t CountBits(std::string_view bytes) {
  int64_t count = 0;
  for (const char byte : bytes) count += std::popcount(static_cast<unsigned char>(byte));
  return count;
}

Result<expr::BoundFunction> BindCount(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  if (type->id() != arrow::Type::BINARY) return UnexpectedInputType(0, "\"BINARY\"", *type);
  return MakeBound(name, arguments, {arrow::binary()}, int64(),
                   expr::RowKernel<int64_t, std::string_view>(int64(), CountBits));
}

}  // namespace

void RegisterBitmapFunctions(FunctionRegistry* registry) {
  Declare(registry, {.names = {"bitmap_bit_position"},
                     .group = "misc_funcs",
                     .usage = "bitmap_bit_position(number) - Returns the position of the number's "
                              "bit in the bitmap of its bucket.",
                     .example = "SELECT bitmap_bit_position(1);",
                     .argument_types = {int64()},
                     .return_type = int64(),
                     .kernel = expr::RowKernel<int64_t, int64_t>(int64(), BitPosition)});
  Declare(registry, {.names = {"bitmap_bucket_number"},
                     .group = "misc_funcs",
                     .usage = "bitmap_bucket_number(number) - Returns the bucket whose bitmap has "
                              "the number's bit.",
                     .example = "SELECT bitmap_bucket_number(123);",
                     .argument_types = {int64()},
                     .return_type = int64(),
                     .kernel = expr::RowKernel<int64_t, int64_t>(int64(), BucketNumber)});
  DeclareBinder(registry, {"bitmap_count"}, "misc_funcs",
                "bitmap_count(bitmap) - Returns the number of bits that are set.",
                "SELECT bitmap_count(X'1010');", BindCount);
}

}  // namespace thalweg::functions
