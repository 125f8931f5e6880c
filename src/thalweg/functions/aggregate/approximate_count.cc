// approx_count_distinct: about how many different values a group has.

#include <vector>

#include <fmt/format.h>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/hyperloglog.h"
#include "thalweg/functions/row_hash.h"

namespace thalweg::functions {
namespace {

constexpr uint64_t kSeed = 42;
constexpr double kDefaultDeviation = 0.05;

using Registers = std::vector<uint8_t>;

class ApproximateCountDistinct : public OwningAggregate<Registers> {
 public:
  ApproximateCountDistinct(TypePtr type, std::vector<TypePtr> others, int precision)
      : OwningAggregate("approx_count_distinct", WithOthers(std::move(type), std::move(others)),
                        arrow::int64(), /*nullable=*/false),
        sketch_(precision) {}

  void Init(uint8_t* slot) const override {
    *SlotAs<Registers*>(slot) = new Registers(sketch_.num_registers());
  }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, expr::ToArray(arguments[0], slots.num_rows));
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values->IsNull(row)) continue;
      sketch_.Add(HashValue<Xx64Hash>(*values, row, kSeed), Owned(slots.slot(row)).data());
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    sketch_.Merge(Owned(into).data(), Owned(from).data());
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    const Registers& registers = Owned(slot);
    AppendSized({reinterpret_cast<const char*>(registers.data()), registers.size()}, out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(auto bytes, ReadSized(in));
    if (static_cast<int64_t>(bytes.size()) != sketch_.num_registers()) {
      return Status::Invalid("aggregate state of another precision");
    }
    *SlotAs<Registers*>(slot) = new Registers(bytes.begin(), bytes.end());
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    return FinishFixed<int64_t>(
        return_type(), slots.num_rows, [](int64_t) { return false; },
        [&](int64_t row) -> Result<int64_t> {
          return sketch_.Estimate(Owned(slots.slot(row)).data());
        });
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    return static_cast<int64_t>(sizeof(Registers) + Owned(slot).capacity());
  }

 private:
  static std::vector<TypePtr> WithOthers(TypePtr type, std::vector<TypePtr> others) {
    others.insert(others.begin(), std::move(type));
    return others;
  }

  HyperLogLog sketch_;
};

/// The wanted relative standard deviation, a literal of type double or decimal.
Result<double> ReadDeviation(const expr::ArgumentInfo& argument) {
  if (argument.constant != nullptr && argument.constant->is_valid) {
    if (argument.type->id() == arrow::Type::DOUBLE) {
      return static_cast<const arrow::DoubleScalar&>(*argument.constant).value;
    }
    if (argument.type->id() == arrow::Type::DECIMAL128) {
      const auto& decimal = static_cast<const arrow::Decimal128Scalar&>(*argument.constant);
      return decimal.value.ToDouble(
          static_cast<const arrow::Decimal128Type&>(*argument.type).scale());
    }
  }
  return MakeError("_LEGACY_ERROR_TEMP_1104");
}

Result<AggregateFunctionPtr> Bind(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("approx_count_distinct", arguments, 1, 2));
  double deviation = kDefaultDeviation;
  std::vector<TypePtr> others;
  if (arguments.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(deviation, ReadDeviation(arguments[1]));
    others.push_back(arguments[1].type);
  }
  const int precision = deviation > 0 ? HyperLogLog::PrecisionFor(deviation) : 64;
  if (precision < HyperLogLog::kMinPrecision || precision > HyperLogLog::kMaxPrecision) {
    return MakeError("FAILED_FUNCTION_CALL",
                     {{"funcName", "`approx_count_distinct`"},
                      {"reason", fmt::format("a relative standard deviation of {} needs 2^{} "
                                             "registers, where 2^{} to 2^{} are possible.",
                                             deviation, precision, HyperLogLog::kMinPrecision,
                                             HyperLogLog::kMaxPrecision)}});
  }
  return std::make_shared<ApproximateCountDistinct>(arguments[0].type, std::move(others),
                                                    precision);
}

}  // namespace

void RegisterApproximateCount(FunctionRegistry* registry) {
  registry->AddAggregate(
      {"approx_count_distinct",
       {},
       "approx_count_distinct(expr[, relativeSD]) - Returns about how many different values expr "
       "has (HyperLogLog++). relativeSD is the standard deviation to keep to, 0.05 unless given.",
       "SELECT approx_count_distinct(col) FROM VALUES (1), (1), (2), (2), (3) tab(col);",
       Bind});
}

}  // namespace thalweg::functions
