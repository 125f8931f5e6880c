// count_min_sketch: how often values came, within an error, as the bytes of Spark's CountMinSketch.

#include <bit>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/statistical_family.h"
#include "thalweg/functions/java_random.h"
#include "thalweg/functions/row_hash.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

/// Below it the counts of a group would take gigabytes.
constexpr double kLeastError = 1e-6;

/// The number of rows and, by depth, the counts of the buckets; none as long as nothing has come.
struct Counts {
  int64_t total = 0;
  std::vector<int64_t> buckets;
};

struct Shape {
  int32_t depth = 0;
  int32_t width = 0;
  std::vector<int64_t> multipliers;  // one for each depth
};

Shape MakeShape(double error, double confidence, int64_t seed) {
  Shape shape;
  shape.width = static_cast<int32_t>(std::ceil(2 / error));
  shape.depth = static_cast<int32_t>(std::ceil(-std::log1p(-confidence) / std::log(2)));
  JavaRandom random(seed);
  for (int32_t i = 0; i < shape.depth; ++i) {
    shape.multipliers.push_back(random.NextInt(std::numeric_limits<int32_t>::max()));
  }
  return shape;
}

/// Java writes the highest byte of a number first.
template <typename T>
void AppendBigEndian(T value, std::string* out) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    *out += static_cast<char>(value >> shift);
  }
}

class CountMinSketch : public OwningAggregate<Counts> {
 public:
  CountMinSketch(std::vector<TypePtr> argument_types, Shape shape)
      : OwningAggregate("count_min_sketch", std::move(argument_types), arrow::binary(),
                        /*nullable=*/false),
        shape_(std::move(shape)) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    switch (argument_types()[0]->id()) {
      case arrow::Type::INT8:
        return AddNumbers<int8_t>(arguments[0], slots);
      case arrow::Type::INT16:
        return AddNumbers<int16_t>(arguments[0], slots);
      case arrow::Type::INT32:
        return AddNumbers<int32_t>(arguments[0], slots);
      case arrow::Type::INT64:
        return AddNumbers<int64_t>(arguments[0], slots);
      default:
        return AddTexts(arguments[0], slots);
    }
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    const Counts& other = Owned(from);
    if (other.buckets.empty()) return Status::OK();
    Counts& counts = Prepared(into);
    counts.total += other.total;
    for (size_t i = 0; i < counts.buckets.size(); ++i) counts.buckets[i] += other.buckets[i];
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    const Counts& counts = Owned(slot);
    AppendNumber(counts.total, out);
    AppendSized({reinterpret_cast<const char*>(counts.buckets.data()),
                 counts.buckets.size() * sizeof(int64_t)},
                out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(const auto total, ReadNumber<int64_t>(in));
    ARROW_ASSIGN_OR_RAISE(const auto bytes, ReadSized(in));
    if (!bytes.empty() && bytes.size() != NumBuckets() * sizeof(int64_t)) {
      return Status::Invalid("truncated aggregate state");
    }
    Init(slot);
    Counts& counts = Owned(slot);
    counts.total = total;
    counts.buckets.resize(bytes.size() / sizeof(int64_t));
    std::memcpy(counts.buckets.data(), bytes.data(), bytes.size());
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<std::string>::Make(
                                           return_type(), slots.num_rows, expr::NullMask()));
    std::string bytes;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      bytes.clear();
      AppendSketch(Owned(slots.slot(row)), &bytes);
      ARROW_RETURN_NOT_OK(writer.Set(row, bytes));
    }
    return writer.Finish();
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    return static_cast<int64_t>(sizeof(Counts) + Owned(slot).buckets.capacity() * sizeof(int64_t));
  }

 private:
  size_t NumBuckets() const {
    return static_cast<size_t>(shape_.depth) * static_cast<size_t>(shape_.width);
  }

  Counts& Prepared(uint8_t* slot) const {
    Counts& counts = Owned(slot);
    if (counts.buckets.empty()) counts.buckets.assign(NumBuckets(), 0);
    return counts;
  }

  template <typename T>
  Status AddNumbers(const arrow::Datum& argument, const GroupSlots& slots) const {
    constexpr int kModulusBits = 31;
    const expr::PrimitiveView<T> values(argument);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      Counts& counts = Prepared(slots.slot(row));
      const auto value = static_cast<uint64_t>(static_cast<int64_t>(values.Value(row)));
      for (int32_t i = 0; i < shape_.depth; ++i) {
        auto hash = static_cast<int64_t>(
            static_cast<uint64_t>(shape_.multipliers[static_cast<size_t>(i)]) * value);
        hash =
            static_cast<int64_t>(static_cast<uint64_t>(hash) + static_cast<uint64_t>(hash >> 32));
        hash &= (int64_t{1} << kModulusBits) - 1;
        ++Bucket(&counts, i, hash % shape_.width);
      }
      ++counts.total;
    }
    return Status::OK();
  }

  Status AddTexts(const arrow::Datum& argument, const GroupSlots& slots) const {
    const expr::StringView values(argument);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      Counts& counts = Prepared(slots.slot(row));
      const uint32_t first = Murmur3Hash::OfBytes(values.Value(row), 0);
      const uint32_t second = Murmur3Hash::OfBytes(values.Value(row), first);
      for (int32_t i = 0; i < shape_.depth; ++i) {
        const auto hash = static_cast<int32_t>(first + static_cast<uint32_t>(i) * second);
        ++Bucket(&counts, i, std::abs(static_cast<int64_t>(hash) % shape_.width));
      }
      ++counts.total;
    }
    return Status::OK();
  }

  int64_t& Bucket(Counts* counts, int32_t depth, int64_t index) const {
    return counts->buckets[static_cast<size_t>(depth) * static_cast<size_t>(shape_.width) +
                           static_cast<size_t>(index)];
  }

  /// Version, number of rows, shape, multipliers, buckets.
  void AppendSketch(const Counts& counts, std::string* out) const {
    AppendBigEndian<int32_t>(1, out);
    AppendBigEndian<int64_t>(counts.total, out);
    AppendBigEndian<int32_t>(shape_.depth, out);
    AppendBigEndian<int32_t>(shape_.width, out);
    for (const int64_t multiplier : shape_.multipliers) AppendBigEndian(multiplier, out);
    for (size_t i = 0; i < NumBuckets(); ++i) {
      AppendBigEndian<int64_t>(counts.buckets.empty() ? 0 : counts.buckets[i], out);
    }
  }

  Shape shape_;
};

