// uniform and randstr: random numbers of a range and random texts.

#include <random>

#include <arrow/api.h>

#include "thalweg/expr/expression.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/math_family.h"
#include "thalweg/functions/per_partition.h"
#include "thalweg/functions/xor_shift_random.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/time_text.h"

namespace thalweg::functions {
namespace {

using Generators = PerPartition<XorShiftRandom>;

Status NotFoldable(const char* name, const arrow::DataType& type) {
  return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                   {{"inputName", std::string("`") + name + "`"},
                    {"inputType", QuotedType(type)},
                    {"inputExpr", std::string("\"") + name + "\""}});
}

/// The generators of the constant seed in argument `index`, where NULL is 0; of a random seed if
/// there is no such argument.
Result<std::shared_ptr<Generators>> SeededGenerators(const Arguments& arguments, size_t index) {
  int64_t seed = 0;
  if (arguments.size() <= index) {
    std::random_device device;
    seed = static_cast<int64_t>((static_cast<uint64_t>(device()) << 32) | device());
  } else {
    const auto& constant = arguments[index].constant;
    const auto id = arguments[index].type->id();
    if (id != arrow::Type::INT32 && id != arrow::Type::INT64 && id != arrow::Type::NA) {
      return UnexpectedInputType(index, "(\"INT\" or \"BIGINT\")", *arguments[index].type);
    }
    if (constant == nullptr) return NotFoldable("seed", *arguments[index].type);
    if (constant->is_valid) {
      seed = id == arrow::Type::INT32 ? static_cast<const arrow::Int32Scalar&>(*constant).value
                                      : static_cast<const arrow::Int64Scalar&>(*constant).value;
    }
  }
  return std::make_shared<Generators>(
      [seed](int partition) { return XorShiftRandom(WrappingAdd(seed, partition)); });
}

/// Marks a call whose answers are new at each evaluation.
expr::BoundFunction Random(expr::BoundFunction bound) {
  bound.deterministic = false;
  bound.context_dependent = true;
  return bound;
}

/// The constant argument as a value of `type`; null for NULL.
Result<std::shared_ptr<arrow::Scalar>> ConstantAs(const expr::ArgumentInfo& argument,
                                                  const TypePtr& type) {
  if (!argument.constant->is_valid) return std::shared_ptr<arrow::Scalar>();
  ARROW_ASSIGN_OR_RAISE(auto cast, expr::CastDatum(arrow::Datum(argument.constant), type,
                                                   argument.eval_mode, expr::EvalContext()));
  if (!cast.scalar()->is_valid) return std::shared_ptr<arrow::Scalar>();
  return cast.scalar();
}

bool IsWider(const arrow::Decimal128Type& left, const arrow::Decimal128Type& right) {
  return left.precision() - left.scale() >= right.precision() - right.scale() &&
         left.scale() >= right.scale();
}

/// The type of numbers between two of these types.
TypePtr RangeType(const TypePtr& low, const TypePtr& high) {
  for (const TypePtr& type : {low, high}) {
    if (type->id() == arrow::Type::NA || type->id() == arrow::Type::DOUBLE) {
      return arrow::float64();
    }
  }
  for (const TypePtr& type : {low, high}) {
    if (type->id() == arrow::Type::FLOAT) return type;
  }
  if (IsDecimal(*low) && IsDecimal(*high)) {
    return IsWider(static_cast<const arrow::Decimal128Type&>(*low),
                   static_cast<const arrow::Decimal128Type&>(*high))
               ? low
               : high;
  }
  if (IsDecimal(*low) || IsDecimal(*high)) return IsDecimal(*low) ? low : high;
  return low->id() > high->id() ? low : high;
}

expr::ScalarKernel RangeKernel(TypePtr type, double low, double high,
                               std::shared_ptr<Generators> generators) {
  return [=](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
             int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto writer,
                          expr::ResultWriter<double>::Make(arrow::float64(), num_rows, {}));
    const auto generator = generators->Of(context);
    for (int64_t i = 0; i < num_rows; ++i) {
      writer.data()[i] = low + (high - low) * generator->NextDouble();
    }
    ARROW_ASSIGN_OR_RAISE(auto doubles, writer.Finish());
    if (type->id() == arrow::Type::DOUBLE) return arrow::Datum(doubles);
    return expr::CastDatum(arrow::Datum(doubles), type, EvalMode::kAnsi, context);
  };
}

