// vector_sum and vector_avg: equally long arrays of floats, element by element.

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/statistical_family.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

struct VectorTotal {
  int64_t count = 0;
  std::vector<float> values;  // the sums, or the means so far
};

class VectorAggregate : public OwningAggregate<VectorTotal> {
 public:
  VectorAggregate(std::string name, TypePtr argument, bool mean)
      : OwningAggregate(std::move(name), {std::move(argument)}, ArrayOf(arrow::float32(), true),
                        /*nullable=*/true),
        mean_(mean) {}

  /// Vectors with a NULL in them do not count.
  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(const auto array, expr::ToArray(arguments[0], slots.num_rows));
    const auto& lists = static_cast<const arrow::ListArray&>(*array);
    const auto& elements = static_cast<const arrow::FloatArray&>(*lists.values());
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (lists.IsNull(row)) continue;
      const int64_t begin = lists.value_offset(row);
      const int64_t size = lists.value_length(row);
      if (HasNull(elements, begin, size)) continue;
      ARROW_RETURN_NOT_OK(Add(elements.raw_values() + begin, size, &Owned(slots.slot(row))));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    VectorTotal& total = Owned(into);
    const VectorTotal& other = Owned(from);
    if (other.count == 0) return Status::OK();
    if (total.count == 0) {
      total = other;
      return Status::OK();
    }
    ARROW_RETURN_NOT_OK(CheckSize(total, static_cast<int64_t>(other.values.size())));
    const int64_t count = total.count + other.count;
    const float weight = static_cast<float>(total.count) / static_cast<float>(count);
    const float other_weight = static_cast<float>(other.count) / static_cast<float>(count);
    for (size_t i = 0; i < total.values.size(); ++i) {
      total.values[i] = mean_ ? total.values[i] * weight + other.values[i] * other_weight
                              : total.values[i] + other.values[i];
    }
    total.count = count;
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    const VectorTotal& total = Owned(slot);
    AppendNumber(total.count, out);
    AppendSized(
        {reinterpret_cast<const char*>(total.values.data()), total.values.size() * sizeof(float)},
        out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(const auto count, ReadNumber<int64_t>(in));
    ARROW_ASSIGN_OR_RAISE(const auto bytes, ReadSized(in));
    Init(slot);
    VectorTotal& total = Owned(slot);
    total.count = count;
    total.values.resize(bytes.size() / sizeof(float));
    std::memcpy(total.values.data(), bytes.data(), total.values.size() * sizeof(float));
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    auto elements = std::make_shared<arrow::FloatBuilder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), elements, return_type());
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const VectorTotal& total = Owned(slots.slot(row));
      if (total.count == 0) {
        ARROW_RETURN_NOT_OK(lists.AppendNull());
        continue;
      }
      ARROW_RETURN_NOT_OK(lists.Append());
      ARROW_RETURN_NOT_OK(elements->AppendValues(total.values));
    }
    return lists.Finish();
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    return static_cast<int64_t>(sizeof(VectorTotal) +
                                Owned(slot).values.capacity() * sizeof(float));
  }

 private:
  static bool HasNull(const arrow::FloatArray& elements, int64_t begin, int64_t size) {
    if (elements.null_count() == 0) return false;
    for (int64_t i = begin; i < begin + size; ++i) {
      if (elements.IsNull(i)) return true;
    }
    return false;
  }

  Status CheckSize(const VectorTotal& total, int64_t size) const {
    if (static_cast<int64_t>(total.values.size()) == size) return Status::OK();
    return MakeError("VECTOR_DIMENSION_MISMATCH", {{"functionName", "`" + name() + "`"},
                                                   {"leftDim", std::to_string(total.values.size())},
                                                   {"rightDim", std::to_string(size)}});
  }

  Status Add(const float* values, int64_t size, VectorTotal* total) const {
    if (total->count++ == 0) {
      total->values.assign(values, values + size);
      return Status::OK();
    }
    ARROW_RETURN_NOT_OK(CheckSize(*total, size));
    float* into = total->values.data();
    if (!mean_) {
      for (int64_t i = 0; i < size; ++i) into[i] += values[i];
      return Status::OK();
    }
    const float share = 1.0F / static_cast<float>(total->count);
    for (int64_t i = 0; i < size; ++i) into[i] += (values[i] - into[i]) * share;
    return Status::OK();
  }

  bool mean_;
};

Result<AggregateFunctionPtr> BindVector(const std::string& name, bool mean,
                                        const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  const bool is_vector =
      type->id() == arrow::Type::LIST &&
      static_cast<const arrow::ListType&>(*type).value_type()->id() == arrow::Type::FLOAT;
  if (!is_vector) return UnexpectedInputType(0, "\"ARRAY<FLOAT>\"", *type);
  return std::make_shared<VectorAggregate>(name, type, mean);
}

void AddVector(FunctionRegistry* registry, const std::string& name, bool mean,
               const std::string& what) {
  registry->AddAggregate(
      {name,
       {},
       name + "(array) - Returns the " + what + " of the vectors of a group, by element.",
       "SELECT " + name + "(v) FROM VALUES (array(1.0F, 2.0F)), (array(3.0F, 4.0F)) AS tab(v);",
       [name, mean](const Arguments& arguments) { return BindVector(name, mean, arguments); }});
}

}  // namespace

void RegisterVectorAggregates(FunctionRegistry* registry) {
  AddVector(registry, "vector_sum", /*mean=*/false, "sum");
  AddVector(registry, "vector_avg", /*mean=*/true, "mean");
}

}  // namespace thalweg::functions
