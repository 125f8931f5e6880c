// Variance, standard deviation, covariance and correlation, updated by Welford's method in the
// order of Spark's own expressions, so that results agree to the last digit.

#include <cmath>
#include <limits>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/statistical_family.h"

namespace thalweg::functions {
namespace {

struct Moments {
  double count;
  double mean;
  double m2;
};

enum class MomentResult {
  kVariancePopulation,
  kVarianceSample,
  kDeviationPopulation,
  kDeviationSample,
  kSumOfSquares
};

/// State columns of slots that are doubles one after the other.
std::vector<FieldPtr> MomentFields(const std::vector<std::string>& names) {
  std::vector<FieldPtr> fields;
  for (const std::string& name : names) fields.push_back(arrow::field(name, arrow::float64()));
  return fields;
}

Result<std::vector<ArrayPtr>> MomentColumns(const GroupSlots& slots, int count) {
  std::vector<ArrayPtr> columns;
  for (int i = 0; i < count; ++i) {
    const auto value = [&](int64_t row) { return SlotAs<double>(slots.slot(row))[i]; };
    ARROW_ASSIGN_OR_RAISE(auto column,
                          StateColumn<double>(arrow::float64(), slots.num_rows, value));
    columns.push_back(std::move(column));
  }
  return columns;
}

class CentralMoments : public AggregateFunction {
 public:
  CentralMoments(std::string name, MomentResult result)
      : AggregateFunction(std::move(name), {arrow::float64()}, arrow::float64(),
                          /*nullable=*/true, sizeof(Moments), /*trivial=*/true),
        result_(result) {}

  void Init(uint8_t* slot) const override { *SlotAs<Moments>(slot) = {0, 0, 0}; }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::PrimitiveView<double> values(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      Moments* state = SlotAs<Moments>(slots.slot(row));
      state->count += 1;
      const double delta = values.Value(row) - state->mean;
      const double delta_share = delta / state->count;
      state->mean += delta_share;
      state->m2 += delta * (delta - delta_share);
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    Moments* left = SlotAs<Moments>(into);
    const Moments* right = SlotAs<Moments>(from);
    if (right->count == 0) return Status::OK();
    const double count = left->count + right->count;
    const double delta = right->mean - left->mean;
    const double delta_share = count == 0 ? 0 : delta / count;
    left->m2 += right->m2 + delta * delta_share * left->count * right->count;
    left->mean += delta_share * right->count;
    left->count = count;
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const bool sample =
        result_ == MomentResult::kVarianceSample || result_ == MomentResult::kDeviationSample;
    const bool root =
        result_ == MomentResult::kDeviationPopulation || result_ == MomentResult::kDeviationSample;
    const auto state = [&](int64_t row) { return SlotAs<Moments>(slots.slot(row)); };
    return FinishFixed<double>(
        return_type(), slots.num_rows,
        [&](int64_t row) { return state(row)->count <= (sample ? 1 : 0); },
        [&](int64_t row) -> Result<double> {
          if (result_ == MomentResult::kSumOfSquares) return state(row)->m2;
          const double variance = state(row)->m2 / (state(row)->count - (sample ? 1 : 0));
          return root ? std::sqrt(variance) : variance;
        });
  }

  std::vector<FieldPtr> StateFields() const override { return MomentFields({"n", "avg", "m2"}); }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    return MomentColumns(slots, 3);
  }

 private:
  MomentResult result_;
};

struct PairMoments {
  double count;
  double x_mean;
  double y_mean;
  double co_moment;
  double x_m2;
  double y_m2;
};

enum class PairResult { kCovariancePopulation, kCovarianceSample, kCorrelation };

class PairStatistics : public AggregateFunction {
 public:
  PairStatistics(std::string name, PairResult result)
      : AggregateFunction(std::move(name), {arrow::float64(), arrow::float64()}, arrow::float64(),
                          /*nullable=*/true, sizeof(PairMoments), /*trivial=*/true),
        result_(result) {}

