#include "thalweg/functions/aggregate/extremes_by.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/functions/aggregate/value_codec.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

constexpr int64_t kMaxRows = 100000;

struct RankedRow {
  std::string ordering;  // codec bytes
  std::string value;
};

struct BestRows {
  std::vector<RankedRow> rows;  // best first
};

class ExtremesBy : public OwningAggregate<BestRows> {
 public:
  ExtremesBy(std::string name, const Arguments& arguments, size_t count, bool max)
      : OwningAggregate(std::move(name), {arguments[0].type, arguments[1].type, arguments[2].type},
                        ArrayOf(arguments[0].type, /*contains_null=*/true), /*nullable=*/true),
        count_(count),
        max_(max) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, expr::ToArray(arguments[0], slots.num_rows));
    ARROW_ASSIGN_OR_RAISE(auto orderings, expr::ToArray(arguments[1], slots.num_rows));
    std::string ordering;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (orderings->IsNull(row)) continue;
      ordering.clear();
      ARROW_RETURN_NOT_OK(AppendValue(*orderings, row, &ordering));
      BestRows& best = Owned(slots.slot(row));
      if (!Enters(ordering, best)) continue;
      RankedRow candidate{ordering, {}};
      ARROW_RETURN_NOT_OK(AppendValue(*values, row, &candidate.value));
      Insert(std::move(candidate), &best);
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    for (const RankedRow& row : Owned(from).rows) {
      if (Enters(row.ordering, Owned(into))) Insert(row, &Owned(into));
    }
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    AppendNumber(static_cast<uint64_t>(Owned(slot).rows.size()), out);
    for (const RankedRow& row : Owned(slot).rows) {
      AppendSized(row.ordering, out);
      AppendSized(row.value, out);
    }
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    BestRows best;
    ARROW_ASSIGN_OR_RAISE(const auto size, ReadNumber<uint64_t>(in));
    for (uint64_t i = 0; i < size; ++i) {
      ARROW_ASSIGN_OR_RAISE(const auto ordering, ReadSized(in));
      ARROW_ASSIGN_OR_RAISE(const auto value, ReadSized(in));
      best.rows.push_back({std::string(ordering), std::string(value)});
    }
    Init(slot);
    Owned(slot) = std::move(best);
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    std::unique_ptr<arrow::ArrayBuilder> builder;
    ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), return_type(), &builder));
    auto* list = static_cast<arrow::ListBuilder*>(builder.get());
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const std::vector<RankedRow>& rows = Owned(slots.slot(row)).rows;
      ARROW_RETURN_NOT_OK(rows.empty() ? list->AppendNull() : list->Append());
      for (const RankedRow& ranked : rows) {
        std::string_view in = ranked.value;
        ARROW_RETURN_NOT_OK(ReadValue(*argument_types()[0], &in, list->value_builder()));
      }
    }
    return builder->Finish();
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    int64_t bytes = sizeof(BestRows);
    for (const RankedRow& row : Owned(slot).rows) {
      bytes +=
          static_cast<int64_t>(sizeof(RankedRow) + row.ordering.capacity() + row.value.capacity());
    }
    return bytes;
  }

 private:
  int Compare(const std::string& a, const std::string& b) const {
    std::string_view left = a;
    std::string_view right = b;
    const int order = CompareValues(*argument_types()[1], &left, &right);
    return max_ ? -order : order;
  }
  /// Ties go to the later row where one row is asked for, as in max_by(x, y), else to the earlier.
  bool Precedes(const std::string& candidate, const RankedRow& row) const {
    const int order = Compare(candidate, row.ordering);
    return count_ == 1 ? order <= 0 : order < 0;
  }
  bool Enters(const std::string& ordering, const BestRows& best) const {
    return best.rows.size() < count_ || Precedes(ordering, best.rows.back());
  }
  void Insert(RankedRow candidate, BestRows* best) const {
    auto at = best->rows.begin();
    while (at != best->rows.end() && !Precedes(candidate.ordering, *at)) ++at;
    best->rows.insert(at, std::move(candidate));
    if (best->rows.size() > count_) best->rows.pop_back();
  }

  size_t count_;
  bool max_;
};

Result<int64_t> CountOf(const arrow::Scalar& scalar) {
  switch (scalar.type->id()) {
    case arrow::Type::INT8:
      return static_cast<const arrow::Int8Scalar&>(scalar).value;
    case arrow::Type::INT16:
      return static_cast<const arrow::Int16Scalar&>(scalar).value;
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Scalar&>(scalar).value;
    default:
      return UnexpectedInputType(2, "\"INT\"", *scalar.type);
  }
}

}  // namespace

Result<AggregateFunctionPtr> BindExtremesBy(const std::string& name, const Arguments& arguments,
                                            bool max) {
  const auto& constant = arguments[2].constant;
  if (constant == nullptr || !constant->is_valid) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"inputName", "`k`"},
                      {"inputType", QuotedType(*arguments[2].type)},
                      {"inputExpr", "\"k\""}});
  }
  ARROW_ASSIGN_OR_RAISE(const int64_t count, CountOf(*constant));
  if (count < 1 || count > kMaxRows) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"exprName", "`k`"},
                      {"valueRange", "[1, " + std::to_string(kMaxRows) + "]"},
                      {"currentValue", std::to_string(count)}});
  }
  return std::make_shared<ExtremesBy>(name, arguments, static_cast<size_t>(count), max);
}

}  // namespace thalweg::functions
