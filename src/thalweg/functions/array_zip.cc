// arrays_zip.

#include <arrow/api.h>

#include "thalweg/data/retype.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;

/// The elements of `lists` at 0, 1, ... of each row, NULL where the row has no more.
Result<ArrayPtr> Spread(const expr::ListView& lists, const std::vector<int64_t>& lengths,
                        int64_t total) {
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(total));
  for (size_t row = 0; row < lengths.size(); ++row) {
    const auto at = static_cast<int64_t>(row);
    for (int64_t i = 0; i < lengths[row]; ++i) {
      if (i < lists.Length(at)) {
        builder.UnsafeAppend(static_cast<int32_t>(lists.Offset(at) + i));
      } else {
        builder.UnsafeAppendNull();
      }
    }
  }
  ARROW_ASSIGN_OR_RAISE(const auto indices, builder.Finish());
  return TakeWithNulls(lists.values(), indices);
}

Result<arrow::Datum> ZipKernel(const TypePtr& type, const Datums& values, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(values, rows));
  if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
  const std::vector<expr::ListView> lists(values.begin(), values.end());
  std::vector<int64_t> lengths(static_cast<size_t>(rows), 0);
  std::vector<int32_t> offsets = {0};
  int64_t total = 0;
  for (int64_t row = 0; row < rows; ++row) {
    int64_t& length = lengths[static_cast<size_t>(row)];
    if (!nulls.IsNull(row)) {
      for (const auto& list : lists) length = std::max(length, list.Length(row));
    }
    total += length;
    offsets.push_back(static_cast<int32_t>(total));
  }
  const TypePtr element = ElementType(*type);
  std::vector<ArrayPtr> columns;
  for (size_t i = 0; i < lists.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column, Spread(lists[i], lengths, total));
    ARROW_ASSIGN_OR_RAISE(column, Retype(column, element->field(static_cast<int>(i))->type()));
    columns.push_back(std::move(column));
  }
  const auto structs = std::make_shared<arrow::StructArray>(element, total, std::move(columns));
  const ArrayPtr array = std::make_shared<arrow::ListArray>(
      type, rows, arrow::Buffer::FromVector(std::move(offsets)), structs, nulls.bitmap);
  return expr::FinishDatum(array, as_scalar);
}

Result<expr::BoundFunction> BindNamed(const std::string& name, const Arguments& arguments,
                                      const std::vector<std::string>& names) {
  std::vector<TypePtr> types;
  arrow::FieldVector fields;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePtr type = IsVoid(*arguments[i].type) ? ArrayOf(arrow::null()) : arguments[i].type;
    if (!IsArray(*type)) return UnexpectedInputType(i, "\"ARRAY\"", *type);
    types.push_back(type);
    fields.push_back(arrow::field(names[i], ElementType(*type)));
  }
  const TypePtr type = ArrayOf(arrow::struct_(fields), false);
  return MakeBound(name, arguments, std::move(types), type,
                   [type](const expr::EvalContext&, const Datums& values, int64_t num_rows) {
                     return ZipKernel(type, values, num_rows);
                   });
}

/// Fields are named by their number; the analyzer names those that have a name itself.
Result<expr::BoundFunction> BindZip(const std::string& name, const Arguments& arguments) {
  std::vector<std::string> names;
  for (size_t i = 0; i < arguments.size(); ++i) names.push_back(std::to_string(i));
  return BindNamed(name, arguments, names);
}

/// "named arrays_zip"(names, array, ...): the names are parted by NUL.
Result<expr::BoundFunction> BindZipWithNames(const std::string& name, const Arguments& arguments) {
  const auto& constant = static_cast<const arrow::BaseBinaryScalar&>(*arguments[0].constant);
  std::vector<std::string> names = {""};
  for (const char c : constant.view()) {
    if (c == '\0') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto bound,
                        BindNamed(name, {arguments.begin() + 1, arguments.end()}, names));
  bound.argument_types.insert(bound.argument_types.begin(), arguments[0].type);
  const expr::ScalarKernel kernel = bound.kernel;
  bound.kernel = [kernel](const expr::EvalContext& context, const Datums& values,
                          int64_t num_rows) {
    return kernel(context, {values.begin() + 1, values.end()}, num_rows);
  };
  return bound;
}

}  // namespace

void RegisterArrayZip(FunctionRegistry* registry) {
  DeclareBinder(registry, {"arrays_zip"}, "array_funcs",
                "arrays_zip(a1, a2, ...) - Returns an array of structs, of which number n has the "
                "elements n of all arrays.",
                "SELECT arrays_zip(array(1, 2, 3), array(2, 3, 4));", BindZip);
  // For the analyzer: no name that SQL text can call.
  DeclareBinder(registry, {"named arrays_zip"}, "array_funcs", "", "", BindZipWithNames);
}

}  // namespace thalweg::functions
