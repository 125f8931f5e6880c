#pragma once

// Kinds of Python functions, by the numbers that clients and workers use.

#include <cstdint>
#include <string_view>

namespace thalweg::python {

enum class EvalType : int32_t {
  kNonUdf = 0,
  kBatched = 100,
  kArrowBatched = 101,
  kScalarPandas = 200,
  kGroupedMapPandas = 201,
  kGroupedAggPandas = 202,
  kWindowAggPandas = 203,
  kScalarPandasIter = 204,
  kMapPandasIter = 205,
  kCogroupedMapPandas = 206,
  kMapArrowIter = 207,
  kGroupedMapPandasWithState = 208,
  kGroupedMapArrow = 209,
  kCogroupedMapArrow = 210,
  kTransformWithStatePandas = 211,
  kTransformWithStatePandasInitState = 212,
  kTransformWithStateRow = 213,
  kTransformWithStateRowInitState = 214,
  kGroupedMapArrowIter = 215,
  kGroupedMapPandasIter = 216,
  kGroupedAggPandasIter = 217,
  kScalarArrow = 250,
  kScalarArrowIter = 251,
  kGroupedAggArrow = 252,
  kWindowAggArrow = 253,
  kGroupedAggArrowIter = 254,
  kTable = 300,
  kArrowTable = 301,
  kArrowUdtf = 302,
};

/// "SQL_MAP_ARROW_ITER_UDF"; "UNKNOWN" for a number that is no kind.
std::string_view EvalTypeName(EvalType type);

/// What rows of a kind look like between the engine and a worker.
enum class Framing {
  /// One Arrow stream.
  kStream,
  /// For each group its size in tables and an Arrow stream per table.
  kGroups,
  /// Pickled lists of rows, each with its length.
  kPickled,
};
Framing FramingOf(EvalType type);

/// True for functions called once per group of one input with the whole group.
bool IsGroupedMap(EvalType type);
bool IsCogroupedMap(EvalType type);
bool IsGroupedAggregate(EvalType type);
bool IsWindowAggregate(EvalType type);
bool IsScalar(EvalType type);
bool IsMapInBatches(EvalType type);
bool IsTableFunction(EvalType type);
bool IsTransformWithState(EvalType type);

}  // namespace thalweg::python