Result<expr::BoundFunction> BindUniform(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  std::vector<TypePtr> types;
  for (const expr::ArgumentInfo& argument : arguments) types.push_back(argument.type);
  for (size_t i = 0; i < 2; ++i) {
    if (!IsNumeric(*types[i]) && types[i]->id() != arrow::Type::NA) {
      return UnexpectedInputType(i, "\"NUMERIC\"", *types[i]);
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto generators, SeededGenerators(arguments, 2));
  if (arguments[0].constant == nullptr) return NotFoldable("min", *types[0]);
  if (arguments[1].constant == nullptr) return NotFoldable("max", *types[1]);
  ARROW_ASSIGN_OR_RAISE(const auto low, ConstantAs(arguments[0], arrow::float64()));
  ARROW_ASSIGN_OR_RAISE(const auto high, ConstantAs(arguments[1], arrow::float64()));
  const TypePtr type = RangeType(types[0], types[1]);
  const auto value = [](const std::shared_ptr<arrow::Scalar>& scalar) {
    return static_cast<const arrow::DoubleScalar&>(*scalar).value;
  };
  if (low == nullptr || high == nullptr) {
    auto bound = MakeBound(
        name, arguments, std::move(types), type,
        [type](const expr::EvalContext&, const std::vector<arrow::Datum>&, int64_t num_rows) {
          return expr::NullResult(type, num_rows, /*as_scalar=*/false);
        });
    bound.nullable = true;
    return Random(std::move(bound));
  }
  auto bound = MakeBound(name, arguments, std::move(types), type,
                         RangeKernel(type, value(low), value(high), std::move(generators)));
  bound.nullable = IsDecimal(*type);
  return Random(std::move(bound));
}

expr::ScalarKernel TextsKernel(int32_t length, std::shared_ptr<Generators> generators) {
  return [=](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
             int64_t num_rows) -> Result<arrow::Datum> {
    constexpr std::string_view kCharacters =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const auto generator = generators->Of(context);
    arrow::StringBuilder builder;
    std::string text(static_cast<size_t>(length), ' ');
    for (int64_t row = 0; row < num_rows; ++row) {
      for (char& c : text) {
        const int64_t remainder = generator->NextInt() % static_cast<int64_t>(kCharacters.size());
        c = kCharacters[static_cast<size_t>(remainder < 0 ? -remainder : remainder)];
      }
      ARROW_RETURN_NOT_OK(builder.Append(text));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
    return arrow::Datum(array);
  };
}

Result<expr::BoundFunction> BindRandomText(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
  ARROW_RETURN_NOT_OK(AcceptAs(arguments, 0, arrow::int32()).status());
  ARROW_ASSIGN_OR_RAISE(auto generators, SeededGenerators(arguments, 1));
  if (arguments[0].constant == nullptr) return NotFoldable("length", *arguments[0].type);
  ARROW_ASSIGN_OR_RAISE(const auto length, ConstantAs(arguments[0], arrow::int32()));
  const int32_t count =
      length == nullptr ? 0 : static_cast<const arrow::Int32Scalar&>(*length).value;
  if (count < 0) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"exprName", "`length`"},
                      {"valueRange", "[0, 2147483647]"},
                      {"currentValue", std::to_string(count)}});
  }
  std::vector<TypePtr> types;
  for (const expr::ArgumentInfo& argument : arguments) types.push_back(argument.type);
  auto bound = MakeBound(name, arguments, std::move(types), arrow::utf8(),
                         TextsKernel(count, std::move(generators)));
  bound.nullable = false;
  return Random(std::move(bound));
}

}  // namespace

void RegisterRandomRangeFunctions(FunctionRegistry* registry) {
  DeclareBinder(registry, {"uniform"}, "math_funcs",
                "uniform(min, max[, seed]) - Returns random numbers from min to max.",
                "SELECT uniform(10, 20, 0);", BindUniform);
  DeclareBinder(registry, {"randstr"}, "string_funcs",
                "randstr(length[, seed]) - Returns random texts of the characters 0-9, a-z and "
                "A-Z.",
                "SELECT randstr(3, 0);", BindRandomText);
}

}  // namespace thalweg::functions
