// histogram_numeric: the values of a group in a number of bins that follow them (Ben-Haim and
// Tom-Tov, "A Streaming Parallel Decision Tree Algorithm").

#include <algorithm>
#include <cmath>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/statistical_family.h"
#include "thalweg/functions/java_random.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

constexpr int64_t kSeed = 31183;

struct Bin {
  double center;
  double count;
};

struct Bins {
  std::vector<Bin> bins;  // by their centers
  JavaRandom random{kSeed};
};

class Histogram : public OwningAggregate<Bins> {
 public:
  Histogram(TypePtr value, TypePtr size, int32_t num_bins)
      : OwningAggregate("histogram_numeric", {value, std::move(size)}, ResultType(value),
                        /*nullable=*/true),
        num_bins_(static_cast<size_t>(num_bins)) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const arrow::DataType& type = *argument_types()[0];
    switch (type.id()) {
      case arrow::Type::INT8:
        return AddAll<int8_t>(arguments[0], slots);
      case arrow::Type::INT16:
        return AddAll<int16_t>(arguments[0], slots);
      case arrow::Type::INT32:
      case arrow::Type::DATE32:
      case arrow::Type::INTERVAL_MONTHS:
        return AddAll<int32_t>(arguments[0], slots);
      case arrow::Type::FLOAT:
        return AddAll<float>(arguments[0], slots);
      case arrow::Type::DOUBLE:
        return AddAll<double>(arguments[0], slots);
      case arrow::Type::DECIMAL128:
        return AddAll<Int128>(arguments[0], slots);
      default:
        return AddAll<int64_t>(arguments[0], slots);
    }
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    std::vector<Bin>& bins = Owned(into).bins;
    const std::vector<Bin>& others = Owned(from).bins;
    bins.insert(bins.end(), others.begin(), others.end());
    std::stable_sort(bins.begin(), bins.end(),
                     [](const Bin& left, const Bin& right) { return left.center < right.center; });
    Trim(&Owned(into));
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    const Bins& bins = Owned(slot);
    AppendNumber(bins.random.state(), out);
    AppendSized({reinterpret_cast<const char*>(bins.bins.data()), bins.bins.size() * sizeof(Bin)},
                out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(const auto state, ReadNumber<uint64_t>(in));
    ARROW_ASSIGN_OR_RAISE(const auto bytes, ReadSized(in));
    Init(slot);
    Bins& bins = Owned(slot);
    bins.random = JavaRandom::FromState(state);
    bins.bins.resize(bytes.size() / sizeof(Bin));
    std::memcpy(bins.bins.data(), bytes.data(), bins.bins.size() * sizeof(Bin));
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    std::unique_ptr<arrow::ArrayBuilder> builder;
    ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), return_type(), &builder));
    auto* lists = static_cast<arrow::ListBuilder*>(builder.get());
    auto* structs = static_cast<arrow::StructBuilder*>(lists->value_builder());
    auto* counts = static_cast<arrow::DoubleBuilder*>(structs->field_builder(1));
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const std::vector<Bin>& bins = Owned(slots.slot(row)).bins;
      if (bins.empty()) {
        ARROW_RETURN_NOT_OK(lists->AppendNull());
        continue;
      }
      ARROW_RETURN_NOT_OK(lists->Append());
      for (const Bin& bin : bins) {
        ARROW_RETURN_NOT_OK(structs->Append());
        ARROW_RETURN_NOT_OK(AppendCenter(bin.center, structs->field_builder(0)));
        ARROW_RETURN_NOT_OK(counts->Append(bin.count));
      }
    }
    return builder->Finish();
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    return static_cast<int64_t>(sizeof(Bins) + Owned(slot).bins.capacity() * sizeof(Bin));
  }

 private:
  static TypePtr ResultType(const TypePtr& value) {
    return ArrayOf(arrow::struct_({arrow::field("x", value), arrow::field("y", arrow::float64())}),
                   /*contains_null=*/true);
  }

  template <typename T>
  Status AddAll(const arrow::Datum& argument, const GroupSlots& slots) const {
    const expr::ViewFor<T> values(argument);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      Add(ToDouble(values.Value(row)), &Owned(slots.slot(row)));
    }
    return Status::OK();
  }

  template <typename T>
  double ToDouble(T value) const {
    if constexpr (std::is_same_v<T, Int128>) {
      return DecimalToDouble(
          value, static_cast<const arrow::Decimal128Type&>(*argument_types()[0]).scale());
    } else {
      return static_cast<double>(value);
    }
  }

  void Add(double value, Bins* bins) const {
    auto at = std::lower_bound(bins->bins.begin(), bins->bins.end(), value,
                               [](const Bin& bin, double wanted) { return bin.center < wanted; });
    if (at != bins->bins.end() && at->center == value) {
      ++at->count;
      return;
    }
    bins->bins.insert(at, {value, 1});
    Trim(bins);
  }

  /// Joins the bins that are next to each other, of several such pairs one by chance.
  void Trim(Bins* bins) const {
    std::vector<Bin>& all = bins->bins;
    while (all.size() > num_bins_) {
      size_t nearest = 0;
      int pairs = 1;
      double least = all[1].center - all[0].center;
      for (size_t i = 1; i + 1 < all.size(); ++i) {
        const double difference = all[i + 1].center - all[i].center;
        if (difference < least) {
          least = difference;
          nearest = i;
          pairs = 1;
        } else if (difference == least && bins->random.NextDouble() <= 1.0 / ++pairs) {
          nearest = i;
        }
      }
      Bin& into = all[nearest];
      const Bin& next = all[nearest + 1];
      const double count = into.count + next.count;
      into.center = into.center * (into.count / count) + next.center / count * next.count;
      into.count = count;
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(nearest) + 1);
    }
  }

  /// A center as a value of the type that was counted.
  Status AppendCenter(double center, arrow::ArrayBuilder* builder) const {
    const arrow::DataType& type = *argument_types()[0];
    switch (type.id()) {
      case arrow::Type::INT8:
        return static_cast<arrow::Int8Builder*>(builder)->Append(static_cast<int8_t>(center));
      case arrow::Type::INT16:
        return static_cast<arrow::Int16Builder*>(builder)->Append(static_cast<int16_t>(center));
      case arrow::Type::INT32:
        return static_cast<arrow::Int32Builder*>(builder)->Append(static_cast<int32_t>(center));
      case arrow::Type::DATE32:
        return static_cast<arrow::Date32Builder*>(builder)->Append(static_cast<int32_t>(center));
      case arrow::Type::INTERVAL_MONTHS:
        return static_cast<arrow::MonthIntervalBuilder*>(builder)->Append(
            static_cast<int32_t>(center));
      case arrow::Type::FLOAT:
        return static_cast<arrow::FloatBuilder*>(builder)->Append(static_cast<float>(center));
      case arrow::Type::DOUBLE:
        return static_cast<arrow::DoubleBuilder*>(builder)->Append(center);
      case arrow::Type::DECIMAL128:
        return AppendDecimal(center, type, static_cast<arrow::Decimal128Builder*>(builder));
      case arrow::Type::TIMESTAMP:
        return static_cast<arrow::TimestampBuilder*>(builder)->Append(static_cast<int64_t>(center));
      case arrow::Type::DURATION:
        return static_cast<arrow::DurationBuilder*>(builder)->Append(static_cast<int64_t>(center));
      default:
        return static_cast<arrow::Int64Builder*>(builder)->Append(static_cast<int64_t>(center));
    }
  }

  static Status AppendDecimal(double center, const arrow::DataType& type,
                              arrow::Decimal128Builder* builder) {
    const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
    const ParsedDecimal parsed =
        ParseDecimalText(fmt::format("{}", center), decimal.precision(), decimal.scale());
    if (parsed.state != ParsedDecimal::kOk) return builder->AppendNull();
    const auto bits = static_cast<UInt128>(parsed.unscaled);
    return builder->Append(
        arrow::Decimal128(static_cast<int64_t>(bits >> 64), static_cast<uint64_t>(bits)));
  }

  size_t num_bins_;
};

