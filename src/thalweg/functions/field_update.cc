#include "thalweg/functions/field_update.h"

#include <arrow/api.h>
#include <arrow/util/bitmap_ops.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::functions {
namespace {

constexpr int kNewValue = -1;

/// Which fields the result has: the place of each in the structure, or kNewValue.
struct FieldPlan {
  TypePtr type;
  std::vector<int> sources;
};

FieldPlan PlanFields(const arrow::DataType& structure, const std::string& name,
                     const expr::ArgumentInfo* value) {
  FieldPlan plan;
  arrow::FieldVector fields;
  const auto add_value = [&] {
    fields.push_back(arrow::field(name, value->type, value->nullable));
    plan.sources.push_back(kNewValue);
  };
  bool placed = value == nullptr;
  for (int i = 0; i < structure.num_fields(); ++i) {
    const bool same = ToLowerAscii(structure.field(i)->name()) == ToLowerAscii(name);
    if (same && value != nullptr) {
      add_value();
      placed = true;
    } else if (!same) {
      fields.push_back(structure.field(i));
      plan.sources.push_back(i);
    }
  }
  if (!placed) add_value();
  plan.type = arrow::struct_(fields);
  return plan;
}

Result<arrow::Datum> UpdateKernel(const FieldPlan& plan, const std::vector<arrow::Datum>& values,
                                  int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto array, expr::ToArray(values[0], rows));
  const auto& structs = static_cast<const arrow::StructArray&>(*array);
  std::vector<ArrayPtr> columns;
  for (const int source : plan.sources) {
    if (source != kNewValue) {
      columns.push_back(structs.field(source));
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(auto value, expr::ToArray(values[2], rows));
    columns.push_back(std::move(value));
  }
  std::shared_ptr<arrow::Buffer> validity;
  if (structs.null_count() > 0) {
    ARROW_ASSIGN_OR_RAISE(
        validity, arrow::internal::CopyBitmap(arrow::default_memory_pool(),
                                              structs.null_bitmap_data(), structs.offset(), rows));
  }
  const ArrayPtr made =
      std::make_shared<arrow::StructArray>(plan.type, rows, std::move(columns), validity);
  return expr::FinishDatum(made, as_scalar);
}

Result<expr::BoundFunction> BindUpdate(const std::string& name, const Arguments& arguments) {
  const bool with_value = arguments.size() > 2;
  const auto& field = static_cast<const arrow::StringScalar&>(*arguments[1].constant);
  FieldPlan plan = PlanFields(*arguments[0].type, std::string(field.view()),
                              with_value ? &arguments[2] : nullptr);
  std::vector<TypePtr> types;
  for (const auto& argument : arguments) types.push_back(argument.type);
  const TypePtr type = plan.type;
  auto bound = MakeBound(
      name, arguments, std::move(types), type,
      [plan = std::move(plan)](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                               int64_t num_rows) { return UpdateKernel(plan, values, num_rows); });
  bound.nullable = arguments[0].nullable;
  return bound;
}

}  // namespace

void RegisterFieldUpdates(FunctionRegistry* registry) {
  DeclareBinder(registry, {"with field"}, "struct_funcs", "", "", BindUpdate);
  DeclareBinder(registry, {"drop field"}, "struct_funcs", "", "", BindUpdate);
}

}  // namespace thalweg::functions
