// Functions of arrays: sort_array, array_join, slice, flatten, array_max and others.

#include <algorithm>
#include <numeric>

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
using arrow::utf8;

/// A kernel that makes an array per row out of the elements of argument 0:
/// fn(lists, row, &assembler) -> Status, which adds elements but does not end the row.
template <typename Fn>
expr::ScalarKernel RearrangeKernel(TypePtr type, Fn fn) {
  return [type, fn](const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                    int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(arguments, rows));
    if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
    const expr::ListView lists(arguments[0]);
    ArrayAssembler assembler;
    for (int64_t row = 0; row < rows; ++row) {
      if (nulls.IsNull(row)) {
        assembler.FinishNullRow();
        continue;
      }
      ARROW_RETURN_NOT_OK(fn(lists, row, arguments, &assembler));
      assembler.FinishRow();
    }
    return assembler.Finish(type, lists.values(), as_scalar);
  };
}

using Datums = std::vector<arrow::Datum>;

Result<TypePtr> AcceptArray(const Arguments& arguments, size_t index = 0) {
  const TypePtr& type = arguments[index].type;
  if (IsArray(*type)) return type;
  if (IsVoid(*type)) return ArrayOf(arrow::null());
  return UnexpectedInputType(index, "\"ARRAY\"", *type);
}

// ---- Order ----

Status SortRow(const expr::ListView& lists, int64_t row, bool ascending, bool nulls_last,
               ArrayAssembler* out) {
  std::vector<int64_t> order(static_cast<size_t>(lists.Length(row)));
  std::iota(order.begin(), order.end(), lists.Offset(row));
  const arrow::Array& values = *lists.values();
  std::stable_sort(order.begin(), order.end(), [&](int64_t left, int64_t right) {
    const bool left_null = values.IsNull(left);
    const bool right_null = values.IsNull(right);
    if (left_null || right_null)
      return nulls_last ? !left_null && right_null : left_null && !right_null;
    const int order_of = expr::CompareValues(values, left, values, right);
    return ascending ? order_of < 0 : order_of > 0;
  });
  for (const int64_t element : order) out->Add(element);
  return Status::OK();
}

Result<expr::BoundFunction> BindSort(const std::string& name, const Arguments& arguments) {
  const bool sort_array = name == "sort_array";
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, sort_array ? 2 : 1));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptArray(arguments));
  ARROW_RETURN_NOT_OK(RequireOrder(name, *ElementType(*type), *type));
  std::vector<TypePtr> types = {type};
  if (arguments.size() == 2) {
    if (arguments[1].type->id() != arrow::Type::BOOL) {
      return UnexpectedInputType(1, "\"BOOLEAN\"", *arguments[1].type);
    }
    types.push_back(arrow::boolean());
  }
  auto bound = MakeBound(
      name, arguments, std::move(types), type,
      RearrangeKernel(type, [sort_array](const expr::ListView& lists, int64_t row,
                                         const Datums& values, ArrayAssembler* out) {
        const bool ascending = values.size() < 2 || expr::BooleanView(values[1]).Value(row);
        return SortRow(lists, row, ascending, sort_array ? !ascending : true, out);
      }));
  if (sort_array) {
    ShowDefaults(&bound, arguments.size(), 2, {std::make_shared<arrow::BooleanScalar>(true)});
  }
  return bound;
}

