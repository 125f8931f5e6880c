// Operators on the bits of integers.

#include <bit>

#include <fmt/format.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/coercion.h"

namespace thalweg::functions {
namespace {

using arrow::Type;
using expr::BoundFunction;

constexpr const char* kIntegralText = "\"INTEGRAL\"";

template <typename T>
expr::ScalarKernel BitKernel(const TypePtr& type, char op) {
  switch (op) {
    case '&':
      return expr::DenseKernel<T, T, T>(type, [](T a, T b) { return static_cast<T>(a & b); });
    case '|':
      return expr::DenseKernel<T, T, T>(type, [](T a, T b) { return static_cast<T>(a | b); });
    default:
      return expr::DenseKernel<T, T, T>(type, [](T a, T b) { return static_cast<T>(a ^ b); });
  }
}

expr::ScalarKernel BitKernelOf(const TypePtr& type, char op) {
  switch (type->id()) {
    case Type::INT8:
      return BitKernel<int8_t>(type, op);
    case Type::INT16:
      return BitKernel<int16_t>(type, op);
    case Type::INT32:
      return BitKernel<int32_t>(type, op);
    default:
      return BitKernel<int64_t>(type, op);
  }
}

Result<BoundFunction> BindBits(const std::string& name, const Arguments& given) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, given, 2, 2));
  const Arguments arguments = NumberOperands(given);
  const TypePtr& left = arguments[0].type;
  const TypePtr& right = arguments[1].type;
  TypePtr type = WiderTypeForTwo(left, right, EvalModeOf(arguments));
  if (type == nullptr) return BinaryTypesDiffer(arguments);
  if (type->id() == Type::NA) type = arrow::int64();
  if (!IsInteger(*type)) {
    if (SameType(*left, *right)) return BinaryTypeWrong(kIntegralText, *left);
    return BinaryTypesDiffer(arguments);
  }
  return BindBinary(name, type, type, type, arguments, BitKernelOf(type, name[0]));
}

template <typename T>
expr::ScalarKernel InvertKernel(const TypePtr& type) {
  return expr::DenseKernel<T, T>(type, [](T value) { return static_cast<T>(~value); });
}

Result<BoundFunction> BindInvert(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("~", arguments, 1, 1));
  TypePtr type = arguments[0].type;
  if (type->id() == Type::NA) type = arrow::int64();
  if (!IsInteger(*type)) return UnexpectedInputType(0, kIntegralText, *type);
  BoundFunction bound;
  bound.name = "~";
  bound.argument_types = {type};
  bound.return_type = type;
  bound.nullable = AnyNullable(arguments);
  switch (type->id()) {
    case Type::INT8:
      bound.kernel = InvertKernel<int8_t>(type);
      break;
    case Type::INT16:
      bound.kernel = InvertKernel<int16_t>(type);
      break;
    case Type::INT32:
      bound.kernel = InvertKernel<int32_t>(type);
      break;
    default:
      bound.kernel = InvertKernel<int64_t>(type);
  }
  return bound;
}

/// As Java shifts: the count counts modulo the width.
template <typename T>
T Shift(char op, T value, int32_t count) {
  using Unsigned = std::make_unsigned_t<T>;
  const int bits = count & (sizeof(T) * 8 - 1);
  if (op == 'l') return static_cast<T>(static_cast<Unsigned>(value) << bits);
  if (op == 'u') return static_cast<T>(static_cast<Unsigned>(value) >> bits);
  return static_cast<T>(value >> bits);
}

template <typename T>
expr::ScalarKernel ShiftKernel(const TypePtr& type, char op) {
  return expr::DenseKernel<T, T, int32_t>(
      type, [op](T value, int32_t count) { return Shift(op, value, count); });
}

Result<BoundFunction> BindShift(const std::string& name, char op, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto value, AcceptAsOneOf(arguments, 0, {arrow::int32(), arrow::int64()}));
  ARROW_ASSIGN_OR_RAISE(auto count, AcceptAs(arguments, 1, arrow::int32()));
  return BindBinary(name, value, count, value, arguments,
                    value->id() == Type::INT64 ? ShiftKernel<int64_t>(value, op)
                                               : ShiftKernel<int32_t>(value, op));
}

template <typename T>
expr::ScalarKernel CountKernel() {
  // Smaller integers count as 64 bits with their sign.
  return expr::DenseKernel<int32_t, T>(arrow::int32(), [](T value) {
    return static_cast<int32_t>(std::popcount(static_cast<uint64_t>(static_cast<int64_t>(value))));
  });
}

