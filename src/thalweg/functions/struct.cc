// named_struct and the access to fields that the analyzer writes.

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/field_update.h"

namespace thalweg::functions {
namespace {

/// Buffer of validity bits, null if all are set.
Result<std::shared_ptr<arrow::Buffer>> ValidityOf(const arrow::Array& array) {
  if (array.null_count() == 0) return std::shared_ptr<arrow::Buffer>();
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits,
                        arrow::AllocateEmptyBitmap(array.length()));
  for (int64_t i = 0; i < array.length(); ++i) {
    if (array.IsValid(i)) arrow::bit_util::SetBit(bits->mutable_data(), i);
  }
  return bits;
}

/// The field as an array of its own: null where the struct is.
Result<ArrayPtr> FieldOf(const arrow::StructArray& structs, int index) {
  return structs.GetFlattenedField(index);
}

Result<arrow::Datum> NamedStructKernel(const TypePtr& type,
                                       const std::vector<arrow::Datum>& arguments,
                                       int64_t num_rows) {
  if (expr::AllScalars(arguments)) {
    // As it is: by way of an array each struct in it would be taken apart once for each around it.
    arrow::ScalarVector values;
    for (size_t i = 1; i < arguments.size(); i += 2) values.push_back(arguments[i].scalar());
    return arrow::Datum(std::make_shared<arrow::StructScalar>(std::move(values), type));
  }
  std::vector<ArrayPtr> columns;
  for (size_t i = 1; i < arguments.size(); i += 2) {
    ARROW_ASSIGN_OR_RAISE(auto column, expr::ToArray(arguments[i], num_rows));
    columns.push_back(std::move(column));
  }
  return arrow::Datum(std::make_shared<arrow::StructArray>(type, num_rows, std::move(columns)));
}

Result<expr::BoundFunction> BindNamedStruct(const std::string& name, const Arguments& arguments) {
  if (arguments.size() % 2 != 0) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`named_struct`"},
                      {"expectedNum", "2n (n > 0)"},
                      {"actualNum", std::to_string(arguments.size())}});
  }
  std::vector<TypePtr> types;
  arrow::FieldVector fields;
  for (size_t i = 0; i < arguments.size(); i += 2) {
    const auto& key = arguments[i].constant;
    if (key == nullptr || !key->is_valid || !IsString(*key->type)) {
      return MakeError("DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING",
                       {{"inputExprs", fmt::format("[{}]", key ? key->ToString() : "...")}});
    }
    types.push_back(arguments[i].type);
    types.push_back(arguments[i + 1].type);
    const auto text = static_cast<const arrow::StringScalar&>(*key).view();
    fields.push_back(
        arrow::field(std::string(text), arguments[i + 1].type, arguments[i + 1].nullable));
  }
  const TypePtr type = arrow::struct_(fields);
  auto bound =
      MakeBound(name, arguments, std::move(types), type,
                [type](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                       int64_t num_rows) { return NamedStructKernel(type, values, num_rows); });
  bound.nullable = false;
  return bound;
}

/// struct(a, b): fields col1, col2, ...; the analyzer names fields that have a name itself.
Result<expr::BoundFunction> BindStruct(const std::string& name, const Arguments& arguments) {
  std::vector<TypePtr> types;
  arrow::FieldVector fields;
  for (size_t i = 0; i < arguments.size(); ++i) {
    types.push_back(arguments[i].type);
    fields.push_back(
        arrow::field(fmt::format("col{}", i + 1), arguments[i].type, arguments[i].nullable));
  }
  const TypePtr type = arrow::struct_(fields);
  auto bound = MakeBound(name, arguments, std::move(types), type,
                         [type](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                                int64_t num_rows) -> Result<arrow::Datum> {
                           std::vector<arrow::Datum> pairs;
                           for (const auto& value : values)
                             pairs.insert(pairs.end(), {value, value});
                           return NamedStructKernel(type, pairs, num_rows);
                         });
  bound.nullable = false;
  return bound;
}

/// The field of each struct in arrays of structs.
Result<ArrayPtr> FieldOfArrays(const arrow::ListArray& lists, int index, const TypePtr& type) {
  ARROW_ASSIGN_OR_RAISE(auto values,
                        FieldOf(static_cast<const arrow::StructArray&>(*lists.values()), index));
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(lists));
  std::vector<int32_t> offsets(static_cast<size_t>(lists.length()) + 1);
  for (int64_t i = 0; i <= lists.length(); ++i) {
    offsets[static_cast<size_t>(i)] = lists.value_offset(i);
  }
  return std::make_shared<arrow::ListArray>(
      type, lists.length(), arrow::Buffer::FromVector(std::move(offsets)), values, validity);
}

/// getfield(struct or array of structs, 'name'): what s.name becomes.
Result<expr::BoundFunction> BindGetField(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  const TypePtr& type = arguments[0].type;
  const bool in_array = IsArray(*type);
  const TypePtr owner = in_array ? ElementType(*type) : type;
  const auto& key = arguments[1].constant;
  if (owner->id() != arrow::Type::STRUCT || key == nullptr || !IsString(*key->type)) {
    return UnexpectedInputType(0, "\"STRUCT\"", *type);
  }
  const std::string field(static_cast<const arrow::StringScalar&>(*key).view());
  const int index = static_cast<const arrow::StructType&>(*owner).GetFieldIndex(field);
  if (index < 0) {
    return MakeError("FIELD_NOT_FOUND", {{"fieldName", "`" + field + "`"}, {"fields", ""}});
  }
  const auto& found = owner->field(index);
  const TypePtr result = in_array ? ArrayOf(found->type()) : found->type();
  auto bound = MakeBound(
      name, arguments, {type, arguments[1].type}, result,
      [index, in_array, result](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                                int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = values[0].is_scalar();
        const int64_t rows = as_scalar ? 1 : num_rows;
        ARROW_ASSIGN_OR_RAISE(const auto array, expr::ToArray(values[0], rows));
        ArrayPtr out;
        if (in_array) {
          ARROW_ASSIGN_OR_RAISE(
              out, FieldOfArrays(static_cast<const arrow::ListArray&>(*array), index, result));
        } else {
          ARROW_ASSIGN_OR_RAISE(out,
                                FieldOf(static_cast<const arrow::StructArray&>(*array), index));
        }
        return expr::FinishDatum(out, as_scalar);
      });
  bound.nullable = arguments[0].nullable || (!in_array && found->nullable());
  bound.format = [field](const std::vector<std::string>& texts) { return texts[0] + "." + field; };
  return bound;
}

}  // namespace

void RegisterStructFunctions(FunctionRegistry* registry) {
  RegisterFieldUpdates(registry);
  DeclareBinder(registry, {"named_struct"}, "struct_funcs",
                "named_struct(name1, val1, ...) - Returns a struct of these fields.",
                "SELECT named_struct('a', 1, 'b', 2);", BindNamedStruct);
  DeclareBinder(registry, {"struct"}, "struct_funcs",
                "struct(col1, col2, ...) - Returns a struct of these values.",
                "SELECT struct(1, 2, 3);", BindStruct);
  DeclareBinder(registry, {"getfield"}, "struct_funcs",
                "struct.field - Returns the field of a struct, or of each struct in an array.",
                "SELECT named_struct('a', 1).a;", BindGetField);
}

}  // namespace thalweg::functions
