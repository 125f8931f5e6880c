// percentile and median: exact percentiles, interpolated between the values next to the position.

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/ordered_list.h"
#include "thalweg/functions/aggregate/percentile_support.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/interval_range.h"

namespace thalweg::functions {
namespace {

/// A value (a double by its bits, an interval as it is) to how often it came.
using Counts = std::unordered_map<int64_t, int64_t>;

bool IsList(const arrow::DataType& type) { return type.id() == arrow::Type::LIST; }

struct CountedValue {
  double value;
  int64_t count_until;  // of this value and all that are less
};

/// How the value at a share of all is found, and from which end they are counted.
struct Method {
  /// Values of the group only (percentile_disc), none between two of them.
  bool discrete = false;
  bool descending = false;
};

/// The first value of which with all before it there are at least `share` of all.
double DiscreteValueAt(const std::vector<CountedValue>& sorted, double share) {
  const auto wanted =
      static_cast<int64_t>(std::ceil(static_cast<double>(sorted.back().count_until) * share));
  return std::lower_bound(
             sorted.begin(), sorted.end(), wanted,
             [](const CountedValue& known, int64_t count) { return known.count_until < count; })
      ->value;
}

/// The value at `share` (0 to 1) of all, whose positions begin with 0.
double ValueAt(const std::vector<CountedValue>& sorted, double share) {
  const double position = static_cast<double>(sorted.back().count_until - 1) * share;
  const auto lower = static_cast<int64_t>(std::floor(position));
  const auto higher = static_cast<int64_t>(std::ceil(position));
  const auto find = [&](int64_t index) {
    return std::lower_bound(
               sorted.begin(), sorted.end(), index + 1,
               [](const CountedValue& known, int64_t count) { return known.count_until < count; })
        ->value;
  };
  const double low = find(lower);
  const double high = find(higher);
  if (lower == higher || low == high) return low;
  return (static_cast<double>(higher) - position) * low +
         (position - static_cast<double>(lower)) * high;
}

class Percentile : public OwningAggregate<Counts> {
 public:
  Percentile(std::string name, std::vector<TypePtr> argument_types, TypePtr return_type,
             std::vector<double> shares, Method method = {})
      : OwningAggregate(std::move(name), std::move(argument_types), std::move(return_type),
                        /*nullable=*/true),
        shares_(std::move(shares)),
        method_(method) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    if (arguments.size() == 3 && argument_types()[2]->id() == arrow::Type::INT64) {
      const expr::PrimitiveView<int64_t> frequencies(arguments[2]);
      return UpdateBy(arguments[0], slots, [&](int64_t row) {
        return frequencies.IsNull(row) ? 0 : frequencies.Value(row);
      });
    }
    return UpdateBy(arguments[0], slots, [](int64_t) { return 1; });
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    for (const auto& [value, count] : Owned(from)) Owned(into)[value] += count;
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    std::string bytes;
    for (const auto& entry : Owned(slot)) {
      bytes.append(reinterpret_cast<const char*>(&entry.first), sizeof(entry.first));
      bytes.append(reinterpret_cast<const char*>(&entry.second), sizeof(entry.second));
    }
    AppendSized(bytes, out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(const auto bytes, ReadSized(in));
    if (bytes.size() % (2 * sizeof(int64_t)) != 0) {
      return Status::Invalid("truncated aggregate state");
    }
    Init(slot);
    for (size_t at = 0; at < bytes.size(); at += 2 * sizeof(int64_t)) {
      int64_t entry[2];
      std::memcpy(entry, bytes.data() + at, sizeof(entry));
      Owned(slot).emplace(entry[0], entry[1]);
    }
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    std::unique_ptr<arrow::ArrayBuilder> builder;
    ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), return_type(), &builder));
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const Counts& counts = Owned(slots.slot(row));
      if (counts.empty()) {
        ARROW_RETURN_NOT_OK(builder->AppendNull());
        continue;
      }
      ARROW_RETURN_NOT_OK(Append(Sort(counts), builder.get()));
    }
    return builder->Finish();
  }

  /// Spark keeps serialised bytes here; the outcome can be read.
  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("buf", return_type())};
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    // A node with its link, and a bucket.
    constexpr size_t kEntryBytes = sizeof(Counts::value_type) + 2 * sizeof(void*);
    return static_cast<int64_t>(sizeof(Counts) + Owned(slot).size() * kEntryBytes);
  }

 private:
  template <typename T, typename Bits, typename Frequency>
  Status Count(const arrow::Datum& argument, const GroupSlots& slots, const Bits& bits,
               const Frequency& frequency) const {
    const expr::PrimitiveView<T> values(argument);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      const int64_t times = frequency(row);
      if (times < 0) {
        return MakeError(
            "NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION",
            {{"frequencyExpression", "frequency"}, {"negativeValue", std::to_string(times)}});
      }
      if (times > 0) Owned(slots.slot(row))[bits(values.Value(row))] += times;
    }
    return Status::OK();
  }

  template <typename Frequency>
  Status UpdateBy(const arrow::Datum& argument, const GroupSlots& slots,
                  const Frequency& frequency) const {
    const auto plain = [](auto value) { return static_cast<int64_t>(value); };
    switch (argument_types()[0]->id()) {
      case arrow::Type::INTERVAL_MONTHS:
        return Count<int32_t>(argument, slots, plain, frequency);
      case arrow::Type::DURATION:
        return Count<int64_t>(argument, slots, plain, frequency);
      default:
        return Count<double>(
            argument, slots, [](double value) { return std::bit_cast<int64_t>(value); }, frequency);
    }
  }

  bool is_interval() const { return IsInterval(*argument_types()[0]); }

  std::vector<CountedValue> Sort(const Counts& counts) const {
    std::vector<CountedValue> sorted;
    sorted.reserve(counts.size());
    for (const auto& [bits, count] : counts) {
      sorted.push_back(
          {is_interval() ? static_cast<double>(bits) : std::bit_cast<double>(bits), count});
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const CountedValue& left, const CountedValue& right) {
                // NaN is greater than all others.
                if (std::isnan(right.value)) return !std::isnan(left.value);
                return left.value < right.value;
              });
    if (method_.descending) std::reverse(sorted.begin(), sorted.end());
    for (size_t i = 1; i < sorted.size(); ++i) sorted[i].count_until += sorted[i - 1].count_until;
    return sorted;
  }

  Status AppendOne(double value, arrow::ArrayBuilder* builder) const {
    switch (argument_types()[0]->id()) {
      case arrow::Type::INTERVAL_MONTHS:
        return static_cast<arrow::MonthIntervalBuilder*>(builder)->Append(
            static_cast<int32_t>(value));
      case arrow::Type::DURATION:
        return static_cast<arrow::DurationBuilder*>(builder)->Append(static_cast<int64_t>(value));
      default:
        return static_cast<arrow::DoubleBuilder*>(builder)->Append(value);
    }
  }

  Status Append(const std::vector<CountedValue>& sorted, arrow::ArrayBuilder* builder) const {
    arrow::ArrayBuilder* values = builder;
    if (IsList(*return_type())) {
      auto* list = static_cast<arrow::ListBuilder*>(builder);
      ARROW_RETURN_NOT_OK(list->Append());
      values = list->value_builder();
    }
    for (const double share : shares_) {
      ARROW_RETURN_NOT_OK(AppendOne(
          method_.discrete ? DiscreteValueAt(sorted, share) : ValueAt(sorted, share), values));
    }
    return Status::OK();
  }

  std::vector<double> shares_;
  Method method_;
};

