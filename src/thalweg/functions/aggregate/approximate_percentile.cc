// percentile_approx and its other names; the quantiles of DataFrames.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/percentile_support.h"
#include "thalweg/functions/aggregate/quantile_summary.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/decimal_math.h"

namespace thalweg::functions {
namespace {

constexpr int64_t kDefaultAccuracy = 10000;

struct Quantiles {
  std::vector<double> fractions;
  double relative_error = 0;
  /// Whether the result is an array, of the values of all fractions.
  bool as_array = false;
  /// NaN counts as missing, and without rows there is an empty array.
  bool of_frame = false;
};

template <typename Array, typename Visit>
void VisitNumbers(const arrow::Array& array, const Visit& visit) {
  const auto& typed = static_cast<const Array&>(array);
  for (int64_t row = 0; row < typed.length(); ++row) {
    if (typed.IsValid(row)) visit(row, static_cast<double>(typed.Value(row)));
  }
}

double AsDouble(const uint8_t* decimal, int scale) {
  Int128 unscaled;
  std::memcpy(&unscaled, decimal, sizeof(unscaled));
  return DecimalToDouble(unscaled, scale);
}

/// Calls visit(row, value) for what is not NULL, with Spark's conversion to double.
template <typename Visit>
Status VisitAsDouble(const arrow::Array& array, const Visit& visit) {
  switch (array.type_id()) {
    case arrow::Type::INT8:
      VisitNumbers<arrow::Int8Array>(array, visit);
      return Status::OK();
    case arrow::Type::INT16:
      VisitNumbers<arrow::Int16Array>(array, visit);
      return Status::OK();
    case arrow::Type::INT32:
      VisitNumbers<arrow::Int32Array>(array, visit);
      return Status::OK();
    case arrow::Type::INT64:
      VisitNumbers<arrow::Int64Array>(array, visit);
      return Status::OK();
    case arrow::Type::FLOAT:
      VisitNumbers<arrow::FloatArray>(array, visit);
      return Status::OK();
    case arrow::Type::DOUBLE:
      VisitNumbers<arrow::DoubleArray>(array, visit);
      return Status::OK();
    case arrow::Type::DATE32:
      VisitNumbers<arrow::Date32Array>(array, visit);
      return Status::OK();
    case arrow::Type::TIMESTAMP:
      VisitNumbers<arrow::TimestampArray>(array, visit);
      return Status::OK();
    case arrow::Type::DURATION:
      VisitNumbers<arrow::DurationArray>(array, visit);
      return Status::OK();
    case arrow::Type::INTERVAL_MONTHS:
      VisitNumbers<arrow::MonthIntervalArray>(array, visit);
      return Status::OK();
    case arrow::Type::DECIMAL128: {
      const auto& typed = static_cast<const arrow::Decimal128Array&>(array);
      const int scale = static_cast<const arrow::Decimal128Type&>(*array.type()).scale();
      for (int64_t row = 0; row < typed.length(); ++row) {
        if (typed.IsValid(row)) visit(row, AsDouble(typed.GetValue(row), scale));
      }
      return Status::OK();
    }
    default:
      return Status::Invalid("no quantiles of ", array.type()->ToString());
  }
}

template <typename T>
T Saturated(double value) {
  if (std::isnan(value)) return 0;
  if (value <= static_cast<double>(std::numeric_limits<T>::min())) {
    return std::numeric_limits<T>::min();
  }
  if (value >= static_cast<double>(std::numeric_limits<T>::max())) {
    return std::numeric_limits<T>::max();
  }
  return static_cast<T>(value);
}

template <typename Builder, typename T>
Status AppendNumber(double value, arrow::ArrayBuilder* builder) {
  return static_cast<Builder*>(builder)->Append(Saturated<T>(value));
}

/// The way back from double.
Status AppendFromDouble(double value, const arrow::DataType& type, arrow::ArrayBuilder* builder) {
  switch (type.id()) {
    case arrow::Type::INT8:
      return AppendNumber<arrow::Int8Builder, int8_t>(value, builder);
    case arrow::Type::INT16:
      return AppendNumber<arrow::Int16Builder, int16_t>(value, builder);
    case arrow::Type::INT32:
      return AppendNumber<arrow::Int32Builder, int32_t>(value, builder);
    case arrow::Type::INT64:
      return AppendNumber<arrow::Int64Builder, int64_t>(value, builder);
    case arrow::Type::FLOAT:
      return static_cast<arrow::FloatBuilder*>(builder)->Append(static_cast<float>(value));
    case arrow::Type::DOUBLE:
      return static_cast<arrow::DoubleBuilder*>(builder)->Append(value);
    case arrow::Type::DATE32:
      return AppendNumber<arrow::Date32Builder, int32_t>(value, builder);
    case arrow::Type::TIMESTAMP:
      return AppendNumber<arrow::TimestampBuilder, int64_t>(value, builder);
    case arrow::Type::DURATION:
      return AppendNumber<arrow::DurationBuilder, int64_t>(value, builder);
    case arrow::Type::INTERVAL_MONTHS:
      return AppendNumber<arrow::MonthIntervalBuilder, int32_t>(value, builder);
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
      ARROW_ASSIGN_OR_RAISE(const auto exact, arrow::Decimal128::FromReal(
                                                  value, decimal.precision(), decimal.scale()));
      return static_cast<arrow::Decimal128Builder*>(builder)->Append(exact);
    }
    default:
      return Status::Invalid("no quantiles of ", type.ToString());
  }
}

struct Digest {
  explicit Digest(double relative_error) : summary(relative_error) {}
  QuantileSummary summary;
};

class ApproximatePercentile : public AggregateFunction {
 public:
  ApproximatePercentile(std::string name, std::vector<TypePtr> argument_types, Quantiles wanted)
      : AggregateFunction(std::move(name), argument_types,
                          wanted.as_array ? ArrayOf(argument_types[0], /*contains_null=*/false)
                                          : argument_types[0],
                          /*nullable=*/!wanted.of_frame, sizeof(Digest*), /*trivial=*/false),
        wanted_(std::move(wanted)) {}

