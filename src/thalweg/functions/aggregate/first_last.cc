// first, last, any_value: the value of a row in the order rows arrive.

#include <unordered_set>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/value_codec.h"

namespace thalweg::functions {
namespace {

/// The value as codec bytes; empty while the group has no row that counts.
class PositionalValue : public OwningAggregate<std::string> {
 public:
  PositionalValue(std::string name, std::vector<TypePtr> types, bool last, bool ignore_nulls)
      : OwningAggregate(std::move(name), types, types[0], /*nullable=*/true),
        last_(last),
        ignore_nulls_(ignore_nulls) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, expr::ToArray(arguments[0], slots.num_rows));
    if (!last_) {
      for (int64_t row = 0; row < slots.num_rows; ++row) {
        std::string& kept = Owned(slots.slot(row));
        if (kept.empty() && Counts(*values, row)) {
          ARROW_RETURN_NOT_OK(AppendValue(*values, row, &kept));
        }
      }
      return Status::OK();
    }
    // From the end: the first row met of a group is its last, so each group is encoded once.
    std::unordered_set<const std::string*> done;
    for (int64_t row = slots.num_rows - 1; row >= 0; --row) {
      std::string& kept = Owned(slots.slot(row));
      if (!Counts(*values, row) || !done.insert(&kept).second) continue;
      kept.clear();
      ARROW_RETURN_NOT_OK(AppendValue(*values, row, &kept));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    if (Owned(from).empty()) return Status::OK();
    if (last_ || Owned(into).empty()) Owned(into) = Owned(from);
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

  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field(last_ ? "last" : "first", return_type()),
            arrow::field("valueSet", arrow::boolean())};
  }
  Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, Finish(EvalContext(), slots));
    const auto is_set = [&](int64_t row) { return !Owned(slots.slot(row)).empty(); };
    ARROW_ASSIGN_OR_RAISE(auto set, StateColumn<bool>(arrow::boolean(), slots.num_rows, is_set));
    return std::vector<ArrayPtr>{std::move(values), std::move(set)};
  }

 private:
  bool Counts(const arrow::Array& values, int64_t row) const {
    return !ignore_nulls_ || values.IsValid(row);
  }

  bool last_;
  bool ignore_nulls_;
};

Result<AggregateFunctionPtr> BindPositional(const std::string& name, bool last,
                                            const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
  std::vector<TypePtr> types = {arguments[0].type};
  bool ignore_nulls = false;
  if (arguments.size() == 2) {
    types.push_back(arrow::boolean());
    const auto& constant = arguments[1].constant;
    if (constant == nullptr || arguments[1].type->id() != arrow::Type::BOOL ||
        !constant->is_valid) {
      return MakeError("_LEGACY_ERROR_TEMP_1210", {{"funcName", name}});
    }
    ignore_nulls = static_cast<const arrow::BooleanScalar&>(*constant).value;
  }
  return std::make_shared<PositionalValue>(name, std::move(types), last, ignore_nulls);
}

}  // namespace

void RegisterFirstLast(FunctionRegistry* registry) {
  const auto add = [&](const std::string& name, std::vector<std::string> aliases, bool last,
                       const std::string& which) {
    registry->AddAggregate(
        {name, std::move(aliases),
         name + "(expr[, isIgnoreNull]) - Returns " + which + " value of expr for a group of rows.",
         "SELECT " + name + "(col) FROM VALUES (10), (5), (20) AS tab(col);",
         [=](const Arguments& arguments) { return BindPositional(name, last, arguments); }});
  };
  add("first", {"first_value"}, false, "the first");
  add("last", {"last_value"}, true, "the last");
  add("any_value", {}, false, "some");
}

}  // namespace thalweg::functions