/// array_max and array_min: NULLs do not count.
Result<expr::BoundFunction> BindExtreme(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptArray(arguments));
  const TypePtr element = ElementType(*type);
  ARROW_RETURN_NOT_OK(RequireOrder(name, *element, *element));
  const int sign = name == "array_max" ? 1 : -1;
  auto bound = MakeBound(
      name, arguments, {type}, element,
      [element, sign](const expr::EvalContext&, const Datums& values,
                      int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = expr::AllScalars(values);
        const int64_t rows = as_scalar ? 1 : num_rows;
        if (expr::NullView(values[0]).AllNull()) return expr::NullResult(element, rows, as_scalar);
        const expr::ListView lists(values[0]);
        const arrow::Array& elements = *lists.values();
        arrow::Int32Builder builder;
        for (int64_t row = 0; row < rows; ++row) {
          int64_t best = -1;
          const int64_t end = lists.IsNull(row) ? 0 : lists.Offset(row) + lists.Length(row);
          for (int64_t i = lists.Offset(row); i < end; ++i) {
            if (elements.IsNull(i)) continue;
            if (best < 0 || sign * expr::CompareValues(elements, i, elements, best) > 0) best = i;
          }
          ARROW_RETURN_NOT_OK(best < 0 ? builder.AppendNull()
                                       : builder.Append(static_cast<int32_t>(best)));
        }
        ARROW_ASSIGN_OR_RAISE(auto positions, builder.Finish());
        ARROW_ASSIGN_OR_RAISE(auto array, TakeWithNulls(lists.values(), positions));
        return expr::FinishDatum(array, as_scalar);
      });
  bound.nullable = true;
  return bound;
}

// ---- Parts ----

Status SliceRow(const expr::ListView& lists, int64_t row, const Datums& values,
                ArrayAssembler* out) {
  const int64_t start = expr::PrimitiveView<int32_t>(values[1]).Value(row);
  const int64_t length = expr::PrimitiveView<int32_t>(values[2]).Value(row);
  if (start == 0) {
    return MakeError("INVALID_PARAMETER_VALUE.START",
                     {{"parameter", "`start`"}, {"functionName", "`slice`"}});
  }
  if (length < 0) {
    return MakeError("INVALID_PARAMETER_VALUE.LENGTH", {{"parameter", "`length`"},
                                                        {"length", std::to_string(length)},
                                                        {"functionName", "`slice`"}});
  }
  const int64_t size = lists.Length(row);
  const int64_t begin = start > 0 ? start - 1 : size + start;
  if (begin < 0) return Status::OK();
  for (int64_t i = begin; i < std::min(begin + length, size); ++i) out->Add(lists.Offset(row) + i);
  return Status::OK();
}

Result<expr::BoundFunction> BindSlice(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 3, 3));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptArray(arguments));
  std::vector<TypePtr> types = {type};
  for (size_t i = 1; i < 3; ++i) {
    ARROW_ASSIGN_OR_RAISE(auto integer, AcceptAs(arguments, i, int32()));
    types.push_back(std::move(integer));
  }
  auto bound = MakeBound(name, arguments, std::move(types), type, RearrangeKernel(type, SliceRow));
  bound.can_fail = true;
  return bound;
}

/// The type of the elements of `array` and of the second argument. Spark goes by the rules of legacy
/// mode here in both modes.
Result<TypePtr> TypeWithElement(const std::string& name, const arrow::DataType& array,
                                const Arguments& arguments) {
  TypePtr common = TightestType(ElementType(array), arguments[1].type, EvalMode::kLegacy);
  if (common != nullptr) return common;
  return MakeError("DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
                   {{"functionName", "`" + name + "`"},
                    {"dataType", "\"ARRAY\""},
                    {"leftType", QuotedType(array)},
                    {"rightType", QuotedType(*arguments[1].type)}});
}

/// array_remove(array, element): without the elements equal to it.
Result<expr::BoundFunction> BindRemove(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto given, AcceptArray(arguments));
  ARROW_ASSIGN_OR_RAISE(const TypePtr common, TypeWithElement(name, *given, arguments));
  ARROW_RETURN_NOT_OK(RequireOrder(name, *common, *common));
  const TypePtr type = ArrayOf(common, given->field(0)->nullable());
  return MakeBound(
      name, arguments, {type, common}, type,
      [type](const expr::EvalContext& context, const Datums& values,
             int64_t num_rows) -> Result<arrow::Datum> {
        const int64_t rows = expr::AllScalars(values) ? 1 : num_rows;
        ARROW_ASSIGN_OR_RAISE(const auto unwanted, expr::ToArray(values[1], rows));
        const auto kernel =
            RearrangeKernel(type, [&unwanted](const expr::ListView& lists, int64_t row,
                                              const Datums&, ArrayAssembler* out) {
              const arrow::Array& elements = *lists.values();
              const int64_t begin = lists.Offset(row);
              for (int64_t i = begin; i < begin + lists.Length(row); ++i) {
                if (elements.IsNull(i) || expr::CompareValues(elements, i, *unwanted, row) != 0) {
                  out->Add(i);
                }
              }
              return Status::OK();
            });
        return kernel(context, values, num_rows);
      });
}