Result<TypePtr> AcceptCounted(const Arguments& arguments) {
  const TypePtr& type = arguments[0].type;
  switch (type->id()) {
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
    case arrow::Type::INTERVAL_MONTHS:
      return type;
    default:
      break;
  }
  auto accepted = AcceptNumeric(arguments, 0);
  if (accepted.ok()) return accepted;
  return UnexpectedInputType(0,
                             "(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or "
                             "\"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")",
                             *type);
}

Result<AggregateFunctionPtr> BindHistogram(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("histogram_numeric", arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto counted, AcceptCounted(arguments));
  ARROW_ASSIGN_OR_RAISE(auto size, AcceptAs(arguments, 1, arrow::int32()));
  const auto& constant = arguments[1].constant;
  if (constant == nullptr) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"inputName", "`nb`"}, {"inputType", "\"INT\""}, {"inputExpr", "\"nb\""}});
  }
  if (!constant->is_valid) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL", {{"exprName", "`nb`"}});
  }
  const auto cast =
      expr::CastDatum(arrow::Datum(constant), arrow::int32(), EvalModeOf(arguments), EvalContext());
  if (!cast.ok()) return cast.status();
  if (!cast->scalar()->is_valid) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL", {{"exprName", "`nb`"}});
  }
  const int32_t bins = cast->scalar_as<arrow::Int32Scalar>().value;
  if (bins < 2) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"exprName", "`nb`"},
                      {"valueRange", "[2, 2147483647]"},
                      {"currentValue", std::to_string(bins)}});
  }
  return std::make_shared<Histogram>(std::move(counted), std::move(size), bins);
}

}  // namespace

void RegisterHistogram(FunctionRegistry* registry) {
  registry->AddAggregate({"histogram_numeric",
                          {},
                          "histogram_numeric(expr, nb) - Returns the values of a group in nb bins: "
                          "an array of their centers (x) and counts (y).",
                          "SELECT histogram_numeric(col, 5) FROM VALUES (0), (1), (10) AS "
                          "tab(col);",
                          BindHistogram});
}

}  // namespace thalweg::functions
