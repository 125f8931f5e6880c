// bool_and, bool_or and their other names.

#include "thalweg/functions/aggregate/aggregate_support.h"

namespace thalweg::functions {
namespace {

/// Slot: 0 no value yet, 1 false, 2 true.
class BooleanFold : public AggregateFunction {
 public:
  BooleanFold(std::string name, bool conjunction)
      : AggregateFunction(std::move(name), {arrow::boolean()}, arrow::boolean(),
                          /*nullable=*/true, sizeof(int64_t), /*trivial=*/true),
        conjunction_(conjunction) {}

  void Init(uint8_t* slot) const override { *SlotAs<int64_t>(slot) = 0; }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::BooleanView values(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsValid(row)) Take(values.Value(row) ? 2 : 1, slots.slot(row));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    if (*SlotAs<int64_t>(from) != 0) Take(*SlotAs<int64_t>(from), into);
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const auto slot = [&](int64_t row) { return *SlotAs<int64_t>(slots.slot(row)); };
    return FinishFixed<bool>(
        return_type(), slots.num_rows, [&](int64_t row) { return slot(row) == 0; },
        [&](int64_t row) -> Result<bool> { return slot(row) == 2; });
  }

  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field(conjunction_ ? "min" : "max", arrow::boolean())};
  }

 private:
  void Take(int64_t value, uint8_t* bytes) const {
    int64_t* slot = SlotAs<int64_t>(bytes);
    if (*slot == 0) {
      *slot = value;
    } else {
      *slot = conjunction_ ? std::min(*slot, value) : std::max(*slot, value);
    }
  }

  bool conjunction_;
};

}  // namespace

void RegisterBoolean(FunctionRegistry* registry) {
  const auto add = [&](const std::string& name, std::vector<std::string> aliases, bool conjunction,
                       const std::string& when) {
    registry->AddAggregate({name, std::move(aliases),
                            name + "(expr) - Returns true if " + when + " expr are true.",
                            "SELECT " + name + "(col) FROM VALUES (true), (false) AS tab(col);",
                            [=](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
                              ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
                              if (arguments[0].type->id() != arrow::Type::BOOL &&
                                  arguments[0].type->id() != arrow::Type::NA) {
                                return UnexpectedInputType(0, "\"BOOLEAN\"", *arguments[0].type);
                              }
                              return std::make_shared<BooleanFold>(name, conjunction);
                            }});
  };
  add("bool_and", {"every"}, true, "all values of");
  add("bool_or", {"any", "some"}, false, "any values of");
}

}  // namespace thalweg::functions
