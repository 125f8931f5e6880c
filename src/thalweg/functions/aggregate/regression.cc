// regr_avgx, regr_avgy, regr_sxx, regr_syy, regr_sxy, regr_slope, regr_intercept and regr_r2: sums
// over the pairs in which neither is null, updated in the order of Spark's own expressions.

#include <cmath>

#include "thalweg/functions/aggregate/aggregate_support.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;

/// Another aggregate over one of two arguments, of rows in which both are there.
class OfPairs : public AggregateFunction {
 public:
  OfPairs(std::string name, std::vector<TypePtr> types, size_t index, AggregateFunctionPtr inner)
      : AggregateFunction(std::move(name), std::move(types), inner->return_type(),
                          /*nullable=*/true, inner->slot_size(), inner->trivial()),
        index_(index),
        inner_(std::move(inner)) {}

  void Init(uint8_t* slot) const override { inner_->Init(slot); }
  Status Update(const EvalContext& context, const Datums& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(arguments, slots.num_rows));
    if (nulls.all_null) return Status::OK();
    if (nulls.bitmap == nullptr) return inner_->Update(context, {arguments[index_]}, slots);
    ARROW_ASSIGN_OR_RAISE(const auto array, expr::ToArray(arguments[index_], slots.num_rows));
    return inner_->Update(context, {WithNulls(*array, nulls.bitmap)}, slots);
  }
  Status Merge(uint8_t* into, const uint8_t* from) const override {
    return inner_->Merge(into, from);
  }
  void Serialize(const uint8_t* slot, std::string* out) const override {
    inner_->Serialize(slot, out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    return inner_->Deserialize(slot, in);
  }
  Result<ArrayPtr> Finish(const EvalContext& context, const GroupSlots& slots) const override {
    return inner_->Finish(context, slots);
  }
  void Destroy(uint8_t* slot) const override { inner_->Destroy(slot); }
  std::vector<FieldPtr> StateFields() const override { return inner_->StateFields(); }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    return inner_->StateColumns(slots);
  }
  int64_t OwnedBytes(const uint8_t* slot) const override { return inner_->OwnedBytes(slot); }

 private:
  /// The array without offset, with `bitmap` for its validity.
  static arrow::Datum WithNulls(const arrow::Array& array,
                                const std::shared_ptr<arrow::Buffer>& bitmap) {
    auto data = array.data()->Copy();
    data->buffers[0] = bitmap;
    if (data->offset != 0) {
      const int width = array.type()->bit_width() / 8;
      data->buffers[1] =
          arrow::SliceBuffer(data->buffers[1], data->offset * width, data->length * width);
      data->offset = 0;
    }
    data->null_count = arrow::kUnknownNullCount;
    return arrow::MakeArray(data);
  }

  size_t index_;
  AggregateFunctionPtr inner_;
};

/// Count, means and second moments of pairs (y, x), and the variance of x by itself.
struct PairState {
  double count;
  double y_mean;
  double x_mean;
  double co_moment;
  double y_m2;
  double x_m2;
  double mean;  // of x, as the variance keeps it
  double m2;    // of x, as the variance keeps it
};

enum class Regression { kSxy, kSlope, kIntercept, kR2 };

class PairRegression : public AggregateFunction {
 public:
  PairRegression(std::string name, Regression result)
      : AggregateFunction(std::move(name), {arrow::float64(), arrow::float64()}, arrow::float64(),
                          /*nullable=*/true, sizeof(PairState), /*trivial=*/true),
        result_(result) {}

  void Init(uint8_t* slot) const override { std::memset(slot, 0, sizeof(PairState)); }

  Status Update(const EvalContext&, const Datums& arguments,
                const GroupSlots& slots) const override {
    const expr::PrimitiveView<double> ys(arguments[0]);
    const expr::PrimitiveView<double> xs(arguments[1]);
    // What Spark calls the first of the pair: of slope and intercept it is x.
    const bool x_first = result_ == Regression::kSlope || result_ == Regression::kIntercept;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (ys.IsNull(row) || xs.IsNull(row)) continue;
      Add(ys.Value(row), xs.Value(row), x_first, SlotAs<PairState>(slots.slot(row)));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    PairState* left = SlotAs<PairState>(into);
    const PairState* right = SlotAs<PairState>(from);
    if (right->count == 0) return Status::OK();
    const double count = left->count + right->count;
    const double dy = right->y_mean - left->y_mean;
    const double dx = right->x_mean - left->x_mean;
    const double weight = left->count * right->count / count;
    left->co_moment += right->co_moment + dx * dy * weight;
    left->y_m2 += right->y_m2 + dy * dy * weight;
    left->x_m2 += right->x_m2 + dx * dx * weight;
    left->y_mean += dy * right->count / count;
    left->x_mean += dx * right->count / count;
    const double delta = right->mean - left->mean;
    const double share = delta / count;
    left->m2 += right->m2 + delta * share * left->count * right->count;
    left->mean += share * right->count;
    left->count = count;
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const auto state = [&](int64_t row) -> const PairState& {
      return *SlotAs<PairState>(slots.slot(row));
    };
    return FinishFixed<double>(
        return_type(), slots.num_rows, [&](int64_t row) { return IsUndefined(state(row)); },
        [&](int64_t row) -> Result<double> { return Value(state(row)); });
  }

