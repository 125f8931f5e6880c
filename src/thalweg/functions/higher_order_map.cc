// map_filter, transform_keys, transform_values, map_zip_with.

#include <arrow/api.h>

#include "thalweg/data/retype.h"
#include "thalweg/expr/value_order.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/lambda_evaluation.h"
#include "thalweg/functions/map_assembler.h"
#include "thalweg/types/cast_nullability.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/nullability.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;
using Lambdas = std::vector<Lambda>;

const arrow::MapType& MapTypeOf(const TypePtr& type) {
  return static_cast<const arrow::MapType&>(*type);
}

LambdaSignature EntrySignature(const Arguments& arguments, size_t) {
  const arrow::MapType& map = MapTypeOf(arguments[0].type);
  return {2, {{map.key_type(), false}, {map.item_type(), map.item_field()->nullable()}}};
}

/// Keys and values of the entries of some maps.
struct FlatEntries {
  FlatElements elements;
  ArrayPtr keys;
  ArrayPtr values;
};

Result<FlatEntries> FlattenEntries(const expr::ListView& maps, int64_t rows) {
  FlatEntries flat;
  flat.elements = Flatten(maps, rows);
  const auto& entries = static_cast<const arrow::StructArray&>(*maps.values());
  ARROW_ASSIGN_OR_RAISE(flat.keys, TakeRows(entries.field(0), flat.elements.indices));
  ARROW_ASSIGN_OR_RAISE(flat.values, TakeRows(entries.field(1), flat.elements.indices));
  return flat;
}

/// Runs `make(rows, entries, results of the body)` unless all rows are NULL.
template <typename Make>
expr::ScalarKernel OverEntries(const Lambda& lambda, const TypePtr& type, Make make) {
  return OverLists(
      type,
      [lambda, make](const expr::EvalContext& context, const Datums& values,
                     const ListRows& rows) -> Result<arrow::Datum> {
        ARROW_ASSIGN_OR_RAISE(const FlatEntries entries, FlattenEntries(rows.lists, rows.rows));
        ARROW_ASSIGN_OR_RAISE(const auto results,
                              EvaluateLambda(lambda, context, {entries.keys, entries.values},
                                             values, entries.elements.parents));
        return make(rows, entries, results);
      });
}

/// A map column with the entries of `entries`, whose keys are known to be fit for keys.
Result<arrow::Datum> MakeMaps(const TypePtr& type, const FlatEntries& entries,
                              const ListRows& rows) {
  const arrow::MapType& map = MapTypeOf(type);
  ARROW_ASSIGN_OR_RAISE(auto keys, Retype(entries.keys, map.key_type()));
  ARROW_ASSIGN_OR_RAISE(auto items, Retype(entries.values, map.item_type()));
  ARROW_ASSIGN_OR_RAISE(auto validity, RowValidity(rows.lists, rows.rows));
  std::vector<int32_t> offsets = entries.elements.offsets;
  const ArrayPtr array = std::make_shared<arrow::MapArray>(
      type, rows.rows, arrow::Buffer::FromVector(std::move(offsets)), keys, items, validity);
  return expr::FinishDatum(array, rows.as_scalar);
}

Result<expr::BoundFunction> BindMapFilter(const Arguments& arguments, const Lambdas& lambdas) {
  ARROW_RETURN_NOT_OK(RequireBoolean(lambdas[0], 1));
  const TypePtr type = arguments[0].type;
  const auto make = [type](const ListRows& rows, const FlatEntries& entries,
                           const ArrayPtr& results) -> Result<arrow::Datum> {
    const arrow::Datum flags(results);
    const expr::BooleanView keep(flags);
    FlatEntries kept;
    kept.elements.offsets = {0};
    std::vector<int32_t> chosen;
    for (int64_t row = 0; row < rows.rows; ++row) {
      for (int32_t i = entries.elements.offsets[row]; i < entries.elements.offsets[row + 1]; ++i) {
        if (keep.IsValid(i) && keep.Value(i)) chosen.push_back(i);
      }
      kept.elements.offsets.push_back(static_cast<int32_t>(chosen.size()));
    }
    ARROW_ASSIGN_OR_RAISE(kept.keys, TakeRows(entries.keys, chosen));
    ARROW_ASSIGN_OR_RAISE(kept.values, TakeRows(entries.values, chosen));
    return MakeMaps(type, kept, rows);
  };
  return MakeHigherOrder("map_filter", arguments, lambdas, type,
                         OverEntries(lambdas[0], type, make));
}