/// Argument `index`, which must be a constant of one of the types.
Status CheckConstant(const Arguments& arguments, size_t index, const char* name,
                     const std::string& required, std::initializer_list<arrow::Type::type> types) {
  const auto& argument = arguments[index];
  const bool is_null = argument.type->id() == arrow::Type::NA;
  if (!is_null && std::count(types.begin(), types.end(), argument.type->id()) == 0) {
    return UnexpectedInputType(index, required, *argument.type);
  }
  if (argument.constant == nullptr) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"inputName", std::string("`") + name + "`"},
                      {"inputType", required},
                      {"inputExpr", std::string("\"") + name + "\""}});
  }
  if (is_null || !argument.constant->is_valid) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL",
                     {{"exprName", std::string("`") + name + "`"}});
  }
  return Status::OK();
}

Status OutOfRange(const char* name, const char* range, double value) {
  return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"exprName", std::string("`") + name + "`"},
                    {"valueRange", range},
                    {"currentValue", fmt::format("{}", value)}});
}

Result<AggregateFunctionPtr> BindCountMinSketch(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("count_min_sketch", arguments, 4, 4));
  const TypePtr& type = arguments[0].type;
  if (!IsInteger(*type) && !IsString(*type) && type->id() != arrow::Type::BINARY) {
    return UnexpectedInputType(0, "(\"INTEGRAL\" or \"STRING\" or \"BINARY\")", *type);
  }
  ARROW_RETURN_NOT_OK(CheckConstant(arguments, 1, "eps", "\"DOUBLE\"", {arrow::Type::DOUBLE}));
  ARROW_RETURN_NOT_OK(
      CheckConstant(arguments, 2, "confidence", "\"DOUBLE\"", {arrow::Type::DOUBLE}));
  ARROW_RETURN_NOT_OK(CheckConstant(
      arguments, 3, "seed", "\"INTEGRAL\"",
      {arrow::Type::INT8, arrow::Type::INT16, arrow::Type::INT32, arrow::Type::INT64}));
  const double error = static_cast<const arrow::DoubleScalar&>(*arguments[1].constant).value;
  const double confidence = static_cast<const arrow::DoubleScalar&>(*arguments[2].constant).value;
  if (!(error > kLeastError)) return OutOfRange("eps", "(1.0E-6, Double.MaxValue]", error);
  if (!(confidence > 0 && confidence < 1))
    return OutOfRange("confidence", "(0.0, 1.0)", confidence);
  ARROW_ASSIGN_OR_RAISE(const auto seed, arguments[3].constant->CastTo(arrow::int64()));
  std::vector<TypePtr> types;
  for (const auto& argument : arguments) types.push_back(argument.type);
  return std::make_shared<CountMinSketch>(
      std::move(types),
      MakeShape(error, confidence, static_cast<const arrow::Int64Scalar&>(*seed).value));
}

}  // namespace

void RegisterCountMinSketch(FunctionRegistry* registry) {
  registry->AddAggregate({"count_min_sketch",
                          {},
                          "count_min_sketch(col, eps, confidence, seed) - Returns the bytes of a "
                          "sketch that tells how often values came.",
                          "SELECT hex(count_min_sketch(col, 0.5d, 0.5d, 1)) FROM VALUES (1) AS "
                          "tab(col);",
                          BindCountMinSketch});
}

}  // namespace thalweg::functions
