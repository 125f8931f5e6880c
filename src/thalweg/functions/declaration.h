#pragma once

// Declaring functions whose trailing arguments have defaults, and kernels that write text.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// A function of one signature. Every name is registered by itself, so that the text of a call
/// shows the name that was used.
struct Declaration {
  std::vector<std::string> names;
  std::string group;
  std::string usage;
  std::string example;
  std::vector<TypePtr> argument_types;
  TypePtr return_type;
  /// The kernel takes all arguments: those left out are appended from `defaults`.
  expr::ScalarKernel kernel;
  /// Values of the last arguments when they are left out; shown in the text of a call.
  std::vector<std::shared_ptr<arrow::Scalar>> defaults;
  bool can_fail = false;
  /// The result may be NULL although no argument is.
  bool nullable_result = false;
  /// What a call is printed with instead of its name.
  std::string display_name;
};
void Declare(FunctionRegistry* registry, Declaration declaration);

/// What a function with a binder of its own binds with; gets the name that was used.
using NamedBinder =
    std::function<Result<expr::BoundFunction>(const std::string& name, const Arguments& arguments)>;
/// Registers `bind` under every name.
void DeclareBinder(FunctionRegistry* registry, const std::vector<std::string>& names,
                   std::string group, std::string usage, std::string example, NamedBinder bind);

/// A bound function of these parts, nullable if an argument is.
expr::BoundFunction MakeBound(std::string name, const Arguments& arguments,
                              std::vector<TypePtr> argument_types, TypePtr return_type,
                              expr::ScalarKernel kernel);

/// Makes the text of a call show `defaults` for the last arguments when `given` arguments are
/// fewer than `total`.
void ShowDefaults(expr::BoundFunction* bound, size_t given, size_t total,
                  const std::vector<std::shared_ptr<arrow::Scalar>>& defaults);

std::shared_ptr<arrow::Scalar> IntScalar(int32_t value);
std::shared_ptr<arrow::Scalar> TextScalar(std::string value);

/// A kernel of text functions: `fn(std::string* out, Ins...)` appends the result of a row to the
/// empty *out, whose memory is used again and again. It may return void, bool (false: NULL) or
/// Status. Rows with a NULL argument are NULL.
template <typename... Ins, typename Fn>
expr::ScalarKernel TextKernel(TypePtr type, Fn fn) {
  return [type = std::move(type), fn = std::move(fn)](const expr::EvalContext&,
                                                      const std::vector<arrow::Datum>& arguments,
                                                      int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_RETURN_NOT_OK(expr::internal::CheckArity(arguments, sizeof...(Ins)));
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto nulls, expr::IntersectNulls(arguments, rows));
    if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
    const auto views =
        expr::internal::MakeViews<Ins...>(arguments, std::index_sequence_for<Ins...>());
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<std::string>::Make(type, rows, nulls));
    std::string scratch;
    for (int64_t row = 0; row < rows; ++row) {
      if (nulls.bitmap != nullptr && nulls.IsNull(row)) {
        ARROW_RETURN_NOT_OK(writer.SkipNull(row));
        continue;
      }
      scratch.clear();
      const auto call = [&](const auto&... view) { return fn(&scratch, view.Value(row)...); };
      using Answer = decltype(std::apply(call, views));
      bool valid = true;
      if constexpr (std::is_same_v<Answer, bool>) {
        valid = std::apply(call, views);
      } else if constexpr (std::is_same_v<Answer, Status>) {
        ARROW_RETURN_NOT_OK(std::apply(call, views));
      } else {
        std::apply(call, views);
      }
      ARROW_RETURN_NOT_OK(valid ? writer.Set(row, scratch) : writer.SetNull(row));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

}  // namespace thalweg::functions
