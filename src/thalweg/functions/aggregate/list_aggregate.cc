// listagg (string_agg): the strings of a group in one, with a delimiter between them.

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/ordered_list.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

struct Joined {
  std::string bytes;
  bool has_value = false;
};

class ListAggregate : public OwningAggregate<Joined> {
 public:
  ListAggregate(std::vector<TypePtr> argument_types, std::string delimiter)
      : OwningAggregate("listagg", argument_types, argument_types[0], /*nullable=*/true),
        delimiter_(std::move(delimiter)) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::StringView values(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (values.IsValid(row)) Add(values.Value(row), &Owned(slots.slot(row)));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    if (Owned(from).has_value) Add(Owned(from).bytes, &Owned(into));
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    out->push_back(Owned(slot).has_value ? 1 : 0);
    AppendSized(Owned(slot).bytes, out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    if (in->empty()) return Status::Invalid("truncated aggregate state");
    const bool has_value = in->front() != 0;
    in->remove_prefix(1);
    ARROW_ASSIGN_OR_RAISE(const auto bytes, ReadSized(in));
    Init(slot);
    Owned(slot) = {std::string(bytes), has_value};
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<std::string>::Make(
                                           return_type(), slots.num_rows, expr::NullMask()));
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const Joined& group = Owned(slots.slot(row));
      ARROW_RETURN_NOT_OK(group.has_value ? writer.Set(row, group.bytes) : writer.SetNull(row));
    }
    return writer.Finish();
  }

  /// Spark keeps serialised bytes here; the outcome can be read.
  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("buf", return_type())};
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    return static_cast<int64_t>(sizeof(Joined) + Owned(slot).bytes.capacity());
  }

 private:
  void Add(std::string_view value, Joined* group) const {
    if (group->has_value) group->bytes += delimiter_;
    group->bytes += value;
    group->has_value = true;
  }

  std::string delimiter_;
};

/// What is joined, and with what.
struct ListParts {
  std::vector<TypePtr> types;
  std::string delimiter;
};

Result<ListParts> ReadParts(const Arguments& arguments) {
  ListParts parts;
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptAsOneOf(arguments, 0, {arrow::utf8(), arrow::binary()}));
  parts.types = {type};
  if (arguments.size() < 2) return parts;
  const auto& constant = arguments[1].constant;
  if (constant == nullptr) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"inputName", "`delimiter`"},
                      {"inputType", QuotedType(*arguments[1].type)},
                      {"inputExpr", "\"delimiter\""}});
  }
  const bool is_void = arguments[1].type->id() == arrow::Type::NA;
  if (!is_void && arguments[1].type->id() != type->id()) {
    return DataDifferentTypes("listagg", arguments);
  }
  if (!is_void && constant->is_valid) {
    parts.delimiter = static_cast<const arrow::BaseBinaryScalar&>(*constant).view();
  }
  parts.types.push_back(arguments[1].type);
  return parts;
}

Result<AggregateFunctionPtr> BindListAggregate(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("listagg", arguments, 1, 2));
  ARROW_ASSIGN_OR_RAISE(auto parts, ReadParts(arguments));
  return std::make_shared<ListAggregate>(std::move(parts.types), std::move(parts.delimiter));
}

/// (value, delimiter, two letters for each key, the keys): plan/spec/within_group.h.
Result<AggregateFunctionPtr> BindOrderedList(const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto parts, ReadParts(arguments));
  const auto letters = static_cast<const arrow::StringScalar&>(*arguments[2].constant).view();
  parts.types.push_back(arrow::utf8());
  std::vector<ListOrder> orders;
  for (size_t i = 3; i < arguments.size(); ++i) {
    const TypePtr& type = arguments[i].type;
    if (!IsOrderable(*type)) {
      return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                       {{"functionName", "`listagg`"}, {"dataType", QuotedType(*type)}});
    }
    orders.push_back({type, letters[2 * (i - 3)] == 'D', letters[2 * (i - 3) + 1] == 'F'});
    parts.types.push_back(type);
  }
  return MakeOrderedList(std::move(parts.types), std::move(parts.delimiter), std::move(orders));
}

}  // namespace

void RegisterListAggregate(FunctionRegistry* registry) {
  registry->AddAggregate({"listagg",
                          {"string_agg"},
                          "listagg(expr[, delimiter]) - Returns the strings or bytes of a group in "
                          "one, NULLs left out.",
                          "SELECT listagg(col, ',') FROM VALUES ('a'), ('b') AS tab(col);",
                          BindListAggregate});
  registry->AddAggregate({"listagg within group", {}, "", "", BindOrderedList});
}

}  // namespace thalweg::functions
