#include "thalweg/connectors/file/file_metadata.h"

#include <arrow/api.h>

#include "thalweg/base/file_system.h"
#include "thalweg/connectors/file/path_text.h"

namespace thalweg::connectors {
namespace {

const arrow::FieldVector& Fields() {
  static const auto* const fields =
      new arrow::FieldVector{arrow::field("file_path", arrow::utf8(), /*nullable=*/false),
                             arrow::field("file_name", arrow::utf8(), false),
                             arrow::field("file_size", arrow::int64(), false),
                             arrow::field("file_block_start", arrow::int64(), false),
                             arrow::field("file_block_length", arrow::int64(), false),
                             arrow::field("file_modification_time",
                                          arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), false)};
  return *fields;
}

}  // namespace

SchemaPtr FileMetadataSchema() {
  return arrow::schema({arrow::field("_metadata", arrow::struct_(Fields()), /*nullable=*/false)});
}

Result<ArrayPtr> FileMetadataColumn(const FileMetadata& metadata, int64_t rows) {
  // Spark writes these URIs with one slash.
  const std::string uri = PathToUri(metadata.path).substr(std::string_view("file://").size());
  const arrow::ScalarVector values = {
      std::make_shared<arrow::StringScalar>("file:" + uri),
      std::make_shared<arrow::StringScalar>(BaseName(uri)),
      std::make_shared<arrow::Int64Scalar>(metadata.size),
      std::make_shared<arrow::Int64Scalar>(metadata.block_start),
      std::make_shared<arrow::Int64Scalar>(metadata.block_length),
      std::make_shared<arrow::TimestampScalar>(metadata.modification_millis * 1000,
                                               Fields().back()->type())};
  arrow::ArrayVector columns;
  for (const auto& value : values) {
    ARROW_ASSIGN_OR_RAISE(auto column, arrow::MakeArrayFromScalar(*value, rows));
    columns.push_back(std::move(column));
  }
  ARROW_ASSIGN_OR_RAISE(auto made, arrow::StructArray::Make(columns, Fields()));
  return made;
}

}  // namespace thalweg::connectors
