// array(), size, a[i], element_at, array_contains, array_position.

#include <optional>

#include <arrow/api.h>

#include "thalweg/data/batch.h"
#include "thalweg/data/retype.h"
#include "thalweg/expr/value_order.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/types/coercion.h"

namespace thalweg::functions {
namespace {

using arrow::int32;

/// The arrays of one element each from all arguments, interleaved by ArrayAssembler.
Result<ArrayPtr> ConcatenateArguments(const std::vector<arrow::Datum>& arguments, int64_t rows,
                                      std::vector<int64_t>* starts) {
  arrow::ArrayVector arrays;
  int64_t start = 0;
  for (const auto& argument : arguments) {
    ARROW_ASSIGN_OR_RAISE(auto array, expr::ToArray(argument, rows));
    starts->push_back(start);
    start += array->length();
    arrays.push_back(std::move(array));
  }
  return ConcatenateArrays(arrays);
}

Result<arrow::Datum> ArrayKernel(const TypePtr& type, const std::vector<arrow::Datum>& arguments,
                                 int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ArrayAssembler assembler;
  ArrayPtr values;
  std::vector<int64_t> starts;
  if (arguments.empty()) {
    ARROW_ASSIGN_OR_RAISE(values, arrow::MakeEmptyArray(ElementType(*type)));
  } else {
    ARROW_ASSIGN_OR_RAISE(values, ConcatenateArguments(arguments, rows, &starts));
  }
  for (int64_t row = 0; row < rows; ++row) {
    for (const int64_t start : starts) assembler.Add(start + row);
    assembler.FinishRow();
  }
  return assembler.Finish(type, values, as_scalar);
}

Result<expr::BoundFunction> BindArray(const std::string& name, const Arguments& arguments) {
  TypePtr element = arrow::null();
  if (!arguments.empty()) {
    ARROW_ASSIGN_OR_RAISE(element, CommonType(name, arguments));
  }
  const TypePtr type = ArrayOf(element, arguments.empty() ? false : AnyNullable(arguments));
  auto bound = MakeBound(name, arguments, std::vector<TypePtr>(arguments.size(), element), type,
                         [type](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                                int64_t num_rows) { return ArrayKernel(type, values, num_rows); });
  bound.nullable = false;
  return bound;
}

/// The number of elements; of NULL it is `size_of_null`, nothing: NULL.
expr::ScalarKernel SizeKernel(std::optional<int32_t> size_of_null) {
  return [size_of_null](const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                        int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    const expr::NullView nulls(arguments[0]);
    const bool all_null = nulls.AllNull();
    if (all_null && !size_of_null) return expr::NullResult(int32(), rows, as_scalar);
    const std::optional<expr::ListView> lists =
        all_null ? std::nullopt : std::optional<expr::ListView>(arguments[0]);
    arrow::Int32Builder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(rows));
    for (int64_t row = 0; row < rows; ++row) {
      if (lists && !lists->IsNull(row)) {
        builder.UnsafeAppend(static_cast<int32_t>(lists->Length(row)));
      } else if (size_of_null) {
        builder.UnsafeAppend(*size_of_null);
      } else {
        builder.UnsafeAppendNull();
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

Result<expr::BoundFunction> BindSize(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  if (!IsArray(*type) && !IsMap(*type) && !IsVoid(*type)) {
    return UnexpectedInputType(0, "(\"ARRAY\" or \"MAP\")", *type);
  }
  // Without ANSI mode the size of NULL is -1 (spark.sql.legacy.sizeOfNull, which counts only
  // there).
  const bool legacy = EvalModeOf(arguments) == EvalMode::kLegacy;
  auto bound = MakeBound(name, arguments, {type}, int32(),
                         SizeKernel(legacy ? std::optional<int32_t>(-1) : std::nullopt));
  if (legacy) bound.nullable = false;
  return bound;
}

Result<expr::BoundFunction> BindArraySize(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  if (!IsArray(*type) && !IsVoid(*type)) return UnexpectedInputType(0, "\"ARRAY\"", *type);
  return MakeBound(name, arguments, {type}, int32(), SizeKernel(std::nullopt));
}

// ---- Access by index or key ----

Status IndexError(const char* condition, int64_t index, int64_t size) {
  return MakeError(condition,
                   {{"indexValue", std::to_string(index)}, {"arraySize", std::to_string(size)}});
}

/// The element at the given position of each row: indices into the elements, then one gather.
template <typename Locate>
Result<arrow::Datum> GatherElements(const std::vector<arrow::Datum>& arguments, int64_t num_rows,
                                    const ArrayPtr& elements, Locate locate) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  const expr::NullView owner(arguments[0]);
  const expr::NullView key(arguments[1]);
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(rows));
  for (int64_t row = 0; row < rows; ++row) {
    if (owner.IsNull(row) || key.IsNull(row)) {
      builder.UnsafeAppendNull();
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t index, locate(row));
    if (index < 0) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(static_cast<int32_t>(index));
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto positions, builder.Finish());
  ARROW_ASSIGN_OR_RAISE(auto array, TakeWithNulls(elements, positions));
  return expr::FinishDatum(array, as_scalar);
}

/// a[i] (from 0) and element_at(a, i) (from 1, negative from the end). `lenient`: NULL instead of
/// an error for an index outside of the array.
expr::ScalarKernel ArrayElementKernel(TypePtr type, bool from_one, bool lenient) {
  return [type, from_one, lenient](const expr::EvalContext&,
                                   const std::vector<arrow::Datum>& arguments,
                                   int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    if (expr::NullView(arguments[0]).AllNull()) {
      return expr::NullResult(type, as_scalar ? 1 : num_rows, as_scalar);
    }
    const expr::ListView lists(arguments[0]);
    const expr::PrimitiveView<int64_t> indices(arguments[1]);
    return GatherElements(arguments, num_rows, lists.values(), [&](int64_t row) -> Result<int64_t> {
      const int64_t index = indices.Value(row);
      const int64_t length = lists.Length(row);
      if (!from_one) {
        if (index < 0 || index >= length) {
          if (lenient) return -1;
          return IndexError("INVALID_ARRAY_INDEX", index, length);
        }
        return lists.Offset(row) + index;
      }
      if (index == 0) return MakeError("INVALID_INDEX_OF_ZERO");
      if (index > length || index < -length) {
        if (lenient) return -1;
        return IndexError("INVALID_ARRAY_INDEX_IN_ELEMENT_AT", index, length);
      }
      return lists.Offset(row) + (index > 0 ? index - 1 : length + index);
    });
  };
}

/// m[k]: NULL if the key is not there. Maps are searched from the front.
expr::ScalarKernel MapElementKernel(TypePtr type) {
  return [type](const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    if (expr::NullView(arguments[0]).AllNull()) return expr::NullResult(type, rows, as_scalar);
    const expr::ListView maps(arguments[0]);
    const auto& entries = static_cast<const arrow::StructArray&>(*maps.values());
    const ArrayPtr keys = entries.field(0);
    ARROW_ASSIGN_OR_RAISE(const auto wanted, expr::ToArray(arguments[1], rows));
    return GatherElements(arguments, num_rows, entries.field(1),
                          [&](int64_t row) -> Result<int64_t> {
                            const int64_t begin = maps.Offset(row);
                            for (int64_t i = begin; i < begin + maps.Length(row); ++i) {
                              if (expr::CompareValues(*keys, i, *wanted, row) == 0) return i;
                            }
                            return -1;
                          });
  };
}

Result<expr::BoundFunction> BindElement(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  const TypePtr& type = arguments[0].type;
  const TypePtr& key = arguments[1].type;
  const bool element_at = name == "element_at" || name == "try_element_at";
  const EvalMode mode = EvalModeOf(arguments);
  const bool lenient = name == "try_element_at" || name == "get" || mode == EvalMode::kLegacy;
  expr::BoundFunction bound;
  if (IsArray(*type)) {
    const bool too_wide = element_at && key->id() == arrow::Type::INT64;
    if ((!IsInteger(*key) && !IsVoid(*key)) || too_wide) {
      return UnexpectedInputType(1, element_at ? "\"INT\"" : "\"INTEGRAL\"", *key);
    }
    const TypePtr element = ElementType(*type);
    bound = MakeBound(name, arguments, {type, arrow::int64()}, element,
                      ArrayElementKernel(element, element_at, lenient));
    bound.can_fail = !lenient || element_at;
    bound.nullable |= lenient || type->field(0)->nullable();
  } else if (IsMap(*type)) {
    const auto& map = static_cast<const arrow::MapType&>(*type);
    // m[k] casts k to the type of the keys; element_at casts both to their common type.
    TypePtr common = map.key_type();
    if (!SameType(*key, *common) && !IsVoid(*key)) {
      common =
          element_at ? WiderTypeForTwo(common, key, mode) : ImplicitCastType(key, common, mode);
    }
    const bool same_kind = IsVoid(*key) || IsNested(*key) == IsNested(*map.key_type());
    const bool castable =
        common != nullptr && same_kind &&
        (!element_at || IsString(*key) == IsString(*map.key_type()) || IsVoid(*key));
    if (!castable && element_at) {
      return MakeError("DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES",
                       {{"functionName", "`element_at`"},
                        {"dataType", "\"MAP\""},
                        {"leftType", QuotedType(*type)},
                        {"rightType", QuotedType(*key)}});
    }
    if (!castable) return UnexpectedInputType(1, QuotedType(*map.key_type()), *key);
    const TypePtr owner = SameType(*common, *map.key_type())
                              ? type
                              : MapOf(common, map.item_type(), map.item_field()->nullable());
    bound = MakeBound(name, arguments, {owner, common}, map.item_type(),
                      MapElementKernel(map.item_type()));
    bound.nullable = true;
  } else {
    return UnexpectedInputType(0, "(\"ARRAY\" or \"MAP\")", *type);
  }
  if (name == "subscript") {
    bound.format = [](const std::vector<std::string>& texts) {
      return texts[0] + "[" + texts[1] + "]";
    };
  }
  return bound;
}

// ---- Search ----

/// Index of the value within its row from 0, -1 if it is not there; *saw_null tells of NULLs.
int64_t FindElement(const expr::ListView& lists, int64_t row, const arrow::Array& wanted,
                    bool* saw_null) {
  const int64_t begin = lists.Offset(row);
  for (int64_t i = begin; i < begin + lists.Length(row); ++i) {
    if (lists.values()->IsNull(i)) {
      *saw_null = true;
    } else if (expr::CompareValues(*lists.values(), i, wanted, row) == 0) {
      return i - begin;
    }
  }
  return -1;
}

/// array_contains (NULL when it is not there but a NULL is) and array_position (0 if not there).
expr::ScalarKernel SearchKernel(bool contains) {
  return [contains](const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                    int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    const TypePtr type = contains ? arrow::boolean() : arrow::int64();
    ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(arguments, rows));
    if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
    const expr::ListView lists(arguments[0]);
    ARROW_ASSIGN_OR_RAISE(const auto wanted, expr::ToArray(arguments[1], rows));
    ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(type));
    for (int64_t row = 0; row < rows; ++row) {
      bool saw_null = false;
      const bool is_null = nulls.IsNull(row);
      const int64_t found = is_null ? -1 : FindElement(lists, row, *wanted, &saw_null);
      if (is_null || (contains && found < 0 && saw_null)) {
        ARROW_RETURN_NOT_OK(builder->AppendNull());
      } else if (contains) {
        ARROW_RETURN_NOT_OK(static_cast<arrow::BooleanBuilder&>(*builder).Append(found >= 0));
      } else {
        ARROW_RETURN_NOT_OK(static_cast<arrow::Int64Builder&>(*builder).Append(found + 1));
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto array, builder->Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

Result<expr::BoundFunction> BindSearch(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  const TypePtr& type = arguments[0].type;
  const TypePtr& value = arguments[1].type;
  if (IsVoid(*value) || IsVoid(*type)) {
    return MakeError("DATATYPE_MISMATCH.NULL_TYPE", {{"functionName", "`" + name + "`"}});
  }
  if (!IsArray(*type)) return UnexpectedInputType(0, "\"ARRAY\"", *type);
  const TypePtr element = ElementType(*type);
  const bool contains = name == "array_contains";
  const bool same_kind = IsString(*element) == IsString(*value) || IsVoid(*element);
  // Spark goes by the rules of legacy mode here in both modes.
  TypePtr common = TightestType(element, value, EvalMode::kLegacy);
  if (common == nullptr && contains && same_kind) {
    common = WiderTypeForTwo(element, value, EvalMode::kLegacy);
  }
  if (common == nullptr) {
    return MakeError("DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
                     {{"functionName", "`" + name + "`"},
                      {"dataType", "\"ARRAY\""},
                      {"leftType", QuotedType(*type)},
                      {"rightType", QuotedType(*value)}});
  }
  ARROW_RETURN_NOT_OK(RequireOrder(name, *common, *common));
  auto bound = MakeBound(name, arguments, {ArrayOf(common, type->field(0)->nullable()), common},
                         contains ? arrow::boolean() : arrow::int64(), SearchKernel(contains));
  bound.nullable |= contains && type->field(0)->nullable();
  return bound;
}

}  // namespace

void RegisterArrayAccess(FunctionRegistry* registry) {
  DeclareBinder(registry, {"array"}, "array_funcs",
                "array(expr, ...) - Returns an array of the given elements.",
                "SELECT array(1, 2, 3);", BindArray);
  DeclareBinder(registry, {"size", "cardinality"}, "collection_funcs",
                "size(expr) - Returns the number of elements of an array or map.",
                "SELECT size(array('b', 'd', 'c', 'a'));", BindSize);
  DeclareBinder(registry, {"array_size"}, "array_funcs",
                "array_size(array) - Returns the number of elements of an array.",
                "SELECT array_size(array('b', 'd', 'c', 'a'));", BindArraySize);
  DeclareBinder(registry, {"element_at"}, "collection_funcs",
                "element_at(array, index) - Returns the element at `index` (from 1, negative from "
                "the end). element_at(map, key) - Returns the value of `key`, else NULL.",
                "SELECT element_at(array(1, 2, 3), 2);", BindElement);
  DeclareBinder(registry, {"try_element_at"}, "collection_funcs",
                "try_element_at(array, index) - As element_at, NULL for an index outside of the "
                "array.",
                "SELECT try_element_at(array(1, 2, 3), 4);", BindElement);
  DeclareBinder(
      registry, {"get"}, "array_funcs",
      "get(array, index) - Returns the element at `index`, from 0, NULL if there is none.",
      "SELECT get(array(1, 2, 3), 0);", BindElement);
  DeclareBinder(registry, {"subscript"}, "collection_funcs",
                "array[index], map[key] - Returns the element at `index`, from 0, or the value of "
                "`key`.",
                "SELECT array(1, 2)[0];", BindElement);
  DeclareBinder(registry, {"array_contains"}, "array_funcs",
                "array_contains(array, value) - Returns whether `value` is in the array.",
                "SELECT array_contains(array(1, 2, 3), 2);", BindSearch);
  DeclareBinder(registry, {"array_position"}, "array_funcs",
                "array_position(array, element) - Returns the index, from 1, of the first such "
                "element, 0 if there is none.",
                "SELECT array_position(array(312, 773, 708, 708), 708);", BindSearch);
}

}  // namespace thalweg::functions