  /// The names of Spark's covariance or correlation, in which (y, x) are called (x, y) but for
  /// slope and intercept.
  std::vector<FieldPtr> StateFields() const override {
    std::vector<const char*> names = {"n", "xAvg", "yAvg", "ck"};
    if (result_ == Regression::kR2) names.insert(names.end(), {"xMk", "yMk"});
    const bool has_variance = result_ == Regression::kSlope || result_ == Regression::kIntercept;
    if (has_variance) names.insert(names.end(), {"n", "avg", "m2"});
    std::vector<FieldPtr> fields;
    for (const char* name : names) fields.push_back(arrow::field(name, arrow::float64()));
    return fields;
  }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    std::vector<double PairState::*> members = {&PairState::count, &PairState::y_mean,
                                                &PairState::x_mean, &PairState::co_moment};
    if (result_ == Regression::kR2) {
      members.insert(members.end(), {&PairState::y_m2, &PairState::x_m2});
    } else if (result_ != Regression::kSxy) {
      std::swap(members[1], members[2]);
      members.insert(members.end(), {&PairState::count, &PairState::mean, &PairState::m2});
    }
    std::vector<ArrayPtr> columns;
    for (const auto member : members) {
      const auto value = [&](int64_t row) { return SlotAs<PairState>(slots.slot(row))->*member; };
      ARROW_ASSIGN_OR_RAISE(auto column,
                            StateColumn<double>(arrow::float64(), slots.num_rows, value));
      columns.push_back(std::move(column));
    }
    return columns;
  }

 private:
  static void Add(double y, double x, bool x_first, PairState* state) {
    state->count += 1;
    const double dy = y - state->y_mean;
    const double dx = x - state->x_mean;
    state->y_mean += dy / state->count;
    state->x_mean += dx / state->count;
    state->co_moment += x_first ? dx * (y - state->y_mean) : dy * (x - state->x_mean);
    state->y_m2 += dy * (y - state->y_mean);
    state->x_m2 += dx * (x - state->x_mean);
    const double delta = x - state->mean;
    const double share = delta / state->count;
    state->mean += share;
    state->m2 += delta * (delta - share);
  }

  bool IsUndefined(const PairState& state) const {
    switch (result_) {
      case Regression::kSxy:
        return state.count == 0;
      case Regression::kR2:
        return state.x_m2 == 0;
      case Regression::kSlope:
      case Regression::kIntercept:
        return state.m2 == 0;
    }
    return true;
  }

  double Value(const PairState& state) const {
    switch (result_) {
      case Regression::kSxy:
        return state.co_moment;
      case Regression::kSlope:
        return state.co_moment / state.m2;
      case Regression::kIntercept:
        return state.y_mean - state.co_moment / state.m2 * state.x_mean;
      case Regression::kR2: {
        if (state.y_m2 == 0) return 1;
        const double correlation = state.co_moment / std::sqrt(state.y_m2 * state.x_m2);
        return correlation * correlation;
      }
    }
    return 0;
  }

  Regression result_;
};

using Binder = std::function<Result<AggregateFunctionPtr>(const Arguments& arguments)>;

void Add(FunctionRegistry* registry, const std::string& name, const std::string& what,
         Binder bind) {
  registry->AddAggregate(
      {name,
       {},
       name + "(y, x) - Returns the " + what + " over the pairs in which neither is null.",
       "SELECT " + name + "(y, x) FROM VALUES (1, 2), (2, 2), (2, 3) AS tab(y, x);",
       [name, bind = std::move(bind)](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
         ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
         for (size_t i = 0; i < 2; ++i) {
           ARROW_RETURN_NOT_OK(AcceptNumeric(arguments, i).status());
         }
         return bind(arguments);
       }});
}

/// What `inner` makes of argument `index`, over rows in which both arguments are there.
Binder OverPairs(const std::string& name, size_t index, Binder inner) {
  return [=](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
    ARROW_ASSIGN_OR_RAISE(auto function, inner(Arguments{arguments[index]}));
    std::vector<TypePtr> types;
    for (size_t i = 0; i < 2; ++i) {
      ARROW_ASSIGN_OR_RAISE(auto type, AcceptNumeric(arguments, i));
      types.push_back(std::move(type));
    }
    types[index] = function->argument_types()[0];
    return std::make_shared<OfPairs>(name, std::move(types), index, std::move(function));
  };
}

}  // namespace

void RegisterRegression(FunctionRegistry* registry) {
  const Binder average = registry->FindAggregate("avg")->bind;
  Add(registry, "regr_avgx", "average of x", OverPairs("regr_avgx", 1, average));
  Add(registry, "regr_avgy", "average of y", OverPairs("regr_avgy", 0, average));
  const Binder squares = [](const Arguments&) -> Result<AggregateFunctionPtr> {
    return MakeSumOfSquares();
  };
  Add(registry, "regr_sxx", "sum of squared deviations of x", OverPairs("regr_sxx", 1, squares));
  Add(registry, "regr_syy", "sum of squared deviations of y", OverPairs("regr_syy", 0, squares));
  const auto add = [&](const std::string& name, Regression result, const std::string& what) {
    Add(registry, name, what, [=](const Arguments&) -> Result<AggregateFunctionPtr> {
      return std::make_shared<PairRegression>(name, result);
    });
  };
  add("regr_sxy", Regression::kSxy, "sum of the products of both deviations");
  add("regr_slope", Regression::kSlope, "slope of the line of least squares");
  add("regr_intercept", Regression::kIntercept, "intercept of the line of least squares");
  add("regr_r2", Regression::kR2, "coefficient of determination");
}

}  // namespace thalweg::functions