Result<expr::BoundFunction> BindTransformValues(const Arguments& arguments,
                                                const Lambdas& lambdas) {
  const expr::ExpressionPtr& body = lambdas[0].body;
  const TypePtr type =
      MapOf(MapTypeOf(arguments[0].type).key_type(), body->type(), body->nullable());
  const auto make = [type](const ListRows& rows, const FlatEntries& entries,
                           const ArrayPtr& results) {
    FlatEntries changed = entries;
    changed.values = results;
    return MakeMaps(type, changed, rows);
  };
  return MakeHigherOrder("transform_values", arguments, lambdas, type,
                         OverEntries(lambdas[0], type, make));
}

template <MapKeyPolicy kPolicy>
Result<expr::BoundFunction> BindTransformKeys(const Arguments& arguments, const Lambdas& lambdas) {
  const arrow::MapType& map = MapTypeOf(arguments[0].type);
  const TypePtr type =
      MapOf(lambdas[0].body->type(), map.item_type(), map.item_field()->nullable());
  const auto make = [type](const ListRows& rows, const FlatEntries& entries,
                           const ArrayPtr& results) -> Result<arrow::Datum> {
    MapAssembler assembler(results, entries.values, kPolicy);
    const std::vector<int32_t>& offsets = entries.elements.offsets;
    for (int64_t row = 0; row < rows.rows; ++row) {
      for (int32_t i = offsets[row]; i < offsets[row + 1]; ++i) {
        ARROW_RETURN_NOT_OK(assembler.Add(i, i));
      }
      ARROW_RETURN_NOT_OK(assembler.FinishRow(rows.lists.IsValid(row)));
    }
    return assembler.Finish(type, rows.as_scalar);
  };
  auto bound = MakeHigherOrder("transform_keys", arguments, lambdas, type,
                               OverEntries(lambdas[0], type, make));
  bound.can_fail = true;
  return bound;
}

// ---- map_zip_with ----

Result<std::vector<TypePtr>> AcceptTwoMaps(const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(std::vector<TypePtr> types, AcceptMaps(arguments));
  const arrow::MapType& left = MapTypeOf(types[0]);
  const arrow::MapType& right = MapTypeOf(types[1]);
  const TypePtr key = WiderTypeForTwo(left.key_type(), right.key_type(), EvalModeOf(arguments));
  // A text as a key becomes no other type: it might be NULL then.
  const bool narrows = key != nullptr && (CastMayGiveNull(*left.key_type(), *key) ||
                                          CastMayGiveNull(*right.key_type(), *key));
  if (key == nullptr || narrows) {
    return MakeError("DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES",
                     {{"functionName", "`map_zip_with`"},
                      {"leftType", QuotedType(*left.key_type())},
                      {"rightType", QuotedType(*right.key_type())}});
  }
  return std::vector<TypePtr>{MapOf(key, left.item_type(), left.item_field()->nullable()),
                              MapOf(key, right.item_type(), right.item_field()->nullable())};
}

LambdaSignature ZipSignature(const Arguments& arguments, size_t) {
  const arrow::MapType& left = MapTypeOf(arguments[0].type);
  const arrow::MapType& right = MapTypeOf(arguments[1].type);
  return {3, {{left.key_type(), false}, {left.item_type(), true}, {right.item_type(), true}}};
}

/// The keys of two maps, each once, and where the values to each lie.
struct MergedEntries {
  FlatElements elements;
  std::vector<int32_t> keys;  // into the keys of the left, then those of the right
  arrow::Int32Builder left;
  arrow::Int32Builder right;
};

Status MergeRow(const expr::ListView& left, const expr::ListView& right, const arrow::Array& keys,
                int64_t right_base, int64_t row, MergedEntries* merged) {
  const auto add = [&](int64_t key, int64_t left_value, int64_t right_value) {
    merged->elements.parents.push_back(static_cast<int32_t>(row));
    merged->keys.push_back(static_cast<int32_t>(key));
    ARROW_RETURN_NOT_OK(left_value < 0 ? merged->left.AppendNull()
                                       : merged->left.Append(static_cast<int32_t>(left_value)));
    return right_value < 0 ? merged->right.AppendNull()
                           : merged->right.Append(static_cast<int32_t>(right_value));
  };
  std::vector<bool> used(static_cast<size_t>(right.Length(row)), false);
  for (int64_t i = 0; i < left.Length(row); ++i) {
    const int64_t key = left.Offset(row) + i;
    int64_t partner = -1;
    for (int64_t j = 0; j < right.Length(row) && partner < 0; ++j) {
      const int64_t other = right.Offset(row) + j;
      if (used[j] || expr::CompareValues(keys, key, keys, right_base + other) != 0) continue;
      used[j] = true;
      partner = other;
    }
    ARROW_RETURN_NOT_OK(add(key, key, partner));
  }
  for (int64_t j = 0; j < right.Length(row); ++j) {
    const int64_t other = right.Offset(row) + j;
    if (!used[j]) ARROW_RETURN_NOT_OK(add(right_base + other, -1, other));
  }
  return Status::OK();
}

