// max_by and min_by: the value of the row in which another expression is extreme.

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/extremes_by.h"
#include "thalweg/functions/aggregate/value_codec.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

struct BestRow {
  std::string ordering;  // codec bytes; empty: no row yet
  std::string value;
};

class ExtremeBy : public OwningAggregate<BestRow> {
 public:
  ExtremeBy(std::string name, TypePtr value, TypePtr ordering, bool max)
      : OwningAggregate(std::move(name), {value, std::move(ordering)}, value, /*nullable=*/true),
        max_(max) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, expr::ToArray(arguments[0], slots.num_rows));
    ARROW_ASSIGN_OR_RAISE(auto orderings, expr::ToArray(arguments[1], slots.num_rows));
    std::string candidate;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (orderings->IsNull(row)) continue;
      candidate.clear();
      ARROW_RETURN_NOT_OK(AppendValue(*orderings, row, &candidate));
      BestRow& best = Owned(slots.slot(row));
      if (!IsBetter(candidate, best)) continue;
      best.ordering = candidate;
      best.value.clear();
      ARROW_RETURN_NOT_OK(AppendValue(*values, row, &best.value));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    const BestRow& other = Owned(from);
    if (!other.ordering.empty() && IsBetter(other.ordering, Owned(into))) Owned(into) = other;
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    AppendSized(Owned(slot).ordering, out);
    AppendSized(Owned(slot).value, out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(auto ordering, ReadSized(in));
    ARROW_ASSIGN_OR_RAISE(auto value, ReadSized(in));
    Init(slot);
    Owned(slot) = {std::string(ordering), std::string(value)};
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    std::vector<std::string_view> values;
    values.reserve(static_cast<size_t>(slots.num_rows));
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      values.push_back(Owned(slots.slot(row)).value);
    }
    return DecodeValues(return_type(), values);
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    const BestRow& best = Owned(slot);
    return static_cast<int64_t>(sizeof(BestRow) + best.ordering.capacity() + best.value.capacity());
  }

  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("valueWithExtremumOrdering", return_type()),
            arrow::field("extremumOrdering", argument_types()[1])};
  }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, Finish(EvalContext(), slots));
    std::vector<std::string_view> orderings;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      orderings.push_back(Owned(slots.slot(row)).ordering);
    }
    ARROW_ASSIGN_OR_RAISE(auto extremes, DecodeValues(argument_types()[1], orderings));
    return std::vector<ArrayPtr>{std::move(values), std::move(extremes)};
  }

 private:
  /// Ties go to the later row, as in Spark.
  bool IsBetter(const std::string& candidate, const BestRow& best) const {
    if (best.ordering.empty()) return true;
    std::string_view left = candidate;
    std::string_view right = best.ordering;
    const int order = CompareValues(*argument_types()[1], &left, &right);
    return max_ ? order >= 0 : order <= 0;
  }

  bool max_;
};

}  // namespace

void RegisterMaxBy(FunctionRegistry* registry) {
  const auto add = [&](const std::string& name, bool max, const std::string& which) {
    registry->AddAggregate(
        {name,
         {},
         name + "(x, y) - Returns the value of x in the row with the " + which + " y.",
         "SELECT " + name + "(x, y) FROM VALUES ('a', 10), ('b', 50) AS tab(x, y);",
         [=](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
           ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
           if (!IsOrderable(*arguments[1].type)) {
             return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                              {{"functionName", "`" + name + "`"},
                               {"dataType", QuotedType(*arguments[1].type)}});
           }
           if (arguments.size() == 3) return BindExtremesBy(name, arguments, max);
           return std::make_shared<ExtremeBy>(name, arguments[0].type, arguments[1].type, max);
         }});
  };
  add("max_by", true, "greatest");
  add("min_by", false, "least");
}

}  // namespace thalweg::functions
