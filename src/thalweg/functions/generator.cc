// explode, posexplode, inline, stack: one row in, any number out. The outer forms (explode_outer)
// are the same with `outer`, which the analyzer derives from the name.

#include <arrow/api.h>

#include "thalweg/data/batch.h"
#include "thalweg/data/retype.h"
#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/functions/json_tuple.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

using expr::BoundGenerator;
using expr::EvalContext;
using expr::GeneratedRows;

/// Where each output row comes from: its parent, its place in the parent's collection and the index
/// of the element, -1 for the null row of `outer`.
struct Expansion {
  std::vector<int32_t> parents;
  std::vector<int32_t> positions;
  std::vector<int32_t> elements;
};

Expansion Expand(const ArrayPtr& collections, int64_t num_rows, bool outer) {
  const arrow::Datum datum(collections);
  const expr::ListView lists(datum);
  Expansion expansion;
  for (int64_t row = 0; row < num_rows; ++row) {
    const int64_t length = lists.IsNull(row) ? 0 : lists.Length(row);
    for (int64_t i = 0; i < length; ++i) {
      expansion.parents.push_back(static_cast<int32_t>(row));
      expansion.positions.push_back(static_cast<int32_t>(i));
      expansion.elements.push_back(static_cast<int32_t>(lists.Offset(row) + i));
    }
    if (length == 0 && outer) {
      expansion.parents.push_back(static_cast<int32_t>(row));
      expansion.positions.push_back(-1);
      expansion.elements.push_back(-1);
    }
  }
  return expansion;
}

/// An index array whose negative entries are null, so that taking with it yields nulls.
Result<ArrayPtr> IndexArray(const std::vector<int32_t>& indices) {
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(indices.size())));
  for (int32_t index : indices) {
    if (index < 0) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(index);
    }
  }
  return builder.Finish();
}

/// Columns of the elements: one for arrays, key and value for maps.
Result<std::vector<ArrayPtr>> ElementColumns(const ArrayPtr& collections, const ArrayPtr& indices) {
  std::vector<ArrayPtr> columns;
  if (collections->type_id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapArray&>(*collections);
    for (const ArrayPtr& values : {map.keys(), map.items()}) {
      ARROW_ASSIGN_OR_RAISE(auto taken, TakeWithNulls(values, indices));
      columns.push_back(std::move(taken));
    }
    return columns;
  }
  const auto& list = static_cast<const arrow::ListArray&>(*collections);
  ARROW_ASSIGN_OR_RAISE(auto taken, TakeWithNulls(list.values(), indices));
  columns.push_back(std::move(taken));
  return columns;
}

Result<GeneratedRows> Explode(const ArrayPtr& collections, int64_t num_rows, bool outer,
                              bool with_position) {
  Expansion expansion = Expand(collections, num_rows, outer);
  ARROW_ASSIGN_OR_RAISE(auto indices, IndexArray(expansion.elements));
  GeneratedRows rows;
  if (with_position) {
    ARROW_ASSIGN_OR_RAISE(auto positions, IndexArray(expansion.positions));
    rows.columns.push_back(std::move(positions));
  }
  ARROW_ASSIGN_OR_RAISE(auto elements, ElementColumns(collections, indices));
  rows.columns.insert(rows.columns.end(), elements.begin(), elements.end());
  rows.parents = std::move(expansion.parents);
  return rows;
}

Result<BoundGenerator> BindExplode(const std::string& name, bool with_position,
                                   const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  std::vector<FieldPtr> fields;
  if (with_position) fields.push_back(arrow::field("pos", arrow::int32(), false));
  if (type->id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(*type);
    fields.push_back(arrow::field("key", map.key_type(), false));
    fields.push_back(arrow::field("value", map.item_type(), map.item_field()->nullable()));
  } else if (type->id() == arrow::Type::LIST) {
    const auto& list = static_cast<const arrow::ListType&>(*type);
    fields.push_back(arrow::field("col", list.value_type(), list.value_field()->nullable()));
  } else {
    return UnexpectedInputType(0, "(\"ARRAY\" or \"MAP\")", *type);
  }
  return BoundGenerator{
      .name = name,
      .argument_types = {type},
      .output = arrow::schema(std::move(fields)),
      .kernel = [with_position](const EvalContext&, const std::vector<ArrayPtr>& values,
                                int64_t num_rows, bool outer) {
        return Explode(values[0], num_rows, outer, with_position);
      }};
}

