#pragma once

#include <memory>

#include "thalweg/formats/format.h"

namespace thalweg::formats {

/// Reads wanted columns of the row groups whose middle lies in the request's range and whose
/// statistics do not rule them out.
/// Errors: FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER, FAILED_READ_FILE.*.
Result<std::unique_ptr<FormatReader>> OpenParquetReader(const InputFile& file, ReadRequest request,
                                                        bool case_sensitive);

/// The schema of a file: the one Spark left in its metadata, else translated; all fields nullable.
Result<SchemaPtr> ReadParquetSchema(const InputFile& file);

/// Key of the file metadata under which Spark keeps its schema as JSON.
inline constexpr char kSparkSchemaKey[] = "org.apache.spark.sql.parquet.row.metadata";

}  // namespace thalweg::formats