  void Init(uint8_t* slot) const override {
    *SlotAs<Digest*>(slot) = new Digest(wanted_.relative_error);
  }
  void Destroy(uint8_t* slot) const override {
    delete *SlotAs<Digest*>(slot);
    *SlotAs<Digest*>(slot) = nullptr;
  }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, expr::ToArray(arguments[0], slots.num_rows));
    return VisitAsDouble(*values, [&](int64_t row, double value) {
      if (wanted_.of_frame && std::isnan(value)) return;
      SummaryOf(slots.slot(row)).Add(value);
    });
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    SummaryOf(into).Merge((*SlotAs<Digest*>(from))->summary);
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    (*SlotAs<Digest*>(slot))->summary.Serialize(out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    Init(slot);
    return SummaryOf(slot).Deserialize(in);
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    std::unique_ptr<arrow::ArrayBuilder> builder;
    ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), return_type(), &builder));
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const QuantileSummary& summary = (*SlotAs<Digest*>(slots.slot(row)))->summary;
      std::vector<double> found;
      if (summary.count() > 0) found = summary.Query(wanted_.fractions);
      if (found.empty() && !wanted_.of_frame) {
        ARROW_RETURN_NOT_OK(builder->AppendNull());
        continue;
      }
      arrow::ArrayBuilder* values = builder.get();
      if (wanted_.as_array) {
        auto* list = static_cast<arrow::ListBuilder*>(builder.get());
        ARROW_RETURN_NOT_OK(list->Append());
        values = list->value_builder();
      }
      for (const double value : found) {
        ARROW_RETURN_NOT_OK(AppendFromDouble(value, *argument_types()[0], values));
      }
    }
    return builder->Finish();
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    return static_cast<int64_t>(sizeof(Digest)) + (*SlotAs<Digest*>(slot))->summary.memory_bytes();
  }

 private:
  static QuantileSummary& SummaryOf(uint8_t* slot) { return (*SlotAs<Digest*>(slot))->summary; }

  Quantiles wanted_;
};

bool HasQuantiles(const arrow::DataType& type) {
  return IsNumeric(type) || IsTimestamp(type) || type.id() == arrow::Type::DATE32 ||
         type.id() == arrow::Type::DURATION || type.id() == arrow::Type::INTERVAL_MONTHS;
}

Status NotConstant(const std::string& which, const arrow::DataType& type) {
  return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {{"inputName", "`" + which + "`"},
                                                            {"inputType", QuotedType(type)},
                                                            {"inputExpr", "\"" + which + "\""}});
}

Status OutOfRange(const std::string& which, const std::string& range, const std::string& value) {
  return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"exprName", which}, {"valueRange", range}, {"currentValue", value}});
}

Result<double> ToDouble(const arrow::Scalar& scalar) {
  ARROW_ASSIGN_OR_RAISE(const auto array, arrow::MakeArrayFromScalar(scalar, 1));
  double number = std::numeric_limits<double>::quiet_NaN();
  if (!IsNumeric(*scalar.type)) return number;
  ARROW_RETURN_NOT_OK(VisitAsDouble(*array, [&](int64_t, double value) { number = value; }));
  return number;
}

