// Functions about NULL and NaN, greatest and least; and the names of the special forms.

#include <cmath>

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <fmt/format.h>

#include "thalweg/data/retype.h"
#include "thalweg/expr/value_order.h"
#include "thalweg/functions/null_test.h"
#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/coercion.h"

namespace thalweg::functions {
namespace {

using arrow::Type;
using expr::BoundFunction;
using expr::EvalContext;

expr::ScalarKernel NullTestKernel(bool want_null) {
  return [want_null](const EvalContext&, const std::vector<arrow::Datum>& arguments,
                     int64_t num_rows) -> Result<arrow::Datum> {
    const expr::NullView view(arguments[0]);
    const bool as_scalar = arguments[0].is_scalar();
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<bool>::Make(arrow::boolean(), rows, {}));
    for (int64_t row = 0; row < rows; ++row) {
      ARROW_RETURN_NOT_OK(writer.Set(row, view.IsNull(row) == want_null));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

Result<BoundFunction> BindNullTest(const std::string& name, bool want_null,
                                   const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  BoundFunction bound;
  bound.name = name;
  bound.argument_types = {arguments[0].type};
  bound.return_type = arrow::boolean();
  bound.nullable = false;
  bound.kernel = NullTestKernel(want_null);
  return bound;
}

/// NULL counts as no NaN.
template <typename T>
expr::ScalarKernel NanTestKernel() {
  return [](const EvalContext&, const std::vector<arrow::Datum>& arguments,
            int64_t num_rows) -> Result<arrow::Datum> {
    const expr::PrimitiveView<T> view(arguments[0]);
    const bool as_scalar = view.is_scalar();
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<bool>::Make(arrow::boolean(), rows, {}));
    for (int64_t row = 0; row < rows; ++row) {
      ARROW_RETURN_NOT_OK(writer.Set(row, view.IsValid(row) && std::isnan(view.Value(row))));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

Result<BoundFunction> BindNanTest(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("isnan", arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(auto type,
                        AcceptAsOneOf(arguments, 0, {arrow::float64(), arrow::float32()}));
  BoundFunction bound;
  bound.name = "isnan";
  bound.argument_types = {type};
  bound.return_type = arrow::boolean();
  bound.nullable = false;
  bound.kernel = type->id() == Type::FLOAT ? NanTestKernel<float>() : NanTestKernel<double>();
  return bound;
}

/// The first argument unless it is NaN, else the second.
template <typename T>
expr::ScalarKernel NanReplaceKernel(const TypePtr& type) {
  return [type](const EvalContext&, const std::vector<arrow::Datum>& arguments,
                int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    const expr::PrimitiveView<T> left(arguments[0]);
    const expr::PrimitiveView<T> right(arguments[1]);
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<T>::Make(type, rows, {}));
    for (int64_t row = 0; row < rows; ++row) {
      const bool replace = left.IsValid(row) && std::isnan(left.Value(row));
      const auto& source = replace ? right : left;
      ARROW_RETURN_NOT_OK(source.IsNull(row) ? writer.SetNull(row)
                                             : writer.Set(row, source.Value(row)));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

Result<BoundFunction> BindNanReplace(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("nanvl", arguments, 2, 2));
  const bool floats =
      arguments[0].type->id() == Type::FLOAT &&
      (arguments[1].type->id() == Type::FLOAT || arguments[1].type->id() == Type::NA);
  const TypePtr type = floats ? arrow::float32() : arrow::float64();
  ARROW_ASSIGN_OR_RAISE(auto left, AcceptAs(arguments, 0, type));
  ARROW_ASSIGN_OR_RAISE(auto right, AcceptAs(arguments, 1, type));
  return BindBinary("nanvl", left, right, type, arguments,
                    floats ? NanReplaceKernel<float>(type) : NanReplaceKernel<double>(type));
}

/// The greatest (direction 1) or least (-1) argument of each row, NULLs aside.
expr::ScalarKernel ExtremeKernel(const TypePtr& type, int direction) {
  return [type, direction](const EvalContext&, const std::vector<arrow::Datum>& arguments,
                           int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    arrow::ArrayVector columns;
    for (const arrow::Datum& argument : arguments) {
      ARROW_ASSIGN_OR_RAISE(auto column, expr::ToArray(argument, rows));
      columns.push_back(std::move(column));
    }
    arrow::Int64Builder picks;
    ARROW_RETURN_NOT_OK(picks.Reserve(rows));
    for (int64_t row = 0; row < rows; ++row) {
      int64_t best = -1;
      for (size_t i = 0; i < columns.size(); ++i) {
        if (columns[i]->IsNull(row)) continue;
        if (best < 0 ||
            expr::CompareValues(*columns[i], row, *columns[best], row) * direction > 0) {
          best = static_cast<int64_t>(i);
        }
      }
      if (best < 0) {
        picks.UnsafeAppendNull();
      } else {
        picks.UnsafeAppend(best * rows + row);
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto indices, picks.Finish());
    ARROW_ASSIGN_OR_RAISE(auto all, ConcatenateArrays(columns));
    ARROW_ASSIGN_OR_RAISE(auto picked, arrow::compute::Take(*all, *indices));
    return expr::FinishDatum(picked, as_scalar);
  };
}

Result<BoundFunction> BindExtreme(const std::string& name, int direction,
                                  const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, -1));
  ARROW_ASSIGN_OR_RAISE(auto type, CommonType(name, arguments));
  bool nullable = true;
  bool any_string = false;
  bool all_string = true;
  for (const expr::ArgumentInfo& argument : arguments) {
    nullable = nullable && argument.nullable;
    if (argument.type->id() == Type::NA) continue;
    any_string = any_string || IsString(*argument.type);
    all_string = all_string && IsString(*argument.type);
  }
  // Unlike elsewhere, strings are not promoted to the type of the other arguments.
  if (any_string && !all_string) return DataDifferentTypes(name, arguments);
  if (!IsOrderable(*type)) {
    return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                     {{"functionName", "`" + name + "`"}, {"dataType", QuotedType(*type)}});
  }
  BoundFunction bound;
  bound.name = name;
  bound.argument_types.assign(arguments.size(), type);
  bound.return_type = type;
  bound.nullable = nullable;
  bound.kernel = ExtremeKernel(type, direction);
  return bound;
}

/// Special forms are built by the analyzer (expr::Case); here they are listed, and binding them as
/// plain functions is refused.
void RegisterSpecialForm(FunctionRegistry* registry, const std::string& name,
                         const std::string& usage, const std::string& example, int min, int max) {
  registry->AddScalar({.name = name,
                       .group = "conditional_funcs",
                       .usage = usage,
                       .example = example,
                       .bind = [=](const Arguments& arguments) -> Result<BoundFunction> {
                         ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, min, max));
                         return MakeError("INTERNAL_ERROR",
                                          {{"message", name + " is a special form: the analyzer "
                                                              "makes a Case of it"}});
                       }});
}

void RegisterSpecialForms(FunctionRegistry* registry) {
  RegisterSpecialForm(registry, "if",
                      "if(expr1, expr2, expr3) - Returns expr2 if expr1 is true, else expr3.",
                      "SELECT if(1 < 2, 'a', 'b');", 3, 3);
  RegisterSpecialForm(registry, "coalesce",
                      "coalesce(expr1, ...) - Returns the first argument that is not NULL.",
                      "SELECT coalesce(NULL, 1, NULL);", 1, -1);
  RegisterSpecialForm(registry, "nvl",
                      "nvl(expr1, expr2) - Returns expr2 if expr1 is NULL, else expr1.",
                      "SELECT nvl(NULL, 1);", 2, 2);
  RegisterSpecialForm(registry, "ifnull",
                      "ifnull(expr1, expr2) - Returns expr2 if expr1 is NULL, else expr1.",
                      "SELECT ifnull(NULL, 1);", 2, 2);
  RegisterSpecialForm(registry, "nvl2",
                      "nvl2(expr1, expr2, expr3) - Returns expr2 if expr1 is not NULL, else expr3.",
                      "SELECT nvl2(NULL, 2, 1);", 3, 3);
  RegisterSpecialForm(registry, "nullif",
                      "nullif(expr1, expr2) - Returns NULL if both are equal, else expr1.",
                      "SELECT nullif(2, 2);", 2, 2);
  RegisterSpecialForm(registry, "zeroifnull",
                      "zeroifnull(expr) - Returns 0 if the argument is NULL, else the argument.",
                      "SELECT zeroifnull(NULL);", 1, 1);
  RegisterSpecialForm(registry, "nullifzero",
                      "nullifzero(expr) - Returns NULL if the argument is 0, else the argument.",
                      "SELECT nullifzero(0);", 1, 1);
}

}  // namespace

expr::ExpressionPtr MakeIsNotNull(expr::ExpressionPtr value) {
  auto bound = std::make_shared<BoundFunction>();
  bound->name = "isnotnull";
  bound->argument_types = {value->type()};
  bound->return_type = arrow::boolean();
  bound->nullable = false;
  bound->kernel = NullTestKernel(false);
  return expr::Call::Make(std::move(bound), {std::move(value)});
}

void RegisterConditionalFunctions(FunctionRegistry* registry) {
  RegisterSpecialForms(registry);
  for (const bool want_null : {true, false}) {
    const std::string name = want_null ? "isnull" : "isnotnull";
    registry->AddScalar({.name = name,
                         .group = "predicate_funcs",
                         .usage = fmt::format("{}(expr) - Returns true if the argument is {}NULL.",
                                              name, want_null ? "" : "not "),
                         .example = fmt::format("SELECT {}(1);", name),
                         .bind = [name, want_null](const Arguments& arguments) {
                           return BindNullTest(name, want_null, arguments);
                         }});
  }
  registry->AddScalar({.name = "isnan",
                       .group = "predicate_funcs",
                       .usage = "isnan(expr) - Returns true if the argument is NaN.",
                       .example = "SELECT isnan(cast('NaN' AS double));",
                       .bind = BindNanTest});
  registry->AddScalar({.name = "nanvl",
                       .group = "conditional_funcs",
                       .usage = "nanvl(expr1, expr2) - Returns expr1 unless it is NaN, else expr2.",
                       .example = "SELECT nanvl(cast('NaN' AS double), 123);",
                       .bind = BindNanReplace});
  for (const int direction : {1, -1}) {
    const std::string name = direction > 0 ? "greatest" : "least";
    registry->AddScalar(
        {.name = name,
         .group = "math_funcs",
         .usage =
             fmt::format("{0}(expr1, expr2, ...) - Returns the {0} argument, NULLs aside.", name),
         .example = fmt::format("SELECT {}(10, 9, 2);", name),
         .bind = [name, direction](const Arguments& arguments) {
           return BindExtreme(name, direction, arguments);
         }});
  }
}

}  // namespace thalweg::functions
