// Maps: map, map_from_arrays, map_from_entries, map_keys, map_values, map_entries, map_concat.

#include <arrow/api.h>

#include "thalweg/data/batch.h"
#include "thalweg/data/retype.h"
#include "thalweg/expr/value_order.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/map_assembler.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;

/// True if the type is a map or holds one.
bool HoldsMap(const arrow::DataType& type) {
  if (IsMap(type)) return true;
  for (const auto& field : type.fields()) {
    if (HoldsMap(*field->type())) return true;
  }
  return false;
}

Status CheckKeyType(const arrow::DataType& key) {
  if (!HoldsMap(key) && !HasVariant(key)) return Status::OK();
  return MakeError("DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE", {{"keyType", QuotedType(key)}});
}

// ---- map(k1, v1, ...) ----

/// Every second argument from `first` on, as one array.
Result<ArrayPtr> Interleave(const Datums& values, size_t first, int64_t rows) {
  arrow::ArrayVector arrays;
  for (size_t i = first; i < values.size(); i += 2) {
    ARROW_ASSIGN_OR_RAISE(auto array, expr::ToArray(values[i], rows));
    arrays.push_back(std::move(array));
  }
  return ConcatenateArrays(arrays);
}

Result<arrow::Datum> MapKernel(const TypePtr& type, MapKeyPolicy policy, const Datums& values,
                               int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ArrayPtr keys;
  ArrayPtr items;
  const auto& map = static_cast<const arrow::MapType&>(*type);
  if (values.empty()) {
    ARROW_ASSIGN_OR_RAISE(keys, arrow::MakeEmptyArray(map.key_type()));
    ARROW_ASSIGN_OR_RAISE(items, arrow::MakeEmptyArray(map.item_type()));
  } else {
    ARROW_ASSIGN_OR_RAISE(keys, Interleave(values, 0, rows));
    ARROW_ASSIGN_OR_RAISE(items, Interleave(values, 1, rows));
  }
  MapAssembler assembler(keys, items, policy);
  for (int64_t row = 0; row < rows; ++row) {
    for (size_t pair = 0; pair < values.size() / 2; ++pair) {
      const int64_t index = static_cast<int64_t>(pair) * rows + row;
      ARROW_RETURN_NOT_OK(assembler.Add(index, index));
    }
    ARROW_RETURN_NOT_OK(assembler.FinishRow());
  }
  return assembler.Finish(type, as_scalar);
}

Result<TypePtr> CommonOf(const std::string& name, const Arguments& arguments, size_t first,
                         const char* condition) {
  std::vector<TypePtr> types;
  std::string text;
  for (size_t i = first; i < arguments.size(); i += 2) {
    types.push_back(arguments[i].type);
    text += (text.empty() ? "" : ", ") + QuotedType(*arguments[i].type);
  }
  const TypePtr common = types.empty() ? arrow::null() : WiderType(types, EvalModeOf(arguments));
  if (common != nullptr) return common;
  return MakeError(condition, {{"functionName", "`" + name + "`"}, {"dataType", "[" + text + "]"}});
}

Result<expr::BoundFunction> BindMap(const std::string& name, const Arguments& arguments,
                                    MapKeyPolicy policy) {
  if (arguments.size() % 2 != 0) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`map`"},
                      {"expectedNum", "2n (n > 0)"},
                      {"actualNum", std::to_string(arguments.size())}});
  }
  ARROW_ASSIGN_OR_RAISE(
      auto key, CommonOf(name, arguments, 0, "DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES"));
  ARROW_ASSIGN_OR_RAISE(
      auto value, CommonOf(name, arguments, 1, "DATATYPE_MISMATCH.CREATE_MAP_VALUE_DIFF_TYPES"));
  ARROW_RETURN_NOT_OK(CheckKeyType(*key));
  bool null_values = false;
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    types.push_back(i % 2 == 0 ? key : value);
    null_values |= i % 2 == 1 && arguments[i].nullable;
  }
  const TypePtr type = MapOf(key, value, null_values);
  auto bound =
      MakeBound(name, arguments, std::move(types), type,
                [type, policy](const expr::EvalContext&, const Datums& values, int64_t num_rows) {
                  return MapKernel(type, policy, values, num_rows);
                });
  bound.nullable = false;
  bound.can_fail = true;
  return bound;
}

