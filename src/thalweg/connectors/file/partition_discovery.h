#pragma once

// Columns that live in directory names: /table/day=2020-01-02/hour=7/file. Types are inferred as
// Spark does: int, bigint, decimal, double, date, timestamp, else string; a column the user gave
// has the user's type.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/connectors/file/file_listing.h"

namespace thalweg::connectors {

/// `name=value` of one directory; the value is still escaped text.
struct PartitionPart {
  std::string name;
  std::string raw_value;
};

/// The partition directories of the file `path`, outermost first, below the nearest of
/// `base_paths`. `root`, if not null, gets the directory they begin at. Errors:
/// EMPTY_PARTITION_COLUMN_NAME, EMPTY_PARTITION_COLUMN_VALUE.
Result<std::vector<PartitionPart>> ParsePartitionPath(const std::string& path,
                                                      const std::vector<std::string>& base_paths,
                                                      std::string* root = nullptr);

struct PartitionOptions {
  SchemaPtr user_schema;  // may be null
  bool infer_types = true;
  std::string time_zone = "UTC";
};

/// The partition columns of the files; an empty schema when there are none. Errors:
/// CONFLICTING_PARTITION_COLUMN_NAMES, CONFLICTING_DIRECTORY_STRUCTURES.
Result<SchemaPtr> DiscoverPartitionSchema(const FileListing& listing,
                                          const PartitionOptions& options);

/// The values of one directory, in the order of a partition schema.
using PartitionValues = std::vector<std::shared_ptr<arrow::Scalar>>;

/// The values of `parts` as columns of `schema`; a column that is missing is null. Errors:
/// INVALID_PARTITION_VALUE.
Result<PartitionValues> CastPartitionValues(const std::vector<PartitionPart>& parts,
                                            const arrow::Schema& schema,
                                            const std::string& time_zone);

}  // namespace thalweg::connectors
