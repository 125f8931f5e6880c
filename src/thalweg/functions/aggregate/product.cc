// product, which DataFrames have: the product of numbers as double.

#include "thalweg/functions/aggregate/aggregate_support.h"

namespace thalweg::functions {
namespace {

struct ProductSlot {
  double product;
  int64_t has_value;
};

class Product : public AggregateFunction {
 public:
  Product()
      : AggregateFunction("product", {arrow::float64()}, arrow::float64(), /*nullable=*/true,
                          sizeof(ProductSlot), /*trivial=*/true) {}

  void Init(uint8_t* slot) const override { *SlotAs<ProductSlot>(slot) = {1, 0}; }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::PrimitiveView<double> values(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      auto* slot = SlotAs<ProductSlot>(slots.slot(row));
      slot->product *= values.Value(row);
      slot->has_value = 1;
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    SlotAs<ProductSlot>(into)->product *= SlotAs<ProductSlot>(from)->product;
    SlotAs<ProductSlot>(into)->has_value |= SlotAs<ProductSlot>(from)->has_value;
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const auto slot = [&](int64_t row) { return SlotAs<ProductSlot>(slots.slot(row)); };
    return FinishFixed<double>(
        return_type(), slots.num_rows, [&](int64_t row) { return slot(row)->has_value == 0; },
        [&](int64_t row) -> Result<double> { return slot(row)->product; });
  }

  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("product", arrow::float64())};
  }
};

}  // namespace

void RegisterProduct(FunctionRegistry* registry) {
  registry->AddAggregate({"product",
                          {},
                          "product(expr) - Returns the product over the group; NULL without any "
                          "value.",
                          "SELECT product(col) FROM VALUES (2), (3), (4) AS tab(col);",
                          [](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
                            ARROW_RETURN_NOT_OK(CheckArgumentCount("product", arguments, 1, 1));
                            ARROW_RETURN_NOT_OK(AcceptNumeric(arguments, 0).status());
                            return std::make_shared<Product>();
                          }});
}

}  // namespace thalweg::functions
