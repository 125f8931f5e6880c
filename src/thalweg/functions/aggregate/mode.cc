// mode: the value that a group has most often.

#include <unordered_map>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/ordered_list.h"
#include "thalweg/functions/aggregate/value_codec.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

/// Codec bytes of a value to how often it came.
using Counts = std::unordered_map<std::string, int64_t>;

class Mode : public OwningAggregate<Counts> {
 public:
  /// `greatest`: of several that are most frequent the greatest, not the least.
  explicit Mode(std::vector<TypePtr> argument_types, bool greatest = false)
      : OwningAggregate("mode", argument_types, argument_types[0], /*nullable=*/true),
        greatest_(greatest) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, expr::ToArray(arguments[0], slots.num_rows));
    std::string value;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values->IsNull(row)) continue;
      value.clear();
      ARROW_RETURN_NOT_OK(AppendValue(*values, row, &value));
      ++Owned(slots.slot(row))[value];
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    for (const auto& [value, count] : Owned(from)) Owned(into)[value] += count;
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    AppendNumber(static_cast<uint64_t>(Owned(slot).size()), out);
    for (const auto& [value, count] : Owned(slot)) {
      AppendSized(value, out);
      AppendNumber(count, out);
    }
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(const auto size, ReadNumber<uint64_t>(in));
    auto counts = std::make_unique<Counts>();
    for (uint64_t i = 0; i < size; ++i) {
      ARROW_ASSIGN_OR_RAISE(const auto value, ReadSized(in));
      ARROW_ASSIGN_OR_RAISE(const auto count, ReadNumber<int64_t>(in));
      counts->emplace(value, count);
    }
    *SlotAs<Counts*>(slot) = counts.release();
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    std::vector<std::string_view> values;
    values.reserve(static_cast<size_t>(slots.num_rows));
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      values.push_back(MostFrequent(Owned(slots.slot(row))));
    }
    return DecodeValues(return_type(), values);
  }

  /// Spark keeps serialised bytes here; the outcome can be read.
  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("buf", return_type())};
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    int64_t bytes = sizeof(Counts);
    for (const auto& [value, count] : Owned(slot)) {
      bytes += static_cast<int64_t>(sizeof(Counts::value_type) + value.capacity() + 16);
    }
    return bytes;
  }

 private:
  /// One end of those that are most frequent: the least, which Spark takes when it is asked for a
  /// deterministic result, and may take if not. Empty if there is none.
  std::string_view MostFrequent(const Counts& counts) const {
    const Counts::value_type* best = nullptr;
    for (const auto& candidate : counts) {
      if (best == nullptr || candidate.second > best->second ||
          (candidate.second == best->second &&
           (greatest_ ? IsLess(best->first, candidate.first)
                      : IsLess(candidate.first, best->first)))) {
        best = &candidate;
      }
    }
    return best == nullptr ? std::string_view() : std::string_view(best->first);
  }
  bool IsLess(std::string_view left, std::string_view right) const {
    if (!IsOrderable(*return_type())) return left < right;
    return CompareValues(*return_type(), &left, &right) < 0;
  }

  bool greatest_;
};

Result<AggregateFunctionPtr> BindMode(const Arguments& arguments) {
  if (arguments.empty()) return OrderMissing("mode");
  ARROW_RETURN_NOT_OK(CheckArgumentCount("mode", arguments, 1, 2));
  std::vector<TypePtr> types = {arguments[0].type};
  if (arguments.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, 1, arrow::boolean()));
    types.push_back(std::move(type));
  }
  return std::make_shared<Mode>(std::move(types));
}

/// (value, whether the order descends)
Result<AggregateFunctionPtr> BindOrderedMode(const Arguments& arguments) {
  const bool descends = static_cast<const arrow::BooleanScalar&>(*arguments[1].constant).value;
  return std::make_shared<Mode>(std::vector<TypePtr>{arguments[0].type, arrow::boolean()},
                                descends);
}

}  // namespace

void RegisterMode(FunctionRegistry* registry) {
  registry->AddAggregate({"mode",
                          {},
                          "mode(expr[, deterministic]) - Returns the most frequent value; the "
                          "least of several.",
                          "SELECT mode(col) FROM VALUES (0), (10), (10) AS tab(col);",
                          BindMode});
  registry->AddAggregate({"mode within group", {}, "", "", BindOrderedMode});
}

}  // namespace thalweg::functions
