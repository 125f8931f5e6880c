#include "thalweg/formats/format.h"

#include <algorithm>

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg::formats {

Result<FormatPtr> MakeFormat(std::string_view name, const FormatOptions& options, SchemaPtr schema,
                             const FormatDefaults& defaults) {
  const std::string format = ToLowerAscii(name);
  if (format == "json") return MakeJsonFormat(options, std::move(schema), defaults);
  if (format == "csv") return MakeCsvFormat(options, std::move(schema), defaults);
  if (format == "text") return MakeTextFormat(options, std::move(schema), defaults);
  if (format == "parquet") return MakeParquetFormat(options, std::move(schema), defaults);
  if (format == "orc") return MakeOrcFormat(options, std::move(schema), defaults);
  if (format == "xml") return MakeXmlFormat(options, std::move(schema), defaults);
  if (format == "binaryfile") return MakeBinaryFileFormat(std::move(schema), defaults);
  if (format == "avro") {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", fmt::format("The format {}", format)}});
  }
  return MakeError("DATA_SOURCE_NOT_FOUND", {{"provider", std::string(name)}});
}

bool IsSupportedFormat(std::string_view name) {
  const std::string format = ToLowerAscii(name);
  return format == "json" || format == "csv" || format == "text" || format == "parquet" ||
         format == "orc" || format == "xml" || format == "binaryfile";
}

Status UnsupportedColumn(std::string_view format, const arrow::Field& field) {
  return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                   {{"format", std::string(format)},
                    {"columnName", fmt::format("`{}`", field.name())},
                    {"columnType", QuotedTypeName(*field.type())}});
}

namespace {

bool HasOtherMapKeys(const arrow::DataType& type) {
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    return map.key_type()->id() != arrow::Type::STRING || HasOtherMapKeys(*map.item_type());
  }
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const FieldPtr& field) { return HasOtherMapKeys(*field->type()); });
}

}  // namespace

Status CheckMapKeys(const arrow::Schema& columns, const char* condition, const char* parameter) {
  const TypePtr all = arrow::struct_(columns.fields());
  if (!HasOtherMapKeys(*all)) return Status::OK();
  return MakeError(condition, {{parameter, "\"" + SqlTypeName(*all) + "\""}});
}

Status CheckNotOnlyCorruptRecords(const arrow::Schema& columns, const std::string& corrupt_column) {
  if (columns.num_fields() == 1 && columns.field(0)->name() == corrupt_column) {
    return MakeError("UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN",
                     {{"columnName", corrupt_column}});
  }
  return Status::OK();
}

}  // namespace thalweg::formats
