#pragma once

// Makers of the single formats, for MakeFormat only.

#include <memory>

#include "thalweg/formats/format.h"

namespace thalweg::formats {

using FormatPtr = std::shared_ptr<const Format>;

Result<FormatPtr> MakeJsonFormat(const FormatOptions& options, SchemaPtr schema,
                                 const FormatDefaults& defaults);
Result<FormatPtr> MakeCsvFormat(const FormatOptions& options, SchemaPtr schema,
                                const FormatDefaults& defaults);
Result<FormatPtr> MakeTextFormat(const FormatOptions& options, SchemaPtr schema,
                                 const FormatDefaults& defaults);
Result<FormatPtr> MakeXmlFormat(const FormatOptions& options, SchemaPtr schema,
                                const FormatDefaults& defaults);
Result<FormatPtr> MakeParquetFormat(const FormatOptions& options, SchemaPtr schema,
                                    const FormatDefaults& defaults);
Result<FormatPtr> MakeOrcFormat(const FormatOptions& options, SchemaPtr schema,
                                const FormatDefaults& defaults);
Result<FormatPtr> MakeBinaryFileFormat(SchemaPtr schema, const FormatDefaults& defaults);

/// UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE for a column.
Status UnsupportedColumn(std::string_view format, const arrow::Field& field);
/// UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN if that is all `columns` has.
Status CheckNotOnlyCorruptRecords(const arrow::Schema& columns, const std::string& corrupt_column);
/// An error of `condition` if a map in the columns has keys other than texts: its `parameter` is
/// all of them as one type.
Status CheckMapKeys(const arrow::Schema& columns, const char* condition, const char* parameter);

}  // namespace thalweg::formats