// ---- From arrays ----

Result<expr::BoundFunction> BindFromArrays(const std::string& name, const Arguments& arguments,
                                           MapKeyPolicy policy) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  for (size_t i = 0; i < 2; ++i) {
    if (!IsArray(*arguments[i].type)) {
      return UnexpectedInputType(i, "\"ARRAY\"", *arguments[i].type);
    }
  }
  const TypePtr key = ElementType(*arguments[0].type);
  ARROW_RETURN_NOT_OK(CheckKeyType(*key));
  const TypePtr type = MapOf(key, ElementType(*arguments[1].type));
  auto bound = MakeBound(
      name, arguments, {arguments[0].type, arguments[1].type}, type,
      [type, policy](const expr::EvalContext&, const Datums& values,
                     int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = expr::AllScalars(values);
        const int64_t rows = as_scalar ? 1 : num_rows;
        ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(values, rows));
        if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
        const expr::ListView keys(values[0]);
        const expr::ListView items(values[1]);
        MapAssembler assembler(keys.values(), items.values(), policy);
        for (int64_t row = 0; row < rows; ++row) {
          if (nulls.IsNull(row)) {
            ARROW_RETURN_NOT_OK(assembler.FinishRow(false));
            continue;
          }
          if (keys.Length(row) != items.Length(row)) {
            return MakeError("USER_RAISED_EXCEPTION",
                             {{"errorMessage",
                               "The key array and value array of MapData must "
                               "have the same length."}});
          }
          for (int64_t i = 0; i < keys.Length(row); ++i) {
            ARROW_RETURN_NOT_OK(assembler.Add(keys.Offset(row) + i, items.Offset(row) + i));
          }
          ARROW_RETURN_NOT_OK(assembler.FinishRow());
        }
        return assembler.Finish(type, as_scalar);
      });
  bound.can_fail = true;
  return bound;
}

/// map_from_entries: a NULL entry makes the map NULL.
Result<expr::BoundFunction> BindFromEntries(const std::string& name, const Arguments& arguments,
                                            MapKeyPolicy policy) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& given = arguments[0].type;
  const bool pairs = IsArray(*given) && ElementType(*given)->id() == arrow::Type::STRUCT &&
                     ElementType(*given)->num_fields() == 2;
  if (!pairs) return UnexpectedInputType(0, "\"ARRAY\" of pair \"STRUCT\"", *given);
  const TypePtr key = ElementType(*given)->field(0)->type();
  ARROW_RETURN_NOT_OK(CheckKeyType(*key));
  const TypePtr type = MapOf(key, ElementType(*given)->field(1)->type());
  auto bound =
      MakeBound(name, arguments, {given}, type,
                [type, policy](const expr::EvalContext&, const Datums& values,
                               int64_t num_rows) -> Result<arrow::Datum> {
                  const bool as_scalar = expr::AllScalars(values);
                  const int64_t rows = as_scalar ? 1 : num_rows;
                  if (expr::NullView(values[0]).AllNull())
                    return expr::NullResult(type, rows, as_scalar);
                  const expr::ListView lists(values[0]);
                  const auto& entries = static_cast<const arrow::StructArray&>(*lists.values());
                  MapAssembler assembler(entries.field(0), entries.field(1), policy);
                  for (int64_t row = 0; row < rows; ++row) {
                    const int64_t begin = lists.Offset(row);
                    const int64_t end = lists.IsNull(row) ? begin : begin + lists.Length(row);
                    bool valid = !lists.IsNull(row);
                    for (int64_t i = begin; i < end; ++i) valid &= entries.IsValid(i);
                    for (int64_t i = begin; i < end && valid; ++i) {
                      ARROW_RETURN_NOT_OK(assembler.Add(i, i));
                    }
                    ARROW_RETURN_NOT_OK(assembler.FinishRow(valid));
                  }
                  return assembler.Finish(type, as_scalar);
                });
  bound.nullable = true;
  bound.can_fail = true;
  return bound;
}