Result<expr::BoundFunction> BindCompact(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptArray(arguments));
  return MakeBound(name, arguments, {type}, type,
                   RearrangeKernel(type, [](const expr::ListView& lists, int64_t row, const Datums&,
                                            ArrayAssembler* out) {
                     const int64_t begin = lists.Offset(row);
                     for (int64_t i = begin; i < begin + lists.Length(row); ++i) {
                       if (lists.values()->IsValid(i)) out->Add(i);
                     }
                     return Status::OK();
                   }));
}

// ---- Combination ----

/// flatten: NULL if one of the inner arrays is.
Result<expr::BoundFunction> BindFlatten(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  const bool nested = IsArray(*type) && IsArray(*ElementType(*type));
  if (!nested) return UnexpectedInputType(0, "\"ARRAY\" of \"ARRAY\"", *type);
  const TypePtr inner = ElementType(*type);
  auto bound = MakeBound(name, arguments, {type}, inner,
                         [inner](const expr::EvalContext&, const Datums& values,
                                 int64_t num_rows) -> Result<arrow::Datum> {
                           const bool as_scalar = expr::AllScalars(values);
                           const int64_t rows = as_scalar ? 1 : num_rows;
                           if (expr::NullView(values[0]).AllNull())
                             return expr::NullResult(inner, rows, as_scalar);
                           const expr::ListView outer(values[0]);
                           const expr::ListView lists{arrow::Datum(outer.values())};
                           ArrayAssembler assembler;
                           for (int64_t row = 0; row < rows; ++row) {
                             const int64_t begin = outer.Offset(row);
                             const int64_t end =
                                 outer.IsNull(row) ? begin : begin + outer.Length(row);
                             bool is_null = outer.IsNull(row);
                             for (int64_t i = begin; i < end; ++i) is_null |= lists.IsNull(i);
                             for (int64_t i = begin; i < end && !is_null; ++i) {
                               for (int64_t j = 0; j < lists.Length(i); ++j)
                                 assembler.Add(lists.Offset(i) + j);
                             }
                             is_null ? assembler.FinishNullRow() : assembler.FinishRow();
                           }
                           return assembler.Finish(inner, lists.values(), as_scalar);
                         });
  bound.nullable |= type->field(0)->nullable();
  return bound;
}

/// array_append and array_prepend.
Result<expr::BoundFunction> BindExtend(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto given, AcceptArray(arguments));
  ARROW_ASSIGN_OR_RAISE(const TypePtr common, TypeWithElement(name, *given, arguments));
  const TypePtr type = ArrayOf(common, given->field(0)->nullable() || arguments[1].nullable);
  const bool append = name == "array_append";
  auto bound = MakeBound(
      name, arguments, {type, common}, type,
      [type, append](const expr::EvalContext&, const Datums& values,
                     int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = expr::AllScalars(values);
        const int64_t rows = as_scalar ? 1 : num_rows;
        if (expr::NullView(values[0]).AllNull()) return expr::NullResult(type, rows, as_scalar);
        const expr::ListView lists(values[0]);
        ARROW_ASSIGN_OR_RAISE(const auto extra, expr::ToArray(values[1], rows));
        ARROW_ASSIGN_OR_RAISE(const auto elements, ConcatenateArrays({lists.values(), extra}));
        const int64_t start = lists.values()->length();
        ArrayAssembler assembler;
        for (int64_t row = 0; row < rows; ++row) {
          if (lists.IsNull(row)) {
            assembler.FinishNullRow();
            continue;
          }
          if (!append) assembler.Add(start + row);
          for (int64_t i = 0; i < lists.Length(row); ++i) assembler.Add(lists.Offset(row) + i);
          if (append) assembler.Add(start + row);
          assembler.FinishRow();
        }
        return assembler.Finish(type, elements, as_scalar);
      });
  bound.nullable = arguments[0].nullable;
  return bound;
}