  void Init(uint8_t* slot) const override { std::memset(slot, 0, sizeof(PairMoments)); }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::PrimitiveView<double> xs(arguments[0]);
    const expr::PrimitiveView<double> ys(arguments[1]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (xs.IsNull(row) || ys.IsNull(row)) continue;
      PairMoments* state = SlotAs<PairMoments>(slots.slot(row));
      state->count += 1;
      const double dx = xs.Value(row) - state->x_mean;
      const double dy = ys.Value(row) - state->y_mean;
      state->x_mean += dx / state->count;
      state->y_mean += dy / state->count;
      state->co_moment += dx * (ys.Value(row) - state->y_mean);
      state->x_m2 += dx * (xs.Value(row) - state->x_mean);
      state->y_m2 += dy * (ys.Value(row) - state->y_mean);
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    PairMoments* left = SlotAs<PairMoments>(into);
    const PairMoments* right = SlotAs<PairMoments>(from);
    if (right->count == 0) return Status::OK();
    const double count = left->count + right->count;
    const double dx = right->x_mean - left->x_mean;
    const double dy = right->y_mean - left->y_mean;
    const double weight = left->count * right->count / count;
    left->co_moment += right->co_moment + dx * dy * weight;
    left->x_m2 += right->x_m2 + dx * dx * weight;
    left->y_m2 += right->y_m2 + dy * dy * weight;
    left->x_mean += dx * right->count / count;
    left->y_mean += dy * right->count / count;
    left->count = count;
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const auto state = [&](int64_t row) { return SlotAs<PairMoments>(slots.slot(row)); };
    const double least = result_ == PairResult::kCovariancePopulation ? 1 : 2;
    return FinishFixed<double>(
        return_type(), slots.num_rows, [&](int64_t row) { return state(row)->count < least; },
        [&](int64_t row) -> Result<double> {
          const PairMoments* pair = state(row);
          if (result_ == PairResult::kCovariancePopulation) return pair->co_moment / pair->count;
          if (result_ == PairResult::kCovarianceSample) {
            return pair->co_moment / (pair->count - 1);
          }
          return pair->co_moment / std::sqrt(pair->x_m2 * pair->y_m2);
        });
  }

  std::vector<FieldPtr> StateFields() const override {
    if (result_ != PairResult::kCorrelation) return MomentFields({"n", "xAvg", "yAvg", "ck"});
    return MomentFields({"n", "xAvg", "yAvg", "ck", "xMk", "yMk"});
  }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    return MomentColumns(slots, result_ == PairResult::kCorrelation ? 6 : 4);
  }

 private:
  PairResult result_;
};

}  // namespace

AggregateFunctionPtr MakeSumOfSquares() {
  return std::make_shared<CentralMoments>("sum_of_squares", MomentResult::kSumOfSquares);
}

void RegisterStatisticalAggregates(FunctionRegistry* registry) {
  RegisterBitmapAggregates(registry);
  RegisterVectorAggregates(registry);
  RegisterCountMinSketch(registry);
  RegisterHistogram(registry);
  const auto add = [&](const std::string& name, std::vector<std::string> aliases,
                       MomentResult result, const std::string& what) {
    registry->AddAggregate({name, std::move(aliases),
                            name + "(expr) - Returns the " + what + " of a group.",
                            "SELECT " + name + "(col) FROM VALUES (1), (2), (3) AS tab(col);",
                            [=](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
                              ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
                              ARROW_RETURN_NOT_OK(AcceptNumeric(arguments, 0).status());
                              return std::make_shared<CentralMoments>(name, result);
                            }});
  };
  add("var_pop", {}, MomentResult::kVariancePopulation, "population variance");
  add("var_samp", {"variance"}, MomentResult::kVarianceSample, "sample variance");
  add("stddev_pop", {}, MomentResult::kDeviationPopulation, "population standard deviation");
  add("stddev_samp", {"stddev", "std"}, MomentResult::kDeviationSample,
      "sample standard deviation");
  const auto add_pair = [&](const std::string& name, PairResult result, const std::string& what) {
    registry->AddAggregate(
        {name,
         {},
         name + "(x, y) - Returns the " + what + " of pairs.",
         "SELECT " + name + "(x, y) FROM VALUES (1, 1), (2, 2), (3, 3) AS tab(x, y);",
         [=](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
           ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
           ARROW_RETURN_NOT_OK(AcceptNumeric(arguments, 0).status());
           ARROW_RETURN_NOT_OK(AcceptNumeric(arguments, 1).status());
           return std::make_shared<PairStatistics>(name, result);
         }});
  };
  add_pair("covar_pop", PairResult::kCovariancePopulation, "population covariance");
  add_pair("covar_samp", PairResult::kCovarianceSample, "sample covariance");
  add_pair("corr", PairResult::kCorrelation, "Pearson correlation");
  RegisterHigherMoments(registry);
  RegisterRegression(registry);
}

}  // namespace thalweg::functions