Result<BoundFunction> BindBitCount(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("bit_count", arguments, 1, 1));
  TypePtr type = arguments[0].type;
  if (type->id() == Type::NA) type = arrow::int64();
  BoundFunction bound;
  switch (type->id()) {
    case Type::BOOL:
      bound.kernel = CountKernel<bool>();
      break;
    case Type::INT8:
      bound.kernel = CountKernel<int8_t>();
      break;
    case Type::INT16:
      bound.kernel = CountKernel<int16_t>();
      break;
    case Type::INT32:
      bound.kernel = CountKernel<int32_t>();
      break;
    case Type::INT64:
      bound.kernel = CountKernel<int64_t>();
      break;
    default:
      return UnexpectedInputType(0, "(\"INTEGRAL\" or \"BOOLEAN\")", *type);
  }
  bound.name = "bit_count";
  bound.argument_types = {type};
  bound.return_type = arrow::int32();
  bound.nullable = AnyNullable(arguments);
  return bound;
}

void RegisterBits(FunctionRegistry* registry, const std::string& symbol,
                  const std::string& meaning) {
  registry->AddScalar(
      {.name = symbol,
       .group = "bitwise_funcs",
       .usage = "expr1 " + symbol + " expr2 - Returns the bitwise " + meaning + ".",
       .example = "SELECT 3 " + symbol + " 5;",
       .bind = [symbol](const Arguments& arguments) { return BindBits(symbol, arguments); }});
}

void RegisterShift(FunctionRegistry* registry, const std::string& name, char op,
                   const std::string& meaning) {
  registry->AddScalar(
      {.name = name,
       .group = "bitwise_funcs",
       .usage = fmt::format("{}(base, count) - {}.", name, meaning),
       .example = fmt::format("SELECT {}(8, 1);", name),
       .bind = [name, op](const Arguments& arguments) { return BindShift(name, op, arguments); }});
}

/// bit_get (getbit): one bit of an integer, from the right.
template <typename T>
expr::ScalarKernel BitGetKernel(const std::string& name) {
  return expr::RowKernel<int8_t, T, int32_t>(
      arrow::int8(), [name](T value, int32_t position) -> Result<int8_t> {
        constexpr int32_t kBits = 8 * sizeof(T);
        if (position < 0 || position >= kBits) {
          return MakeError("INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE",
                           {{"functionName", "`" + name + "`"},
                            {"parameter", "`pos`"},
                            {"upper", std::to_string(kBits)},
                            {"invalidValue", std::to_string(position)}});
        }
        return static_cast<int8_t>((value >> position) & 1);
      });
}

Result<expr::BoundFunction> BindBitGet(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(
      auto type,
      AcceptAsOneOf(arguments, 0, {arrow::int64(), arrow::int32(), arrow::int16(), arrow::int8()}));
  ARROW_ASSIGN_OR_RAISE(auto position, AcceptAs(arguments, 1, arrow::int32()));
  expr::ScalarKernel kernel = BitGetKernel<int64_t>(name);
  if (type->id() == arrow::Type::INT32) kernel = BitGetKernel<int32_t>(name);
  if (type->id() == arrow::Type::INT16) kernel = BitGetKernel<int16_t>(name);
  if (type->id() == arrow::Type::INT8) kernel = BitGetKernel<int8_t>(name);
  auto bound = MakeBound(name, arguments, {type, position}, arrow::int8(), std::move(kernel));
  bound.can_fail = true;
  return bound;
}

}  // namespace

void RegisterBitwiseFunctions(FunctionRegistry* registry) {
  DeclareBinder(registry, {"bit_get", "getbit"}, "bitwise_funcs",
                "bit_get(expr, pos) - Returns the bit at `pos`, from 0 on the right.",
                "SELECT bit_get(11, 0);", BindBitGet);
  RegisterBits(registry, "&", "AND");
  RegisterBits(registry, "|", "OR");
  RegisterBits(registry, "^", "exclusive OR");
  registry->AddScalar({.name = "~",
                       .group = "bitwise_funcs",
                       .usage = "~ expr - Returns the bitwise NOT.",
                       .example = "SELECT ~ 0;",
                       .bind = BindInvert});
  registry->AddScalar({.name = "bit_count",
                       .group = "bitwise_funcs",
                       .usage = "bit_count(expr) - Returns the number of bits that are set.",
                       .example = "SELECT bit_count(7);",
                       .bind = BindBitCount});
  RegisterShift(registry, "shiftleft", 'l', "Shifts the bits to the left");
  RegisterShift(registry, "shiftright", 'r', "Shifts the bits to the right, keeping the sign");
  RegisterShift(registry, "shiftrightunsigned", 'u', "Shifts the bits to the right with zeros");
  RegisterShift(registry, "<<", 'l', "Shifts the bits to the left");
  RegisterShift(registry, ">>", 'r', "Shifts the bits to the right, keeping the sign");
  RegisterShift(registry, ">>>", 'u', "Shifts the bits to the right with zeros");
}

}  // namespace thalweg::functions
