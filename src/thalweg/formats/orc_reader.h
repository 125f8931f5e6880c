#pragma once

#include <memory>
#include <string>

#include "thalweg/formats/format.h"

namespace thalweg::formats {

/// How ORC files are read.
struct OrcReadOptions {
  /// Where the process runs: wall-clock times of files are read as those of this zone.
  std::string local_time_zone = "UTC";
  bool case_sensitive = false;
  /// Columns are those of the data's schema by position, whatever they are called in files.
  bool by_position = false;
};

/// Reads wanted columns of the stripes whose first byte lies in the request's range. Files whose
/// columns are all called "_col..." (old Hive) are read by position in `data_schema`; files without
/// columns have no rows.
/// Errors: Invalid that says why.
Result<std::unique_ptr<FormatReader>> OpenOrcReader(const InputFile& file, ReadRequest request,
                                                    SchemaPtr data_schema,
                                                    const OrcReadOptions& options);

/// The schema of a file, all fields nullable; null for a file without columns.
/// Errors: FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER, UNSUPPORTED_FEATURE for types that the engine
/// lacks.
Result<SchemaPtr> ReadOrcSchema(const InputFile& file);

}  // namespace thalweg::formats
