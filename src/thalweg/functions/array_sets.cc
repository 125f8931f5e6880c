// Arrays as sets: array_distinct, array_union, array_intersect, array_except, arrays_overlap.

#include <set>

#include <arrow/api.h>

#include "thalweg/data/retype.h"
#include "thalweg/expr/value_order.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/types/coercion.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;

/// Elements of one array, by value; NULL is a value like others.
class ElementSet {
 public:
  explicit ElementSet(const arrow::Array& values) : set_(Less{&values}) {}
  /// False if an equal element is in it already.
  bool Insert(int64_t element) { return set_.insert(element).second; }
  bool Contains(int64_t element) const { return set_.count(element) > 0; }
  void Clear() { set_.clear(); }

 private:
  struct Less {
    const arrow::Array* values;
    bool operator()(int64_t left, int64_t right) const {
      const bool left_null = values->IsNull(left);
      const bool right_null = values->IsNull(right);
      if (left_null || right_null) return left_null && !right_null;
      return expr::CompareValues(*values, left, *values, right) < 0;
    }
  };
  std::set<int64_t, Less> set_;
};

enum class SetFunction { kUnion, kIntersect, kExcept };

/// The two arrays of a row over the elements of both arguments, put into one array.
struct TwoLists {
  TwoLists(const Datums& values) : left(values[0]), right(values[1]) {}
  Status Join() {
    start = left.values()->length();
    ARROW_ASSIGN_OR_RAISE(elements, ConcatenateArrays({left.values(), right.values()}));
    return Status::OK();
  }
  int64_t LeftElement(int64_t row, int64_t i) const { return left.Offset(row) + i; }
  int64_t RightElement(int64_t row, int64_t i) const { return start + right.Offset(row) + i; }

  expr::ListView left;
  expr::ListView right;
  int64_t start = 0;
  ArrayPtr elements;
};

void CombineRow(const TwoLists& lists, int64_t row, SetFunction function, ElementSet* other,
                ElementSet* seen, ArrayAssembler* out) {
  other->Clear();
  seen->Clear();
  if (function != SetFunction::kUnion) {
    for (int64_t i = 0; i < lists.right.Length(row); ++i) other->Insert(lists.RightElement(row, i));
  }
  for (int64_t i = 0; i < lists.left.Length(row); ++i) {
    const int64_t element = lists.LeftElement(row, i);
    const bool wanted = function == SetFunction::kUnion ||
                        other->Contains(element) == (function == SetFunction::kIntersect);
    if (wanted && seen->Insert(element)) out->Add(element);
  }
  if (function != SetFunction::kUnion) return;
  for (int64_t i = 0; i < lists.right.Length(row); ++i) {
    const int64_t element = lists.RightElement(row, i);
    if (seen->Insert(element)) out->Add(element);
  }
}

expr::ScalarKernel CombineKernel(TypePtr type, SetFunction function) {
  return [type, function](const expr::EvalContext&, const Datums& values,
                          int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(values);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(values, rows));
    if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
    TwoLists lists(values);
    ARROW_RETURN_NOT_OK(lists.Join());
    ElementSet other(*lists.elements);
    ElementSet seen(*lists.elements);
    ArrayAssembler assembler;
    for (int64_t row = 0; row < rows; ++row) {
      if (nulls.IsNull(row)) {
        assembler.FinishNullRow();
        continue;
      }
      CombineRow(lists, row, function, &other, &seen, &assembler);
      assembler.FinishRow();
    }
    return assembler.Finish(type, lists.elements, as_scalar);
  };
}

/// True if a non-NULL element is in both; NULL if not but a NULL is in one and both have elements.
Result<arrow::Datum> OverlapKernel(const expr::EvalContext&, const Datums& values,
                                   int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(values, rows));
  if (nulls.all_null) return expr::NullResult(arrow::boolean(), rows, as_scalar);
  TwoLists lists(values);
  ARROW_RETURN_NOT_OK(lists.Join());
  ElementSet left(*lists.elements);
  arrow::BooleanBuilder builder;
  for (int64_t row = 0; row < rows; ++row) {
    if (nulls.IsNull(row)) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    left.Clear();
    bool saw_null = false;
    bool overlap = false;
    for (int64_t i = 0; i < lists.left.Length(row); ++i) {
      const int64_t element = lists.LeftElement(row, i);
      saw_null |= lists.elements->IsNull(element);
      left.Insert(element);
    }
    for (int64_t i = 0; i < lists.right.Length(row); ++i) {
      const int64_t element = lists.RightElement(row, i);
      const bool is_null = lists.elements->IsNull(element);
      saw_null |= is_null;
      overlap |= !is_null && left.Contains(element);
    }
    const bool both = lists.left.Length(row) > 0 && lists.right.Length(row) > 0;
    ARROW_RETURN_NOT_OK(!overlap && saw_null && both ? builder.AppendNull()
                                                     : builder.Append(overlap));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return expr::FinishDatum(array, as_scalar);
}