Result<expr::BoundFunction> BindConcat(const std::string& name, const Arguments& arguments,
                                       MapKeyPolicy policy) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!IsMap(*arguments[i].type)) {
      return UnexpectedInputType(i, "\"MAP\"", *arguments[i].type);
    }
  }
  TypePtr type = MapOf(arrow::utf8(), arrow::utf8(), false);
  if (!arguments.empty()) {
    ARROW_ASSIGN_OR_RAISE(type, CommonType(name, arguments));
  }
  auto bound =
      MakeBound(name, arguments, std::vector<TypePtr>(arguments.size(), type), type,
                [type, policy](const expr::EvalContext&, const Datums& values,
                               int64_t num_rows) -> Result<arrow::Datum> {
                  if (values.empty()) return MapKernel(type, policy, values, num_rows);
                  const bool as_scalar = expr::AllScalars(values);
                  const int64_t rows = as_scalar ? 1 : num_rows;
                  ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(values, rows));
                  if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
                  const std::vector<expr::ListView> maps(values.begin(), values.end());
                  arrow::ArrayVector parts;
                  for (const auto& map : maps) parts.push_back(map.values());
                  ARROW_ASSIGN_OR_RAISE(const auto joined, ConcatenateArrays(parts));
                  const auto& entries = static_cast<const arrow::StructArray&>(*joined);
                  MapAssembler assembler(entries.field(0), entries.field(1), policy);
                  for (int64_t row = 0; row < rows; ++row) {
                    int64_t start = 0;
                    for (size_t k = 0; k < maps.size() && !nulls.IsNull(row); ++k) {
                      for (int64_t i = 0; i < maps[k].Length(row); ++i) {
                        const int64_t entry = start + maps[k].Offset(row) + i;
                        ARROW_RETURN_NOT_OK(assembler.Add(entry, entry));
                      }
                      start += parts[k]->length();
                    }
                    ARROW_RETURN_NOT_OK(assembler.FinishRow(!nulls.IsNull(row)));
                  }
                  return assembler.Finish(type, as_scalar);
                });
  bound.can_fail = true;
  return bound;
}

// ---- Parts of maps ----

/// map_keys, map_values and map_entries share the offsets of the map.
Result<expr::BoundFunction> BindPart(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  TypePtr given = arguments[0].type;
  if (IsVoid(*given)) given = MapOf(arrow::null(), arrow::null());
  if (!IsMap(*given)) return UnexpectedInputType(0, "\"MAP\"", *given);
  const auto& map = static_cast<const arrow::MapType&>(*given);
  TypePtr type;
  int part = 0;
  if (name == "map_keys") {
    type = ArrayOf(map.key_type(), false);
  } else if (name == "map_values") {
    type = ArrayOf(map.item_type(), map.item_field()->nullable());
    part = 1;
  } else {
    type = ArrayOf(arrow::struct_({arrow::field("key", map.key_type(), false), map.item_field()}),
                   false);
    part = 2;
  }
  return MakeBound(name, arguments, {given}, type,
                   [type, part](const expr::EvalContext&, const Datums& values,
                                int64_t num_rows) -> Result<arrow::Datum> {
                     const bool as_scalar = expr::AllScalars(values);
                     const int64_t rows = as_scalar ? 1 : num_rows;
                     if (expr::NullView(values[0]).AllNull())
                       return expr::NullResult(type, rows, as_scalar);
                     const expr::ListView maps(values[0]);
                     const auto& entries = static_cast<const arrow::StructArray&>(*maps.values());
                     ArrayPtr elements = part == 2 ? nullptr : entries.field(part);
                     if (part == 2) {
                       elements = std::make_shared<arrow::StructArray>(
                           ElementType(*type), entries.length(),
                           arrow::ArrayVector{entries.field(0), entries.field(1)});
                     }
                     ArrayAssembler assembler;
                     for (int64_t row = 0; row < rows; ++row) {
                       if (maps.IsNull(row)) {
                         assembler.FinishNullRow();
                         continue;
                       }
                       for (int64_t i = 0; i < maps.Length(row); ++i)
                         assembler.Add(maps.Offset(row) + i);
                       assembler.FinishRow();
                     }
                     return assembler.Finish(type, elements, as_scalar);
                   });
}

