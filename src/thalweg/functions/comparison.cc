// = <=> < <= > >= and their kin, by Spark's order of values (expr/value_order.h).

#include "thalweg/expr/value_order.h"
#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/coercion.h"

namespace thalweg::functions {
namespace {

using arrow::Type;
using expr::BoundFunction;
using expr::EvalContext;

enum class Comparison { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

bool Satisfies(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessOrEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

/// Whether a < b, NaN being above all numbers.
template <typename T>
bool Less(const T& left, const T& right) {
  if constexpr (std::is_floating_point_v<T>) {
    return left < right || (right != right && left == left);
  } else {
    return left < right;
  }
}

template <typename T>
bool Equal(const T& left, const T& right) {
  if constexpr (std::is_floating_point_v<T>) {
    return left == right || (left != left && right != right);
  } else {
    return left == right;
  }
}

template <typename T>
expr::ScalarKernel PlainKernel(Comparison comparison) {
  const auto dense = [](auto fn) { return expr::DenseKernel<bool, T, T>(arrow::boolean(), fn); };
  switch (comparison) {
    case Comparison::kEqual:
      return dense([](T a, T b) { return Equal(a, b); });
    case Comparison::kNotEqual:
      return dense([](T a, T b) { return !Equal(a, b); });
    case Comparison::kLess:
      return dense([](T a, T b) { return Less(a, b); });
    case Comparison::kLessOrEqual:
      return dense([](T a, T b) { return !Less(b, a); });
    case Comparison::kGreater:
      return dense([](T a, T b) { return Less(b, a); });
    default:
      return dense([](T a, T b) { return !Less(a, b); });
  }
}

expr::ScalarKernel NestedKernel(Comparison comparison) {
  return [comparison](const EvalContext&, const std::vector<arrow::Datum>& arguments,
                      int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto nulls, expr::IntersectNulls(arguments, rows));
    if (nulls.all_null) return expr::NullResult(arrow::boolean(), rows, as_scalar);
    ARROW_ASSIGN_OR_RAISE(auto left, expr::ToArray(arguments[0], rows));
    ARROW_ASSIGN_OR_RAISE(auto right, expr::ToArray(arguments[1], rows));
    ARROW_ASSIGN_OR_RAISE(auto writer,
                          expr::ResultWriter<bool>::Make(arrow::boolean(), rows, nulls));
    for (int64_t row = 0; row < rows; ++row) {
      if (nulls.IsNull(row)) continue;
      const int order = expr::CompareValues(*left, row, *right, row);
      ARROW_RETURN_NOT_OK(writer.Set(row, Satisfies(comparison, order)));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

/// SameType, but names of struct fields do not matter: what can be compared as it is.
bool SameShape(const arrow::DataType& left, const arrow::DataType& right) {
  if (left.id() != Type::LIST && left.id() != Type::STRUCT) return SameType(left, right);
  if (left.id() != right.id() || left.num_fields() != right.num_fields()) return false;
  for (int i = 0; i < left.num_fields(); ++i) {
    if (!SameShape(*left.field(i)->type(), *right.field(i)->type())) return false;
  }
  return true;
}

expr::ScalarKernel KernelOf(const arrow::DataType& type, Comparison comparison) {
  switch (type.id()) {
    case Type::NA:
      return [](const EvalContext&, const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
        return expr::NullResult(arrow::boolean(), num_rows, expr::AllScalars(arguments));
      };
    case Type::BOOL:
      return PlainKernel<bool>(comparison);
    case Type::INT8:
      return PlainKernel<int8_t>(comparison);
    case Type::INT16:
      return PlainKernel<int16_t>(comparison);
    case Type::INT32:
    case Type::DATE32:
    case Type::INTERVAL_MONTHS:
      return PlainKernel<int32_t>(comparison);
    case Type::INT64:
    case Type::TIMESTAMP:
    case Type::DURATION:
      return PlainKernel<int64_t>(comparison);
    case Type::FLOAT:
      return PlainKernel<float>(comparison);
    case Type::DOUBLE:
      return PlainKernel<double>(comparison);
    case Type::DECIMAL128:
      return PlainKernel<Int128>(comparison);
    case Type::STRING:
    case Type::BINARY:
      return PlainKernel<std::string_view>(comparison);
    default:
      return NestedKernel(comparison);
  }
}

/// Equality that counts two NULLs as equal and never answers NULL.
expr::ScalarKernel NullSafeKernel(expr::ScalarKernel equal) {
  return [equal = std::move(equal)](const EvalContext& context,
                                    const std::vector<arrow::Datum>& arguments,
                                    int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto answer, equal(context, arguments, num_rows));
    const expr::NullView left(arguments[0]);
    const expr::NullView right(arguments[1]);
    if (!left.MayHaveNulls() && !right.MayHaveNulls()) return answer;
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    const expr::BooleanView values(answer);
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<bool>::Make(arrow::boolean(), rows, {}));
    for (int64_t row = 0; row < rows; ++row) {
      const bool left_null = left.IsNull(row);
      const bool right_null = right.IsNull(row);
      const bool same = left_null || right_null ? left_null && right_null : values.Value(row);
      ARROW_RETURN_NOT_OK(writer.Set(row, same));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

Result<BoundFunction> Bind(const std::string& name, Comparison comparison, bool null_safe,
                           const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  TypePtr type =
      ComparisonType(arguments[0].type, arguments[1].type,
                     comparison == Comparison::kEqual || comparison == Comparison::kNotEqual,
                     EvalModeOf(arguments));
  TypePtr right_type = type;
  if (type == nullptr) {
    if (!SameShape(*arguments[0].type, *arguments[1].type)) return BinaryTypesDiffer(arguments);
    type = arguments[0].type;
    right_type = arguments[1].type;
  }
  if (!IsOrderable(*type)) {
    return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                     {{"functionName", "`" + std::string(name == "==" ? "=" : name) + "`"},
                      {"dataType", QuotedType(*type)}});
  }
  auto kernel = KernelOf(*type, comparison);
  if (null_safe) kernel = NullSafeKernel(std::move(kernel));
  auto bound = BindBinary(name, type, right_type, arrow::boolean(), arguments, std::move(kernel));
  if (null_safe) bound.nullable = false;
  return bound;
}

void Register(FunctionRegistry* registry, const std::string& name, Comparison comparison,
              const std::string& meaning, bool null_safe = false) {
  registry->AddScalar({.name = name,
                       .group = "predicate_funcs",
                       .usage = "expr1 " + name + " expr2 - Returns true if " + meaning + ".",
                       .example = "SELECT 1 " + name + " 2;",
                       .bind = [name, comparison, null_safe](const Arguments& arguments) {
                         return Bind(name, comparison, null_safe, arguments);
                       }});
}

}  // namespace

void RegisterComparisonFunctions(FunctionRegistry* registry) {
  Register(registry, "=", Comparison::kEqual, "both are equal");
  Register(registry, "==", Comparison::kEqual, "both are equal");
  Register(registry, "!=", Comparison::kNotEqual, "both differ");
  Register(registry, "<>", Comparison::kNotEqual, "both differ");
  Register(registry, "<", Comparison::kLess, "expr1 is below expr2");
  Register(registry, "<=", Comparison::kLessOrEqual, "expr1 is not above expr2");
  Register(registry, ">", Comparison::kGreater, "expr1 is above expr2");
  Register(registry, ">=", Comparison::kGreaterOrEqual, "expr1 is not below expr2");
  Register(registry, "<=>", Comparison::kEqual, "both are equal or both are NULL", true);
  registry->AddScalar(
      {.name = "equal_null",
       .group = "misc_funcs",
       .usage = "equal_null(expr1, expr2) - Returns true if both are equal or both are NULL.",
       .example = "SELECT equal_null(1, NULL);",
       .bind = [](const Arguments& arguments) {
         return Bind("equal_null", Comparison::kEqual, true, arguments);
       }});
}

}  // namespace thalweg::functions