/// inline(array of structs): the fields as columns.
Result<BoundGenerator> BindInline(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("inline", arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  const auto* list =
      type->id() == arrow::Type::LIST ? static_cast<const arrow::ListType*>(type.get()) : nullptr;
  if (list == nullptr || list->value_type()->id() != arrow::Type::STRUCT) {
    return UnexpectedInputType(0, "\"ARRAY<STRUCT>\"", *type);
  }
  return BoundGenerator{.name = "inline",
                        .argument_types = {type},
                        .output = arrow::schema(list->value_type()->fields()),
                        .kernel = [](const EvalContext&, const std::vector<ArrayPtr>& values,
                                     int64_t num_rows, bool outer) -> Result<GeneratedRows> {
                          Expansion expansion = Expand(values[0], num_rows, outer);
                          ARROW_ASSIGN_OR_RAISE(auto indices, IndexArray(expansion.elements));
                          ARROW_ASSIGN_OR_RAISE(auto elements, ElementColumns(values[0], indices));
                          const auto& records =
                              static_cast<const arrow::StructArray&>(*elements[0]);
                          GeneratedRows rows;
                          for (int i = 0; i < records.num_fields(); ++i) {
                            ARROW_ASSIGN_OR_RAISE(auto field, records.GetFlattenedField(i));
                            rows.columns.push_back(std::move(field));
                          }
                          rows.parents = std::move(expansion.parents);
                          return rows;
                        }};
}

/// stack(n, e1, ..., ek): the expressions laid out in n rows.
Result<BoundGenerator> BindStack(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("stack", arguments, 2, -1));
  const auto& constant = arguments[0].constant;
  if (constant == nullptr || arguments[0].type->id() != arrow::Type::INT32 || !constant->is_valid) {
    return UnexpectedInputType(0, "\"INT\"", *arguments[0].type);
  }
  const int32_t num_rows_out = static_cast<const arrow::Int32Scalar&>(*constant).value;
  if (num_rows_out <= 0) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"exprName", "`n`"},
                      {"valueRange", "(0, 2147483647]"},
                      {"currentValue", std::to_string(num_rows_out)}});
  }
  const int num_values = static_cast<int>(arguments.size()) - 1;
  const int num_columns = (num_values + num_rows_out - 1) / num_rows_out;
  BoundGenerator bound{.name = "stack"};
  std::vector<FieldPtr> fields;
  for (int column = 0; column < num_columns; ++column) {
    fields.push_back(arrow::field("col" + std::to_string(column), arguments[column + 1].type));
  }
  bound.argument_types.push_back(arrow::int32());
  for (int i = 0; i < num_values; ++i) {
    const TypePtr& wanted = fields[i % num_columns]->type();
    const TypePtr& given = arguments[i + 1].type;
    bound.argument_types.push_back(wanted);
    // As in Spark, nullability and names inside count here.
    const bool same = SameType(*given, *wanted) && given->Equals(*wanted);
    if (!same && given->id() != arrow::Type::NA) {
      return MakeError("DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES",
                       {{"columnIndex", std::to_string(i % num_columns)},
                        {"leftParamIndex", std::to_string(i % num_columns + 1)},
                        {"leftType", QuotedType(*wanted)},
                        {"rightParamIndex", std::to_string(i + 1)},
                        {"rightType", QuotedType(*given)}});
    }
  }
  bound.output = arrow::schema(fields);
  bound.kernel = [num_rows_out, num_columns, fields](
                     const EvalContext&, const std::vector<ArrayPtr>& values, int64_t num_rows,
                     bool) -> Result<GeneratedRows> {
    GeneratedRows rows;
    const int64_t total = num_rows * num_rows_out;
    std::vector<int32_t> interleave(static_cast<size_t>(total));
    for (int64_t i = 0; i < total; ++i) {
      rows.parents.push_back(static_cast<int32_t>(i / num_rows_out));
      interleave[i] = static_cast<int32_t>((i % num_rows_out) * num_rows + i / num_rows_out);
    }
    for (int column = 0; column < num_columns; ++column) {
      arrow::ArrayVector pieces;
      for (int32_t row = 0; row < num_rows_out; ++row) {
        const size_t at = static_cast<size_t>(row * num_columns + column + 1);
        ARROW_ASSIGN_OR_RAISE(auto nulls, arrow::MakeArrayOfNull(fields[column]->type(), num_rows));
        pieces.push_back(at < values.size() ? values[at] : nulls);
      }
      ARROW_ASSIGN_OR_RAISE(auto whole, ConcatenateArrays(pieces));
      ARROW_ASSIGN_OR_RAISE(auto taken, TakeRows(whole, interleave));
      ARROW_ASSIGN_OR_RAISE(taken, Retype(taken, fields[column]->type()));
      rows.columns.push_back(std::move(taken));
    }
    return rows;
  };
  return bound;
}

}  // namespace

void RegisterGenerators(FunctionRegistry* registry) {
  registry->AddGenerator(
      {"explode", "explode(expr) - Makes a row of each element of an array or map.",
       "SELECT explode(array(10, 20));",
       [](const Arguments& arguments) { return BindExplode("explode", false, arguments); }});
  registry->AddGenerator({"posexplode", "posexplode(expr) - As explode, with positions from 0.",
                          "SELECT posexplode(array(10, 20));", [](const Arguments& arguments) {
                            return BindExplode("posexplode", true, arguments);
                          }});
  registry->AddGenerator({"inline", "inline(expr) - Makes a row of each struct of an array.",
                          "SELECT inline(array(struct(1, 'a'), struct(2, 'b')));", BindInline});
  registry->AddGenerator({"stack", "stack(n, expr1, ..., exprk) - Lays the values out in n rows.",
                          "SELECT stack(2, 1, 2, 3);", BindStack});
  RegisterJsonTuple(registry);
}

}  // namespace thalweg::functions
