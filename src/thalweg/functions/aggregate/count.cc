// count and count_if.

#include "thalweg/functions/aggregate/aggregate_support.h"

namespace thalweg::functions {
namespace {

/// Rows in which no argument is null.
class Count : public AggregateFunction {
 public:
  explicit Count(std::vector<TypePtr> argument_types, std::string name = "count")
      : AggregateFunction(std::move(name), std::move(argument_types), arrow::int64(),
                          /*nullable=*/false, sizeof(int64_t), /*trivial=*/true) {}

  void Init(uint8_t* slot) const override { *SlotAs<int64_t>(slot) = 0; }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto nulls, expr::IntersectNulls(arguments, slots.num_rows));
    if (nulls.all_null) return Status::OK();
    if (nulls.bitmap == nullptr) {
      for (int64_t row = 0; row < slots.num_rows; ++row) ++*SlotAs<int64_t>(slots.slot(row));
      return Status::OK();
    }
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      *SlotAs<int64_t>(slots.slot(row)) += nulls.IsNull(row) ? 0 : 1;
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    *SlotAs<int64_t>(into) += *SlotAs<int64_t>(from);
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    return FinishFixed<int64_t>(
        return_type(), slots.num_rows, [](int64_t) { return false; },
        [&](int64_t row) -> Result<int64_t> { return *SlotAs<int64_t>(slots.slot(row)); });
  }
};

class CountIf : public Count {
 public:
  CountIf() : Count({arrow::boolean()}, "count_if") {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::BooleanView values(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      *SlotAs<int64_t>(slots.slot(row)) += values.IsValid(row) && values.Value(row) ? 1 : 0;
    }
    return Status::OK();
  }
};

}  // namespace

void RegisterCount(FunctionRegistry* registry) {
  registry->AddAggregate(
      {"count",
       {},
       "count(*) - Returns the number of rows; count(expr[, ...]) - of rows in which every "
       "expression is not null.",
       "SELECT count(*) FROM VALUES (NULL), (5) AS tab(col);",
       [](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
         ARROW_RETURN_NOT_OK(CheckArgumentCount("count", arguments, 1, -1));
         std::vector<TypePtr> types;
         for (const auto& argument : arguments) types.push_back(argument.type);
         return std::make_shared<Count>(std::move(types));
       }});
  registry->AddAggregate({"count_if",
                          {},
                          "count_if(expr) - Returns the number of rows for which expr is true.",
                          "SELECT count_if(col % 2 = 0) FROM VALUES (NULL), (0), (1) AS tab(col);",
                          [](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
                            ARROW_RETURN_NOT_OK(CheckArgumentCount("count_if", arguments, 1, 1));
                            ARROW_RETURN_NOT_OK(AcceptAs(arguments, 0, arrow::boolean()).status());
                            return std::make_shared<CountIf>();
                          }});
  registry->AddAggregate(
      {"regr_count",
       {},
       "regr_count(y, x) - Returns the number of pairs in which neither is null.",
       "SELECT regr_count(y, x) FROM VALUES (1, 2), (2, NULL) AS tab(y, x);",
       [](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
         ARROW_RETURN_NOT_OK(CheckArgumentCount("regr_count", arguments, 2, 2));
         std::vector<TypePtr> types;
         for (size_t i = 0; i < 2; ++i) {
           ARROW_ASSIGN_OR_RAISE(auto type, AcceptNumeric(arguments, i));
           types.push_back(std::move(type));
         }
         return std::make_shared<Count>(std::move(types), "regr_count");
       }});
}

}  // namespace thalweg::functions
