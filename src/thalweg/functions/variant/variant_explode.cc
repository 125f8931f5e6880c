// variant_explode: a row of each field of an object, each element of an array.

#include <arrow/api.h>

#include "thalweg/expr/cast/variant_conversion.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/variant/variant_family.h"

namespace thalweg::functions {
namespace {

/// The columns that are being made, and where their rows come from.
class ExplodedRows {
 public:
  Status AddNull(int64_t parent) {
    parents_.push_back(static_cast<int32_t>(parent));
    ARROW_RETURN_NOT_OK(positions_.AppendNull());
    ARROW_RETURN_NOT_OK(keys_.AppendNull());
    return values_.AppendNull();
  }

  Status Add(int64_t parent, const VariantValue& whole, uint32_t index) {
    parents_.push_back(static_cast<int32_t>(parent));
    ARROW_RETURN_NOT_OK(positions_.Append(static_cast<int32_t>(index)));
    if (whole.kind() == VariantKind::kObject) {
      ARROW_ASSIGN_OR_RAISE(const auto field, whole.Field(index));
      ARROW_RETURN_NOT_OK(keys_.Append(field.name));
      return AddValue(field.value);
    }
    ARROW_ASSIGN_OR_RAISE(const auto element, whole.Element(index));
    ARROW_RETURN_NOT_OK(keys_.AppendNull());
    return AddValue(element);
  }

  Result<expr::GeneratedRows> Finish() {
    expr::GeneratedRows rows;
    rows.parents = std::move(parents_);
    rows.columns.resize(3);
    ARROW_RETURN_NOT_OK(positions_.Finish(&rows.columns[0]));
    ARROW_RETURN_NOT_OK(keys_.Finish(&rows.columns[1]));
    ARROW_RETURN_NOT_OK(values_.Finish(&rows.columns[2]));
    return rows;
  }

 private:
  Status AddValue(const VariantValue& value) {
    packed_.clear();
    AppendPackedVariant(value.bytes(), &packed_);
    return values_.Append(packed_);
  }

  std::vector<int32_t> parents_;
  arrow::Int32Builder positions_;
  arrow::StringBuilder keys_;
  arrow::LargeBinaryBuilder values_;
  std::string packed_;
};

Result<expr::GeneratedRows> Explode(const expr::EvalContext&, const std::vector<ArrayPtr>& values,
                                    int64_t num_rows, bool outer) {
  ARROW_ASSIGN_OR_RAISE(const auto cells, expr::ReadVariants(*values[0]));
  ExplodedRows rows;
  for (int64_t row = 0; row < num_rows; ++row) {
    const auto& cell = cells[static_cast<size_t>(row)];
    const uint32_t size = cell ? cell->size() : 0;
    for (uint32_t i = 0; i < size; ++i) ARROW_RETURN_NOT_OK(rows.Add(row, *cell, i));
    if (size == 0 && outer) ARROW_RETURN_NOT_OK(rows.AddNull(row));
  }
  return rows.Finish();
}

Result<expr::BoundGenerator> BindExplode(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("variant_explode", arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, 0, VariantType()));
  return expr::BoundGenerator{
      .name = "variant_explode",
      .argument_types = {type},
      .output = arrow::schema({arrow::field("pos", arrow::int32(), false),
                               arrow::field("key", arrow::utf8()),
                               arrow::field("value", VariantType(), false)}),
      .kernel = Explode};
}

}  // namespace

void RegisterVariantExplode(FunctionRegistry* registry) {
  registry->AddGenerator(
      {"variant_explode",
       "variant_explode(expr) - Makes a row of each field of an object and of each element of an "
       "array.",
       "SELECT * FROM variant_explode(parse_json('[\"hello\", \"world\"]'));", BindExplode});
}

}  // namespace thalweg::functions
