// min and max over every type that can be ordered.

#include <cmath>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/value_codec.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

/// True if `left` comes before `right`: NaN is greatest, -0.0 equals 0.0.
template <typename T>
bool Precedes(T left, T right) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(left)) return false;
    if (std::isnan(right)) return true;
  }
  return left < right;
}

template <typename T>
struct ExtremeSlot {
  T value;
  bool has_value;
};

template <typename T>
constexpr int32_t AlignedSlotSize() {
  return static_cast<int32_t>((sizeof(ExtremeSlot<T>) + 7) / 8 * 8);
}

/// Fixed-width values (but decimals), booleans included.
template <typename T, bool kMax>
class FixedExtreme : public AggregateFunction {
 public:
  FixedExtreme(std::string name, TypePtr type)
      : AggregateFunction(std::move(name), {type}, type, /*nullable=*/true, AlignedSlotSize<T>(),
                          /*trivial=*/true) {}

  void Init(uint8_t* slot) const override {
    std::memset(slot, 0, static_cast<size_t>(slot_size()));
  }

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::ViewFor<T> values(arguments[0]);
    if (values.AllNull()) return Status::OK();
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsNull(row)) continue;
      Take(values.Value(row), SlotAs<ExtremeSlot<T>>(slots.slot(row)));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    const auto* other = SlotAs<ExtremeSlot<T>>(from);
    if (other->has_value) Take(other->value, SlotAs<ExtremeSlot<T>>(into));
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    const auto slot = [&](int64_t row) { return SlotAs<ExtremeSlot<T>>(slots.slot(row)); };
    return FinishFixed<T>(
        return_type(), slots.num_rows, [&](int64_t row) { return !slot(row)->has_value; },
        [&](int64_t row) -> Result<T> { return slot(row)->value; });
  }

 private:
  static void Take(T value, ExtremeSlot<T>* slot) {
    const bool better = !slot->has_value ||
                        (kMax ? Precedes<T>(slot->value, value) : Precedes<T>(value, slot->value));
    if (better) *slot = {value, true};
  }
};

/// Strings, decimals and nested values, kept as bytes of the value codec.
template <bool kMax>
class EncodedExtreme : public OwningAggregate<std::string> {
 public:
  EncodedExtreme(std::string name, TypePtr type)
      : OwningAggregate(std::move(name), {type}, type, /*nullable=*/true) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, expr::ToArray(arguments[0], slots.num_rows));
    std::string candidate;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values->IsNull(row)) continue;
      candidate.clear();
      ARROW_RETURN_NOT_OK(AppendValue(*values, row, &candidate));
      Take(candidate, &Owned(slots.slot(row)));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    if (!Owned(from).empty()) Take(Owned(from), &Owned(into));
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    AppendSized(Owned(slot), out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(auto bytes, ReadSized(in));
    Init(slot);
    Owned(slot) = bytes;
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    std::vector<std::string_view> values;
    values.reserve(static_cast<size_t>(slots.num_rows));
    for (int64_t row = 0; row < slots.num_rows; ++row) values.push_back(Owned(slots.slot(row)));
    return DecodeValues(return_type(), values);
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    return static_cast<int64_t>(sizeof(std::string) + Owned(slot).capacity());
  }

 private:
  void Take(const std::string& candidate, std::string* kept) const {
    if (!kept->empty()) {
      std::string_view left = candidate;
      std::string_view right = *kept;
      const int order = CompareValues(*return_type(), &left, &right);
      if (kMax ? order <= 0 : order >= 0) return;
    }
    kept->assign(candidate);
  }
};

template <bool kMax>
Result<AggregateFunctionPtr> BindExtreme(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  if (!IsOrderable(*type)) {
    return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                     {{"functionName", "`" + name + "`"}, {"dataType", QuotedType(*type)}});
  }
  switch (type->id()) {
    case arrow::Type::BOOL:
      return std::make_shared<FixedExtreme<bool, kMax>>(name, type);
    case arrow::Type::INT8:
      return std::make_shared<FixedExtreme<int8_t, kMax>>(name, type);
    case arrow::Type::INT16:
      return std::make_shared<FixedExtreme<int16_t, kMax>>(name, type);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::INTERVAL_MONTHS:
      return std::make_shared<FixedExtreme<int32_t, kMax>>(name, type);
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
      return std::make_shared<FixedExtreme<int64_t, kMax>>(name, type);
    case arrow::Type::FLOAT:
      return std::make_shared<FixedExtreme<float, kMax>>(name, type);
    case arrow::Type::DOUBLE:
      return std::make_shared<FixedExtreme<double, kMax>>(name, type);
    default:
      return std::make_shared<EncodedExtreme<kMax>>(name, type);
  }
}

}  // namespace

void RegisterMinMax(FunctionRegistry* registry) {
  registry->AddAggregate(
      {"max",
       {},
       "max(expr) - Returns the greatest value of expr.",
       "SELECT max(col) FROM VALUES (10), (50), (20) AS tab(col);",
       [](const Arguments& arguments) { return BindExtreme<true>("max", arguments); }});
  registry->AddAggregate(
      {"min",
       {},
       "min(expr) - Returns the least value of expr.",
       "SELECT min(col) FROM VALUES (10), (-1), (20) AS tab(col);",
       [](const Arguments& arguments) { return BindExtreme<false>("min", arguments); }});
}

}  // namespace thalweg::functions