/// The type of the result for values of the counted type.
TypePtr ResultType(const TypePtr& counted) {
  if (counted->id() == arrow::Type::DURATION) return DayTimeIntervalType();
  if (counted->id() == arrow::Type::INTERVAL_MONTHS) return IntervalTypeOf(kYearToMonth);
  return counted;
}

/// The type to count: doubles of numbers, intervals as they are.
Result<TypePtr> AcceptCounted(const Arguments& arguments) {
  const TypePtr& type = arguments[0].type;
  if (type->id() == arrow::Type::DURATION || type->id() == arrow::Type::INTERVAL_MONTHS) {
    return type;
  }
  if (!AcceptNumeric(arguments, 0).ok()) {
    return UnexpectedInputType(0, "(\"NUMERIC\" or \"ANSI INTERVAL\")", *type);
  }
  return arrow::float64();
}

Result<AggregateFunctionPtr> BindPercentile(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("percentile", arguments, 2, 3));
  ARROW_ASSIGN_OR_RAISE(const auto counted, AcceptCounted(arguments));
  std::vector<double> shares;
  bool several = false;
  ARROW_RETURN_NOT_OK(ReadFractions(arguments[1], &shares, &several));
  std::vector<TypePtr> types = {counted, arguments[1].type};
  if (arguments.size() == 3) {
    ARROW_ASSIGN_OR_RAISE(auto frequency, AcceptAs(arguments, 2, arrow::int64()));
    types.push_back(std::move(frequency));
  }
  return std::make_shared<Percentile>(
      "percentile", std::move(types),
      several ? ArrayOf(ResultType(counted), false) : ResultType(counted), std::move(shares));
}

