// skewness and kurtosis, updated and merged in the order of Spark's own expressions, so that
// results agree to the last digit.

#include <cmath>

#include "thalweg/functions/aggregate/aggregate_support.h"

namespace thalweg::functions {
namespace {

struct FourMoments {
  double count;
  double mean;
  double m2;
  double m3;
  double m4;
};

class HigherMoments : public AggregateFunction {
 public:
  /// `order`: 3 for skewness, 4 for kurtosis.
  HigherMoments(std::string name, int order)
      : AggregateFunction(std::move(name), {arrow::float64()}, arrow::float64(),
                          /*nullable=*/true, sizeof(FourMoments), /*trivial=*/true),
        order_(order) {}

  void Init(uint8_t* slot) const override { *SlotAs<FourMoments>(slot) = {0, 0, 0, 0, 0}; }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::PrimitiveView<double> values(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsValid(row)) Add(values.Value(row), SlotAs<FourMoments>(slots.slot(row)));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    FourMoments* left = SlotAs<FourMoments>(into);
    const FourMoments* right = SlotAs<FourMoments>(from);
    const double n1 = left->count;
    const double n2 = right->count;
    const double count = n1 + n2;
    const double delta = right->mean - left->mean;
    const double share = count == 0 ? 0 : delta / count;
    const double m2 = left->m2 + right->m2 + delta * share * n1 * n2;
    const double m3 = left->m3 + right->m3 + share * share * delta * n1 * n2 * (n1 - n2) +
                      3.0 * share * (n1 * right->m2 - n2 * left->m2);
    left->m4 = left->m4 + right->m4 +
               share * share * share * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2) +
               6.0 * share * share * (n1 * n1 * right->m2 + n2 * n2 * left->m2) +
               4.0 * share * (n1 * right->m3 - n2 * left->m3);
    left->m3 = m3;
    left->m2 = m2;
    left->mean += share * n2;
    left->count = count;
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const auto state = [&](int64_t row) { return SlotAs<FourMoments>(slots.slot(row)); };
    return FinishFixed<double>(
        return_type(), slots.num_rows,
        [&](int64_t row) { return state(row)->count == 0 || state(row)->m2 == 0; },
        [&](int64_t row) -> Result<double> {
          const auto& [count, mean, m2, m3, m4] = *state(row);
          if (order_ == 3) return std::sqrt(count) * m3 / std::sqrt(m2 * m2 * m2);
          return count * m4 / (m2 * m2) - 3.0;
        });
  }

  std::vector<FieldPtr> StateFields() const override {
    std::vector<FieldPtr> fields;
    for (const char* name : {"n", "avg", "m2", "m3", "m4"}) {
      if (static_cast<int>(fields.size()) > order_) break;
      fields.push_back(arrow::field(name, arrow::float64()));
    }
    return fields;
  }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    std::vector<ArrayPtr> columns;
    for (int i = 0; i <= order_; ++i) {
      const auto value = [&](int64_t row) { return SlotAs<double>(slots.slot(row))[i]; };
      ARROW_ASSIGN_OR_RAISE(auto column,
                            StateColumn<double>(arrow::float64(), slots.num_rows, value));
      columns.push_back(std::move(column));
    }
    return columns;
  }

 private:
  static void Add(double value, FourMoments* state) {
    state->count += 1;
    const double delta = value - state->mean;
    const double share = delta / state->count;
    const double delta_squared = delta * delta;
    const double share_squared = share * share;
    state->mean += share;
    state->m2 = state->m2 + delta * (delta - share);
    state->m3 = state->m3 - 3.0 * share * state->m2 + delta * (delta_squared - share_squared);
    state->m4 = state->m4 - 4.0 * share * state->m3 - 6.0 * share_squared * state->m2 +
                delta * (delta * delta_squared - share * share_squared);
  }

  int order_;
};

}  // namespace

void RegisterHigherMoments(FunctionRegistry* registry) {
  const auto add = [&](const std::string& name, int order) {
    registry->AddAggregate({name,
                            {},
                            name + "(expr) - Returns the " + name + " of a group.",
                            "SELECT " + name + "(col) FROM VALUES (-10), (-20), (100) AS tab(col);",
                            [=](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
                              ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
                              ARROW_RETURN_NOT_OK(AcceptNumeric(arguments, 0).status());
                              return std::make_shared<HigherMoments>(name, order);
                            }});
  };
  add("skewness", 3);
  add("kurtosis", 4);
}

}  // namespace thalweg::functions
