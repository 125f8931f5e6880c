#include "thalweg/python/eval_type.h"

#include <initializer_list>

namespace thalweg::python {
namespace {

bool In(EvalType type, std::initializer_list<EvalType> types) {
  for (const EvalType one : types) {
    if (one == type) return true;
  }
  return false;
}

struct Name {
  EvalType type;
  std::string_view text;
};

constexpr Name kNames[] = {
    {EvalType::kNonUdf, "NON_UDF"},
    {EvalType::kBatched, "SQL_BATCHED_UDF"},
    {EvalType::kArrowBatched, "SQL_ARROW_BATCHED_UDF"},
    {EvalType::kScalarPandas, "SQL_SCALAR_PANDAS_UDF"},
    {EvalType::kGroupedMapPandas, "SQL_GROUPED_MAP_PANDAS_UDF"},
    {EvalType::kGroupedAggPandas, "SQL_GROUPED_AGG_PANDAS_UDF"},
    {EvalType::kWindowAggPandas, "SQL_WINDOW_AGG_PANDAS_UDF"},
    {EvalType::kScalarPandasIter, "SQL_SCALAR_PANDAS_ITER_UDF"},
    {EvalType::kMapPandasIter, "SQL_MAP_PANDAS_ITER_UDF"},
    {EvalType::kCogroupedMapPandas, "SQL_COGROUPED_MAP_PANDAS_UDF"},
    {EvalType::kMapArrowIter, "SQL_MAP_ARROW_ITER_UDF"},
    {EvalType::kGroupedMapPandasWithState, "SQL_GROUPED_MAP_PANDAS_UDF_WITH_STATE"},
    {EvalType::kGroupedMapArrow, "SQL_GROUPED_MAP_ARROW_UDF"},
    {EvalType::kCogroupedMapArrow, "SQL_COGROUPED_MAP_ARROW_UDF"},
    {EvalType::kTransformWithStatePandas, "SQL_TRANSFORM_WITH_STATE_PANDAS_UDF"},
    {EvalType::kTransformWithStatePandasInitState,
     "SQL_TRANSFORM_WITH_STATE_PANDAS_INIT_STATE_UDF"},
    {EvalType::kTransformWithStateRow, "SQL_TRANSFORM_WITH_STATE_PYTHON_ROW_UDF"},
    {EvalType::kTransformWithStateRowInitState,
     "SQL_TRANSFORM_WITH_STATE_PYTHON_ROW_INIT_STATE_UDF"},
    {EvalType::kGroupedMapArrowIter, "SQL_GROUPED_MAP_ARROW_ITER_UDF"},
    {EvalType::kGroupedMapPandasIter, "SQL_GROUPED_MAP_PANDAS_ITER_UDF"},
    {EvalType::kGroupedAggPandasIter, "SQL_GROUPED_AGG_PANDAS_ITER_UDF"},
    {EvalType::kScalarArrow, "SQL_SCALAR_ARROW_UDF"},
    {EvalType::kScalarArrowIter, "SQL_SCALAR_ARROW_ITER_UDF"},
    {EvalType::kGroupedAggArrow, "SQL_GROUPED_AGG_ARROW_UDF"},
    {EvalType::kWindowAggArrow, "SQL_WINDOW_AGG_ARROW_UDF"},
    {EvalType::kGroupedAggArrowIter, "SQL_GROUPED_AGG_ARROW_ITER_UDF"},
    {EvalType::kTable, "SQL_TABLE_UDF"},
    {EvalType::kArrowTable, "SQL_ARROW_TABLE_UDF"},
    {EvalType::kArrowUdtf, "SQL_ARROW_UDTF"},
};

}  // namespace

std::string_view EvalTypeName(EvalType type) {
  for (const Name& name : kNames) {
    if (name.type == type) return name.text;
  }
  return "UNKNOWN";
}

Framing FramingOf(EvalType type) {
  if (In(type, {EvalType::kNonUdf, EvalType::kBatched, EvalType::kTable})) return Framing::kPickled;
  if (IsGroupedMap(type) || IsCogroupedMap(type) || IsGroupedAggregate(type) ||
      IsWindowAggregate(type)) {
    return Framing::kGroups;
  }
  return Framing::kStream;
}

bool IsGroupedMap(EvalType type) {
  return In(type, {EvalType::kGroupedMapPandas, EvalType::kGroupedMapArrow,
                   EvalType::kGroupedMapArrowIter, EvalType::kGroupedMapPandasIter});
}

bool IsCogroupedMap(EvalType type) {
  return In(type, {EvalType::kCogroupedMapPandas, EvalType::kCogroupedMapArrow});
}

bool IsGroupedAggregate(EvalType type) {
  return In(type, {EvalType::kGroupedAggPandas, EvalType::kGroupedAggArrow,
                   EvalType::kGroupedAggPandasIter, EvalType::kGroupedAggArrowIter});
}

bool IsWindowAggregate(EvalType type) {
  return In(type, {EvalType::kWindowAggPandas, EvalType::kWindowAggArrow});
}

bool IsScalar(EvalType type) {
  return In(type,
            {EvalType::kBatched, EvalType::kArrowBatched, EvalType::kScalarPandas,
             EvalType::kScalarPandasIter, EvalType::kScalarArrow, EvalType::kScalarArrowIter});
}

bool IsMapInBatches(EvalType type) {
  return In(type, {EvalType::kMapPandasIter, EvalType::kMapArrowIter});
}

bool IsTableFunction(EvalType type) {
  return In(type, {EvalType::kTable, EvalType::kArrowTable, EvalType::kArrowUdtf});
}

bool IsTransformWithState(EvalType type) {
  return In(type,
            {EvalType::kTransformWithStatePandas, EvalType::kTransformWithStatePandasInitState,
             EvalType::kTransformWithStateRow, EvalType::kTransformWithStateRowInitState});
}

}  // namespace thalweg::python