Result<expr::BoundFunction> BindContainsKey(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  if (!IsMap(*arguments[0].type)) return UnexpectedInputType(0, "\"MAP\"", *arguments[0].type);
  const TypePtr key = static_cast<const arrow::MapType&>(*arguments[0].type).key_type();
  if (ImplicitCastType(arguments[1].type, key, EvalModeOf(arguments)) == nullptr) {
    return MakeError("DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES",
                     {{"functionName", "`map_contains_key`"},
                      {"dataType", "\"MAP\""},
                      {"leftType", QuotedType(*arguments[0].type)},
                      {"rightType", QuotedType(*arguments[1].type)}});
  }
  return MakeBound(
      name, arguments, {arguments[0].type, key}, arrow::boolean(),
      [](const expr::EvalContext&, const Datums& values, int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = expr::AllScalars(values);
        const int64_t rows = as_scalar ? 1 : num_rows;
        ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(values, rows));
        if (nulls.all_null) return expr::NullResult(arrow::boolean(), rows, as_scalar);
        const expr::ListView maps(values[0]);
        const ArrayPtr keys = static_cast<const arrow::StructArray&>(*maps.values()).field(0);
        ARROW_ASSIGN_OR_RAISE(const auto wanted, expr::ToArray(values[1], rows));
        arrow::BooleanBuilder builder;
        for (int64_t row = 0; row < rows; ++row) {
          bool found = false;
          const int64_t end = nulls.IsNull(row) ? 0 : maps.Offset(row) + maps.Length(row);
          for (int64_t i = maps.Offset(row); i < end && !found; ++i) {
            found = expr::CompareValues(*keys, i, *wanted, row) == 0;
          }
          ARROW_RETURN_NOT_OK(nulls.IsNull(row) ? builder.AppendNull() : builder.Append(found));
        }
        ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
        return expr::FinishDatum(array, as_scalar);
      });
}

}  // namespace

void RegisterMapFunctions(FunctionRegistry* registry) {
  const auto declare = [registry](const char* name, const char* usage, const char* example,
                                  auto bind) {
    DeclareBinder(registry, {name}, "map_funcs", usage, example, bind);
  };
  const auto declare_maker = [registry](const std::string& name, const char* usage,
                                        const char* example, auto bind) {
    const auto under = [&](MapKeyPolicy policy) {
      const bool last_win = policy == MapKeyPolicy::kLastWin;
      DeclareBinder(registry, {last_win ? LastWinForm(name) : name}, "map_funcs", usage, example,
                    [name, bind, policy](const std::string&, const Arguments& arguments) {
                      return bind(name, arguments, policy);
                    });
    };
    under(MapKeyPolicy::kException);
    under(MapKeyPolicy::kLastWin);
  };
  declare_maker("map", "map(key0, value0, key1, value1, ...) - Returns a map of these pairs.",
                "SELECT map(1.0, '2', 3.0, '4');", BindMap);
  declare_maker("map_from_arrays", "map_from_arrays(keys, values) - Returns a map of two arrays.",
                "SELECT map_from_arrays(array(1.0, 3.0), array('2', '4'));", BindFromArrays);
  declare_maker("map_from_entries",
                "map_from_entries(entries) - Returns a map of an array of pairs.",
                "SELECT map_from_entries(array(struct(1, 'a'), struct(2, 'b')));", BindFromEntries);
  declare_maker("map_concat", "map_concat(map, ...) - Returns the union of the maps.",
                "SELECT map_concat(map(1, 'a', 2, 'b'), map(3, 'c'));", BindConcat);
  declare("map_keys", "map_keys(map) - Returns the keys as an array.",
          "SELECT map_keys(map(1, 'a', 2, 'b'));", BindPart);
  declare("map_values", "map_values(map) - Returns the values as an array.",
          "SELECT map_values(map(1, 'a', 2, 'b'));", BindPart);
  declare("map_entries", "map_entries(map) - Returns the pairs as an array of structs.",
          "SELECT map_entries(map(1, 'a', 2, 'b'));", BindPart);
  declare("map_contains_key", "map_contains_key(map, key) - Returns whether the key is there.",
          "SELECT map_contains_key(map(1, 'a', 2, 'b'), 1);", BindContainsKey);
}

}  // namespace thalweg::functions
