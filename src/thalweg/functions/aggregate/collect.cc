// collect_list, collect_set, collect_union and their other names: non-null values of a group as an
// array.

#include <unordered_set>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/value_codec.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::functions {
namespace {

struct Collected {
  int64_t count = 0;
  std::string bytes;                     // codec values, one after the other
  std::unordered_set<std::string> seen;  // of collect_set only
};

class Collect : public OwningAggregate<Collected> {
 public:
  /// `argument` is `type`, or an array of it whose elements are collected.
  Collect(std::string name, TypePtr argument, TypePtr type, bool distinct)
      : OwningAggregate(std::move(name), {std::move(argument)},
                        ArrayOf(type, /*contains_null=*/false), /*nullable=*/false),
        type_(std::move(type)),
        distinct_(distinct) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, expr::ToArray(arguments[0], slots.num_rows));
    if (!SameType(*argument_types()[0], *type_)) {
      return UpdateElements(static_cast<const arrow::ListArray&>(*values), slots);
    }
    std::string value;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values->IsNull(row)) continue;
      Collected& group = Owned(slots.slot(row));
      if (!distinct_) {
        ARROW_RETURN_NOT_OK(AppendValue(*values, row, &group.bytes));
        ++group.count;
        continue;
      }
      value.clear();
      ARROW_RETURN_NOT_OK(AppendValue(*values, row, &value));
      AddDistinct(value, &group);
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    Collected& group = Owned(into);
    const Collected& other = Owned(from);
    if (!distinct_) {
      group.bytes += other.bytes;
      group.count += other.count;
      return Status::OK();
    }
    return ForEachValue(other,
                        [&](std::string_view value) { AddDistinct(std::string(value), &group); });
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    AppendSized(Owned(slot).bytes, out);
    AppendNumber(static_cast<int64_t>(Owned(slot).count), out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(auto bytes, ReadSized(in));
    ARROW_ASSIGN_OR_RAISE(const auto count, ReadNumber<int64_t>(in));
    Init(slot);
    Collected& group = Owned(slot);
    group.count = count;
    group.bytes = bytes;
    if (!distinct_) return Status::OK();
    return ForEachValue(group, [&](std::string_view value) { group.seen.emplace(value); });
  }

  /// Spark keeps serialised bytes here; an array can be read.
  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("buf", return_type())};
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    std::unique_ptr<arrow::ArrayBuilder> builder;
    ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), return_type(), &builder));
    auto* list = static_cast<arrow::ListBuilder*>(builder.get());
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const Collected& group = Owned(slots.slot(row));
      ARROW_RETURN_NOT_OK(list->Append());
      std::string_view in = group.bytes;
      for (int64_t i = 0; i < group.count; ++i) {
        ARROW_RETURN_NOT_OK(ReadValue(*type_, &in, list->value_builder()));
      }
    }
    return builder->Finish();
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    const Collected& group = Owned(slot);
    return static_cast<int64_t>(sizeof(Collected) + group.bytes.capacity() +
                                group.seen.size() * (sizeof(std::string) + 16) +
                                (distinct_ ? group.bytes.size() : 0));
  }

 private:
  Status UpdateElements(const arrow::ListArray& lists, const GroupSlots& slots) const {
    const arrow::Array& elements = *lists.values();
    std::string value;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (lists.IsNull(row)) continue;
      for (int64_t i = lists.value_offset(row); i < lists.value_offset(row + 1); ++i) {
        if (elements.IsNull(i)) continue;
        value.clear();
        ARROW_RETURN_NOT_OK(AppendValue(elements, i, &value));
        AddDistinct(value, &Owned(slots.slot(row)));
      }
    }
    return Status::OK();
  }

  static void AddDistinct(const std::string& value, Collected* group) {
    if (!group->seen.insert(value).second) return;
    group->bytes += value;
    ++group->count;
  }

  template <typename Visit>
  Status ForEachValue(const Collected& group, const Visit& visit) const {
    std::string_view in = group.bytes;
    for (int64_t i = 0; i < group.count; ++i) {
      std::string_view rest = in;
      std::string_view other = in;
      CompareValues(*type_, &rest, &other);
      // Comparing a value with itself walks over it: what is left tells its size.
      visit(in.substr(0, in.size() - rest.size()));
      in = rest;
    }
    return Status::OK();
  }

  TypePtr type_;
  bool distinct_;
};

Result<AggregateFunctionPtr> BindCollect(const std::string& name, bool distinct,
                                         const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  if (distinct && !IsOrderable(*arguments[0].type) && !IsVariant(*arguments[0].type)) {
    return MakeError(
        "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
        {{"functionName", "`" + name + "`"}, {"dataType", QuotedType(*arguments[0].type)}});
  }
  return std::make_shared<Collect>(name, arguments[0].type, arguments[0].type, distinct);
}

Result<AggregateFunctionPtr> BindCollectUnion(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("collect_union", arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  if (type->id() != arrow::Type::LIST) return UnexpectedInputType(0, "\"ARRAY\"", *type);
  const TypePtr element = static_cast<const arrow::ListType&>(*type).value_type();
  if (!IsOrderable(*element)) {
    return MakeError("DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
                     {{"functionName", "`collect_union`"}, {"dataType", QuotedType(*type)}});
  }
  return std::make_shared<Collect>("collect_union", type, element, /*distinct=*/true);
}

}  // namespace

void RegisterCollectionAggregates(FunctionRegistry* registry) {
  const auto add = [&](const std::string& name, std::vector<std::string> aliases, bool distinct,
                       const std::string& what) {
    registry->AddAggregate(
        {name, std::move(aliases),
         name + "(expr) - Returns an array of the " + what + " of a group.",
         "SELECT " + name + "(col) FROM VALUES (1), (2), (1) AS tab(col);",
         [=](const Arguments& arguments) { return BindCollect(name, distinct, arguments); }});
  };
  add("collect_list", {"array_agg"}, false, "non-null values");
  add("collect_set", {}, true, "distinct non-null values");
  registry->AddAggregate(
      {"collect_union",
       {},
       "collect_union(expr) - Returns an array of the distinct non-null elements of the arrays of "
       "a group.",
       "SELECT collect_union(col) FROM VALUES (array(1, 2)), (array(2, 3)) AS tab(col);",
       BindCollectUnion});
}

}  // namespace thalweg::functions
