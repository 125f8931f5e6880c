// Casts of integers to binary, which LEGACY mode has: their bytes, the highest first.

#include <type_traits>

#include "thalweg/expr/cast/cast_call.h"

namespace thalweg::expr::cast {
namespace {

using arrow::Type;

template <typename From>
Result<arrow::Datum> BytesOf(const CastCall& call) {
  return CastRows<std::string, From>(
      call,
      [](From value) -> std::optional<std::string> {
        std::string bytes(sizeof(From), '\0');
        auto rest = static_cast<std::make_unsigned_t<From>>(value);
        for (size_t i = sizeof(From); i > 0; --i) {
          bytes[i - 1] = static_cast<char>(rest & 0xff);
          rest = static_cast<std::make_unsigned_t<From>>(static_cast<uint64_t>(rest) >> 8);
        }
        return bytes;
      },
      [&](From) { return NoSuchCast(call); });
}

}  // namespace

Result<arrow::Datum> CastToBinary(const CastCall& call) {
  switch (call.from->id()) {
    case Type::INT8:
      return BytesOf<int8_t>(call);
    case Type::INT16:
      return BytesOf<int16_t>(call);
    case Type::INT32:
      return BytesOf<int32_t>(call);
    case Type::INT64:
      return BytesOf<int64_t>(call);
    default:
      return NoSuchCast(call);
  }
}

}  // namespace thalweg::expr::cast