Result<TypePtr> CommonArray(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  for (size_t i = 0; i < 2; ++i) {
    const arrow::DataType& type = *arguments[i].type;
    if (!IsArray(type)) return UnexpectedInputType(i, "\"ARRAY\"", type);
  }
  const TypePtr common = WiderType({arguments[0].type, arguments[1].type}, EvalModeOf(arguments));
  if (common != nullptr) {
    const TypePtr element = ElementType(*common);
    ARROW_RETURN_NOT_OK(RequireOrder(name, *element, *element));
    return common;
  }
  return MakeError("DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES",
                   {{"functionName", "`" + name + "`"},
                    {"arrayType", "\"ARRAY\""},
                    {"leftType", QuotedType(*arguments[0].type)},
                    {"rightType", QuotedType(*arguments[1].type)}});
}

Result<expr::BoundFunction> BindCombination(const std::string& name, const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto type, CommonArray(name, arguments));
  const auto function = name == "array_union"       ? SetFunction::kUnion
                        : name == "array_intersect" ? SetFunction::kIntersect
                                                    : SetFunction::kExcept;
  return MakeBound(name, arguments, {type, type}, type, CombineKernel(type, function));
}

Result<expr::BoundFunction> BindOverlap(const std::string& name, const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto type, CommonArray(name, arguments));
  auto bound = MakeBound(name, arguments, {type, type}, arrow::boolean(), OverlapKernel);
  bound.nullable = true;
  return bound;
}

Result<expr::BoundFunction> BindDistinct(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  TypePtr type = arguments[0].type;
  if (IsVoid(*type)) type = ArrayOf(arrow::null());
  if (!IsArray(*type)) return UnexpectedInputType(0, "\"ARRAY\"", *type);
  ARROW_RETURN_NOT_OK(RequireOrder(name, *ElementType(*type), *ElementType(*type)));
  return MakeBound(name, arguments, {type}, type,
                   [type](const expr::EvalContext&, const Datums& values,
                          int64_t num_rows) -> Result<arrow::Datum> {
                     const bool as_scalar = expr::AllScalars(values);
                     const int64_t rows = as_scalar ? 1 : num_rows;
                     if (expr::NullView(values[0]).AllNull()) {
                       return expr::NullResult(type, rows, as_scalar);
                     }
                     const expr::ListView lists(values[0]);
                     ElementSet seen(*lists.values());
                     ArrayAssembler assembler;
                     for (int64_t row = 0; row < rows; ++row) {
                       if (lists.IsNull(row)) {
                         assembler.FinishNullRow();
                         continue;
                       }
                       seen.Clear();
                       for (int64_t i = 0; i < lists.Length(row); ++i) {
                         const int64_t element = lists.Offset(row) + i;
                         if (seen.Insert(element)) assembler.Add(element);
                       }
                       assembler.FinishRow();
                     }
                     return assembler.Finish(type, lists.values(), as_scalar);
                   });
}

}  // namespace

void RegisterArraySets(FunctionRegistry* registry) {
  DeclareBinder(registry, {"array_distinct"}, "array_funcs",
                "array_distinct(array) - Returns the array without repetitions.",
                "SELECT array_distinct(array(1, 2, 3, null, 3));", BindDistinct);
  DeclareBinder(registry, {"array_union"}, "array_funcs",
                "array_union(array1, array2) - Returns the elements of either, each once.",
                "SELECT array_union(array(1, 2, 3), array(1, 3, 5));", BindCombination);
  DeclareBinder(registry, {"array_intersect"}, "array_funcs",
                "array_intersect(array1, array2) - Returns the elements of both, each once.",
                "SELECT array_intersect(array(1, 2, 3), array(1, 3, 5));", BindCombination);
  DeclareBinder(registry, {"array_except"}, "array_funcs",
                "array_except(array1, array2) - Returns the elements of `array1` that are not in "
                "`array2`, each once.",
                "SELECT array_except(array(1, 2, 3), array(1, 3, 5));", BindCombination);
  DeclareBinder(registry, {"arrays_overlap"}, "array_funcs",
                "arrays_overlap(a1, a2) - Returns whether a non-NULL element is in both.",
                "SELECT arrays_overlap(array(1, 2, 3), array(3, 4, 5));", BindOverlap);
}

}  // namespace thalweg::functions