/// Arrays have at most this many elements, as in Java.
constexpr int32_t kMaxElements = 2147483632;

Result<expr::BoundFunction> BindRepeat(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  const TypePtr type = ArrayOf(arguments[0].type, arguments[0].nullable);
  ARROW_ASSIGN_OR_RAISE(auto count, AcceptAs(arguments, 1, int32()));
  auto bound =
      MakeBound(name, arguments, {arguments[0].type, count}, type,
                [type](const expr::EvalContext&, const Datums& values,
                       int64_t num_rows) -> Result<arrow::Datum> {
                  const bool as_scalar = expr::AllScalars(values);
                  const int64_t rows = as_scalar ? 1 : num_rows;
                  ARROW_ASSIGN_OR_RAISE(const auto elements, expr::ToArray(values[0], rows));
                  const expr::PrimitiveView<int32_t> counts(values[1]);
                  ArrayAssembler assembler;
                  for (int64_t row = 0; row < rows; ++row) {
                    if (counts.IsNull(row)) {
                      assembler.FinishNullRow();
                      continue;
                    }
                    if (counts.Value(row) > kMaxElements) {
                      return MakeError("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION",
                                       {{"functionName", "`array_repeat`"},
                                        {"numberOfElements", std::to_string(counts.Value(row))},
                                        {"maxRoundedArrayLength", std::to_string(kMaxElements)}});
                    }
                    for (int32_t i = 0; i < counts.Value(row); ++i) assembler.Add(row);
                    assembler.FinishRow();
                  }
                  return assembler.Finish(type, elements, as_scalar);
                });
  bound.nullable = arguments[1].nullable;
  return bound;
}

// ---- Text ----

Result<arrow::Datum> JoinKernel(const expr::EvalContext&, const Datums& values, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(values, rows));
  if (nulls.all_null) return expr::NullResult(utf8(), rows, as_scalar);
  const expr::ListView lists(values[0]);
  const expr::StringView elements{arrow::Datum(lists.values())};
  const expr::StringView separator(values[1]);
  arrow::StringBuilder builder;
  std::string scratch;
  for (int64_t row = 0; row < rows; ++row) {
    if (nulls.IsNull(row)) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    scratch.clear();
    bool is_first = true;
    for (int64_t i = lists.Offset(row); i < lists.Offset(row) + lists.Length(row); ++i) {
      if (elements.IsNull(i) && values.size() < 3) continue;
      if (!is_first) scratch.append(separator.Value(row));
      is_first = false;
      scratch.append(elements.IsNull(i) ? expr::StringView(values[2]).Value(row)
                                        : elements.Value(i));
    }
    ARROW_RETURN_NOT_OK(builder.Append(scratch));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return expr::FinishDatum(array, as_scalar);
}

Result<expr::BoundFunction> BindJoin(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  const TypePtr& type = arguments[0].type;
  const bool strings = IsVoid(*type) || (IsArray(*type) && !IsNested(*ElementType(*type)) &&
                                         ElementType(*type)->id() != arrow::Type::BINARY);
  if (!strings) return UnexpectedInputType(0, "\"ARRAY<STRING>\"", *type);
  std::vector<TypePtr> types = {ArrayOf(utf8())};
  for (size_t i = 1; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto text, AcceptAs(arguments, i, utf8()));
    types.push_back(std::move(text));
  }
  return MakeBound(name, arguments, std::move(types), utf8(), JoinKernel);
}

}  // namespace

