// bit_and, bit_or, bit_xor over integers.

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

enum class BitOperation { kAnd, kOr, kXor };

template <typename T>
class BitFold : public AggregateFunction {
 public:
  BitFold(std::string name, TypePtr type, BitOperation operation)
      : AggregateFunction(std::move(name), {type}, type, /*nullable=*/true, sizeof(Slot),
                          /*trivial=*/true),
        operation_(operation) {}

  void Init(uint8_t* slot) const override { *SlotAs<Slot>(slot) = {}; }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::PrimitiveView<T> values(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsValid(row)) Take(values.Value(row), slots.slot(row));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    if (SlotAs<Slot>(from)->has_value != 0) Take(SlotAs<Slot>(from)->value, into);
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const auto slot = [&](int64_t row) { return SlotAs<Slot>(slots.slot(row)); };
    return FinishFixed<T>(
        return_type(), slots.num_rows, [&](int64_t row) { return slot(row)->has_value == 0; },
        [&](int64_t row) -> Result<T> { return static_cast<T>(slot(row)->value); });
  }

 private:
  struct Slot {
    int64_t value = 0;
    int64_t has_value = 0;
  };

  void Take(int64_t value, uint8_t* bytes) const {
    Slot* slot = SlotAs<Slot>(bytes);
    if (slot->has_value == 0) {
      *slot = {value, 1};
      return;
    }
    switch (operation_) {
      case BitOperation::kAnd:
        slot->value &= value;
        return;
      case BitOperation::kOr:
        slot->value |= value;
        return;
      case BitOperation::kXor:
        slot->value ^= value;
        return;
    }
  }

  BitOperation operation_;
};

Result<AggregateFunctionPtr> BindBitFold(const std::string& name, BitOperation operation,
                                         const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  switch (type->id()) {
    case arrow::Type::INT8:
      return std::make_shared<BitFold<int8_t>>(name, type, operation);
    case arrow::Type::INT16:
      return std::make_shared<BitFold<int16_t>>(name, type, operation);
    case arrow::Type::INT32:
      return std::make_shared<BitFold<int32_t>>(name, type, operation);
    case arrow::Type::INT64:
      return std::make_shared<BitFold<int64_t>>(name, type, operation);
    default:
      return UnexpectedInputType(0, "\"INTEGRAL\"", *type);
  }
}

}  // namespace

void RegisterBitwiseAggregates(FunctionRegistry* registry) {
  const auto add = [&](const std::string& name, BitOperation operation, const std::string& what) {
    registry->AddAggregate(
        {name,
         {},
         name + "(expr) - Returns the bitwise " + what + " of all values.",
         "SELECT " + name + "(col) FROM VALUES (3), (5) AS tab(col);",
         [=](const Arguments& arguments) { return BindBitFold(name, operation, arguments); }});
  };
  add("bit_and", BitOperation::kAnd, "AND");
  add("bit_or", BitOperation::kOr, "OR");
  add("bit_xor", BitOperation::kXor, "XOR");
}

}  // namespace thalweg::functions