Result<AggregateFunctionPtr> BindMedian(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("median", arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(const auto counted, AcceptCounted(arguments));
  return std::make_shared<Percentile>("median", std::vector<TypePtr>{counted}, ResultType(counted),
                                      std::vector<double>{0.5});
}

/// (value, percentage, whether the order descends)
Result<AggregateFunctionPtr> BindOrdered(const std::string& name, bool discrete,
                                         const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(const auto counted, AcceptCounted(arguments));
  Method method{.discrete = discrete};
  method.descending = static_cast<const arrow::BooleanScalar&>(*arguments[2].constant).value;
  std::vector<double> shares;
  bool several = false;
  ARROW_RETURN_NOT_OK(ReadFractions(arguments[1], &shares, &several));
  return std::make_shared<Percentile>(
      name, std::vector<TypePtr>{counted, arguments[1].type, arrow::boolean()},
      several ? ArrayOf(ResultType(counted), false) : ResultType(counted), std::move(shares),
      method);
}

/// The function as it is named, which says that it needs an order, and what a call with WITHIN
/// GROUP becomes.
void RegisterOrdered(FunctionRegistry* registry, const std::string& name, bool discrete,
                     const std::string& what) {
  registry->AddAggregate(
      {name,
       {},
       name + "(percentage) WITHIN GROUP (ORDER BY v) - Returns the value of v at a percentage " +
           "from 0.0 to 1.0, " + what + "; an array of them for an array of percentages.",
       "SELECT " + name + "(0.25) WITHIN GROUP (ORDER BY v) FROM VALUES (0), (10) AS tab(v);",
       [name](const Arguments&) { return OrderMissing(name); }});
  registry->AddAggregate(
      {name + " within group", {}, "", "", [name, discrete](const Arguments& arguments) {
         return BindOrdered(name, discrete, arguments);
       }});
}

}  // namespace

void RegisterExactPercentile(FunctionRegistry* registry) {
  RegisterOrdered(registry, "percentile_cont", /*discrete=*/false,
                  "interpolated between the values next to it");
  RegisterOrdered(registry, "percentile_disc", /*discrete=*/true, "which is a value of the group");
  registry->AddAggregate(
      {"percentile",
       {},
       "percentile(col, percentage[, frequency]) - Returns the exact percentile, or an array of "
       "them for an array of percentages from 0.0 to 1.0.",
       "SELECT percentile(col, 0.3) FROM VALUES (0), (10) AS tab(col);",
       BindPercentile});
  registry->AddAggregate({"median",
                          {},
                          "median(col) - Returns the median of numbers or intervals.",
                          "SELECT median(col) FROM VALUES (0), (10) AS tab(col);",
                          BindMedian});
}

}  // namespace thalweg::functions
