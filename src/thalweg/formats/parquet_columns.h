#pragma once

// Columns between Parquet files and the engine: types, pruning, conversion of what was read.

#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"

namespace parquet::arrow {
struct SchemaManifest;
}

namespace thalweg::formats {

/// The engine's type for a type found in a Parquet file; null when there is none.
TypePtr TypeFromParquet(const arrow::DataType& type);

/// The type under which the engine's type is stored: intervals become integers.
TypePtr TypeToParquet(const TypePtr& type);

/// Whether columns of the type can be stored.
bool IsParquetType(const arrow::DataType& type);

/// What to read for wanted columns.
struct ParquetProjection {
  /// Leaf columns, ascending.
  std::vector<int> leaves;
  /// For each wanted column its position among the top-level columns read, or -1: not in the file.
  std::vector<int> positions;
};

/// Leaves for `columns`, by name (in any case unless `case_sensitive`), nested fields included.
ParquetProjection ProjectParquet(const parquet::arrow::SchemaManifest& manifest,
                                 const arrow::Schema& columns, bool case_sensitive);

/// `array` as the wanted type: integers and floats widened, decimals rescaled, timestamps in
/// microseconds, struct fields by name with null for missing ones. Errors:
/// FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH.
Result<ArrayPtr> ConvertFromParquet(const ArrayPtr& array, const arrow::Field& wanted,
                                    const std::string& path, bool case_sensitive);

/// The array under its stored type (see TypeToParquet).
ArrayPtr ConvertToParquet(const ArrayPtr& array);

}  // namespace thalweg::formats