Status AddFraction(const arrow::Scalar& scalar, Quantiles* wanted) {
  double fraction = 0;
  if (IsString(*scalar.type)) {
    ARROW_ASSIGN_OR_RAISE(const arrow::Datum read,
                          expr::CastDatum(arrow::Datum(scalar.GetSharedPtr()), arrow::float64(),
                                          EvalMode::kAnsi, EvalContext()));
    fraction = read.scalar_as<arrow::DoubleScalar>().value;
  } else {
    ARROW_ASSIGN_OR_RAISE(fraction, ToDouble(scalar));
  }
  // False for what is no number, too.
  const bool valid = fraction >= 0 && fraction <= 1;
  if (!valid) return OutOfRange("percentage", "[0.0, 1.0]", fmt::format("{}", fraction));
  wanted->fractions.push_back(fraction);
  return Status::OK();
}

Result<AggregateFunctionPtr> BindPercentile(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  if (!HasQuantiles(*arguments[0].type)) {
    return UnexpectedInputType(0,
                               "(\"NUMERIC\", \"DATE\", \"TIMESTAMP\", \"TIMESTAMP_NTZ\", "
                               "\"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")",
                               *arguments[0].type);
  }
  Quantiles wanted;
  ARROW_RETURN_NOT_OK(ReadFractions(arguments[1], &wanted.fractions, &wanted.as_array));
  double accuracy = kDefaultAccuracy;
  if (arguments.size() > 2) {
    if (arguments[2].constant == nullptr) return NotConstant("accuracy", *arguments[2].type);
    ARROW_ASSIGN_OR_RAISE(accuracy, ToDouble(*arguments[2].constant));
    const bool valid = accuracy > 0 && accuracy <= std::numeric_limits<int32_t>::max();
    if (!valid) {
      return OutOfRange("accuracy", "(0, 2147483647]",
                        fmt::format("{}", static_cast<int64_t>(accuracy)));
    }
  }
  wanted.relative_error = 1.0 / accuracy;
  std::vector<TypePtr> types;
  for (const auto& argument : arguments) types.push_back(argument.type);
  return std::make_shared<ApproximatePercentile>(name, std::move(types), std::move(wanted));
}

Result<AggregateFunctionPtr> BindQuantiles(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 3, 3));
  Quantiles wanted;
  wanted.of_frame = true;
  ARROW_RETURN_NOT_OK(ReadFractions(arguments[1], &wanted.fractions, &wanted.as_array));
  ARROW_ASSIGN_OR_RAISE(wanted.relative_error, ToDouble(*arguments[2].constant));
  std::vector<TypePtr> types;
  for (const auto& argument : arguments) types.push_back(argument.type);
  return std::make_shared<ApproximatePercentile>(name, std::move(types), std::move(wanted));
}

}  // namespace

Status ReadFractions(const expr::ArgumentInfo& argument, std::vector<double>* fractions,
                     bool* as_array) {
  if (argument.constant == nullptr) return NotConstant("percentage", *argument.type);
  if (!argument.constant->is_valid) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL", {{"exprName", "percentage"}});
  }
  Quantiles read;
  *as_array = argument.type->id() == arrow::Type::LIST;
  if (!*as_array) {
    ARROW_RETURN_NOT_OK(AddFraction(*argument.constant, &read));
  } else {
    const auto& values = static_cast<const arrow::BaseListScalar&>(*argument.constant).value;
    for (int64_t i = 0; i < values->length(); ++i) {
      ARROW_ASSIGN_OR_RAISE(const auto value, values->GetScalar(i));
      ARROW_RETURN_NOT_OK(AddFraction(*value, &read));
    }
  }
  *fractions = std::move(read.fractions);
  return Status::OK();
}

void RegisterApproximatePercentile(FunctionRegistry* registry) {
  const std::string usage =
      "percentile_approx(col, percentage [, accuracy]) - Returns the approximate percentile of "
      "col: the smallest value that no more than percentage of the values are below.";
  registry->AddAggregate(
      {"percentile_approx",
       {"approx_percentile"},
       usage,
       "SELECT percentile_approx(col, 0.5, 100) FROM VALUES (0), (1), (2), (10) AS tab(col);",
       [](const Arguments& arguments) { return BindPercentile("percentile_approx", arguments); }});
  // What DataFrames ask for: no name that SQL text can call.
  registry->AddAggregate({kQuantilesOfFrame, {}, "", "", [](const Arguments& arguments) {
                            return BindQuantiles(kQuantilesOfFrame, arguments);
                          }});
}

}  // namespace thalweg::functions
