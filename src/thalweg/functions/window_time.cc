// window_time: the event time that a window's rows count as.

#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

/// end - 1 microsecond (semantics 4.6).
Result<arrow::Datum> WindowTime(const TypePtr& type, const arrow::Datum& argument,
                                int64_t num_rows) {
  const bool as_scalar = argument.is_scalar();
  ARROW_ASSIGN_OR_RAISE(auto array, expr::ToArray(argument, as_scalar ? 1 : num_rows));
  const auto& window = static_cast<const arrow::StructArray&>(*array);
  ARROW_ASSIGN_OR_RAISE(auto ends,
                        window.GetFlattenedField(window.struct_type()->GetFieldIndex("end")));
  const auto kernel =
      expr::DenseKernel<int64_t, int64_t>(type, [](int64_t end) { return end - 1; });
  ARROW_ASSIGN_OR_RAISE(auto times, kernel({}, {arrow::Datum(ends)}, array->length()));
  ARROW_ASSIGN_OR_RAISE(auto times_array, expr::ToArray(times, array->length()));
  return expr::FinishDatum(times_array, as_scalar);
}

Result<expr::BoundFunction> BindWindowTime(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("window_time", arguments, 1, 1));
  const auto* type = arguments[0].type->id() == arrow::Type::STRUCT
                         ? static_cast<const arrow::StructType*>(arguments[0].type.get())
                         : nullptr;
  const auto end = type != nullptr ? type->GetFieldByName("end") : nullptr;
  if (end == nullptr || end->type()->id() != arrow::Type::TIMESTAMP) {
    return UnexpectedInputType(0, "\"STRUCT<start: TIMESTAMP, end: TIMESTAMP>\"",
                               *arguments[0].type);
  }
  const TypePtr result = end->type();
  return expr::BoundFunction{
      .name = "window_time",
      .argument_types = {arguments[0].type},
      .return_type = result,
      .nullable = AnyNullable(arguments),
      .kernel = [result](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                         int64_t num_rows) { return WindowTime(result, values[0], num_rows); }};
}

}  // namespace

void RegisterWindowTimeFunctions(FunctionRegistry* registry) {
  registry->AddScalar({.name = "window_time",
                       .group = "datetime_funcs",
                       .usage = "window_time(window_column) - Returns the event time of a window: "
                                "its end less one microsecond.",
                       .example = "SELECT window_time(window) FROM (SELECT window(ts, '1 minute') "
                                  "FROM events GROUP BY 1);",
                       .bind = BindWindowTime});
}

}  // namespace thalweg::functions