Result<arrow::Datum> MapZipWith(const Lambda& lambda, const TypePtr& type,
                                const expr::EvalContext& context, const Datums& values,
                                int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls({values[0], values[1]}, rows));
  if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
  const expr::ListView left(values[0]);
  const expr::ListView right(values[1]);
  const auto& left_entries = static_cast<const arrow::StructArray&>(*left.values());
  const auto& right_entries = static_cast<const arrow::StructArray&>(*right.values());
  ARROW_ASSIGN_OR_RAISE(const auto all_keys,
                        ConcatenateArrays({left_entries.field(0), right_entries.field(0)}));
  MergedEntries merged;
  merged.elements.offsets = {0};
  for (int64_t row = 0; row < rows; ++row) {
    if (!nulls.IsNull(row)) {
      ARROW_RETURN_NOT_OK(MergeRow(left, right, *all_keys, left_entries.length(), row, &merged));
    }
    merged.elements.offsets.push_back(static_cast<int32_t>(merged.keys.size()));
  }
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr left_indices, merged.left.Finish());
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr right_indices, merged.right.Finish());
  ARROW_ASSIGN_OR_RAISE(auto keys, TakeRows(all_keys, merged.keys));
  ARROW_ASSIGN_OR_RAISE(keys, Retype(keys, MapTypeOf(type).key_type()));
  ARROW_ASSIGN_OR_RAISE(auto first, TakeWithNulls(left_entries.field(1), left_indices));
  ARROW_ASSIGN_OR_RAISE(auto second, TakeWithNulls(right_entries.field(1), right_indices));
  ARROW_ASSIGN_OR_RAISE(auto results, EvaluateLambda(lambda, context, {keys, first, second}, values,
                                                     merged.elements.parents));
  ARROW_ASSIGN_OR_RAISE(auto items, Retype(results, MapTypeOf(type).item_type()));
  const ArrayPtr array = std::make_shared<arrow::MapArray>(
      type, rows, arrow::Buffer::FromVector(std::move(merged.elements.offsets)), keys, items,
      nulls.bitmap);
  return expr::FinishDatum(array, as_scalar);
}

Result<expr::BoundFunction> BindMapZipWith(const Arguments& arguments, const Lambdas& lambdas) {
  const expr::ExpressionPtr& body = lambdas[0].body;
  TypePtr key = MergeNullability(MapTypeOf(arguments[0].type).key_type(),
                                 MapTypeOf(arguments[1].type).key_type());
  if (key == nullptr) key = MapTypeOf(arguments[0].type).key_type();
  const TypePtr type = MapOf(std::move(key), body->type(), body->nullable());
  const Lambda lambda = lambdas[0];
  return MakeHigherOrder(
      "map_zip_with", arguments, lambdas, type,
      [lambda, type](const expr::EvalContext& context, const Datums& values, int64_t num_rows) {
        return MapZipWith(lambda, type, context, values, num_rows);
      });
}

}  // namespace

std::vector<HigherOrderFunction> MapLambdaFunctions() {
  return {
      {"map_filter", 1, 1, 1, AcceptMaps, EntrySignature, BindMapFilter},
      {"transform_keys", 1, 1, 1, AcceptMaps, EntrySignature,
       BindTransformKeys<MapKeyPolicy::kException>},
      {LastWinForm("transform_keys"), 1, 1, 1, AcceptMaps, EntrySignature,
       BindTransformKeys<MapKeyPolicy::kLastWin>},
      {"transform_values", 1, 1, 1, AcceptMaps, EntrySignature, BindTransformValues},
      {"map_zip_with", 2, 1, 1, AcceptTwoMaps, ZipSignature, BindMapZipWith},
  };
}

}  // namespace thalweg::functions