expr::ScalarKernel ReverseArrayKernel(TypePtr type) {
  return RearrangeKernel(
      type, [](const expr::ListView& lists, int64_t row, const Datums&, ArrayAssembler* out) {
        for (int64_t i = lists.Length(row) - 1; i >= 0; --i) out->Add(lists.Offset(row) + i);
        return Status::OK();
      });
}

expr::ScalarKernel ConcatArraysKernel(TypePtr type) {
  return [type](const expr::EvalContext&, const Datums& values,
                int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(values);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(values, rows));
    if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
    const std::vector<expr::ListView> lists(values.begin(), values.end());
    arrow::ArrayVector parts;
    std::vector<int64_t> starts;
    int64_t start = 0;
    for (const auto& list : lists) {
      starts.push_back(start);
      start += list.values()->length();
      parts.push_back(list.values());
    }
    ARROW_ASSIGN_OR_RAISE(const auto elements, ConcatenateArrays(parts));
    ArrayAssembler assembler;
    for (int64_t row = 0; row < rows; ++row) {
      if (nulls.IsNull(row)) {
        assembler.FinishNullRow();
        continue;
      }
      for (size_t k = 0; k < lists.size(); ++k) {
        for (int64_t i = 0; i < lists[k].Length(row); ++i) {
          assembler.Add(starts[k] + lists[k].Offset(row) + i);
        }
      }
      assembler.FinishRow();
    }
    return assembler.Finish(type, elements, as_scalar);
  };
}

void RegisterArrayFunctions(FunctionRegistry* registry) {
  const auto declare = [registry](std::vector<std::string> names, const char* usage,
                                  const char* example, auto bind) {
    DeclareBinder(registry, names, "array_funcs", usage, example, bind);
  };
  declare({"sort_array"},
          "sort_array(array[, ascending]) - Returns the array sorted, NULLs first when ascending, "
          "else last.",
          "SELECT sort_array(array('b', 'd', 'c', 'a'), true);", BindSort);
  declare({"array_sort"}, "array_sort(array) - Returns the array sorted, NULLs last.",
          "SELECT array_sort(array('b', 'd', null, 'c', 'a'));", BindSort);
  declare({"array_max"}, "array_max(array) - Returns the largest element.",
          "SELECT array_max(array(1, 20, null, 3));", BindExtreme);
  declare({"array_min"}, "array_min(array) - Returns the smallest element.",
          "SELECT array_min(array(1, 20, null, 3));", BindExtreme);
  declare({"slice"},
          "slice(array, start, length) - Returns the part that starts at `start` (from "
          "1, negative from the end).",
          "SELECT slice(array(1, 2, 3, 4), 2, 2);", BindSlice);
  declare({"array_remove"},
          "array_remove(array, element) - Returns the array without the elements "
          "equal to `element`.",
          "SELECT array_remove(array(1, 2, 3, null, 3), 3);", BindRemove);
  declare({"array_compact"}, "array_compact(array) - Returns the array without NULLs.",
          "SELECT array_compact(array(1, 2, 3, null));", BindCompact);
  declare({"flatten"}, "flatten(arrays) - Returns one array of the elements of all inner arrays.",
          "SELECT flatten(array(array(1, 2), array(3, 4)));", BindFlatten);
  declare({"array_append"},
          "array_append(array, element) - Returns the array with the element at "
          "its end.",
          "SELECT array_append(array('b', 'd'), 'c');", BindExtend);
  declare({"array_prepend"},
          "array_prepend(array, element) - Returns the array with the element "
          "in front.",
          "SELECT array_prepend(array('b', 'd'), 'c');", BindExtend);
  declare({"array_repeat"},
          "array_repeat(element, count) - Returns an array of `count` times the "
          "element.",
          "SELECT array_repeat('123', 2);", BindRepeat);
  declare({"array_join"},
          "array_join(array, delimiter[, nullReplacement]) - Returns the elements "
          "joined by `delimiter`.",
          "SELECT array_join(array('hello', 'world'), ' ');", BindJoin);
}

}  // namespace thalweg::functions
