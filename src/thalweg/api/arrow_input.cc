#include "thalweg/api/arrow_input.h"

#include <algorithm>
#include <cstring>

#include <arrow/api.h>

#include "thalweg/formats/format.h"
#include "thalweg/formats/parquet_columns.h"
#include "thalweg/types/data_types.h"

namespace thalweg::api {
namespace {

/// Bytes in memory as a file, for the format readers.
class TextFile : public ReadableFile {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}
  int64_t size() const override { return static_cast<int64_t>(text_.size()); }
  Result<int64_t> Read(int64_t offset, int64_t length, char* out) const override {
    const int64_t count = std::clamp<int64_t>(size() - offset, 0, length);
    if (count > 0) std::memcpy(out, text_.data() + offset, static_cast<size_t>(count));
    return count;
  }

 private:
  const std::string text_;
};

/// Types that Parquet does not know but the engine has.
bool IsEngineInterval(const arrow::DataType& type) {
  return type.Equals(*DayTimeIntervalType()) || type.Equals(*YearMonthIntervalType()) ||
         type.id() == arrow::Type::NA;
}

Status Mismatch(const arrow::RecordBatch& rows, const arrow::Schema& schema) {
  std::string given;
  for (const FieldPtr& field : rows.schema()->fields()) {
    given += (given.empty() ? "" : ", ") + field->type()->ToString();
  }
  std::string wanted;
  for (const FieldPtr& field : schema.fields()) {
    wanted += (wanted.empty() ? "" : ", ") + SimpleTypeName(*field->type());
  }
  return MakeError(
      "ARROW_TYPE_MISMATCH",
      {{"operation", "the program"}, {"outputTypes", wanted}, {"actualDataTypes", given}});
}

}  // namespace

Result<SchemaPtr> EngineSchema(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (const auto& field : schema.fields()) {
    TypePtr type =
        IsEngineInterval(*field->type()) ? field->type() : formats::TypeFromParquet(*field->type());
    if (type == nullptr) {
      return MakeError("UNSUPPORTED_ARROWTYPE", {{"typeName", field->type()->ToString()}});
    }
    fields.push_back(field->WithType(std::move(type)));
  }
  return arrow::schema(std::move(fields));
}

Result<Batch> EngineBatch(const arrow::RecordBatch& rows, const arrow::Schema& schema) {
  if (rows.num_columns() != schema.num_fields()) {
    return Mismatch(rows, schema);
  }
  ARROW_RETURN_NOT_OK(rows.Validate());
  Batch batch;
  batch.num_rows = rows.num_rows();
  for (int i = 0; i < rows.num_columns(); ++i) {
    const auto& field = *schema.field(i);
    const auto& column = rows.column(i);
    if (!field.nullable() && column->null_count() > 0) {
      return MakeError("NOT_NULL_ASSERT_VIOLATION", {{"walkedTypePath", field.name()}});
    }
    if (column->type()->Equals(*field.type())) {
      batch.columns.push_back(column);
      continue;
    }
    auto converted = formats::ConvertFromParquet(column, field, "", /*case_sensitive=*/false);
    if (!converted.ok()) {
      return Mismatch(rows, schema);
    }
    batch.columns.push_back(converted.MoveValueUnsafe());
  }
  return batch;
}

Result<std::vector<Batch>> ReadJsonLines(std::string text, const SchemaPtr& schema) {
  ARROW_ASSIGN_OR_RAISE(auto format, formats::MakeFormat("json", {{"mode", "FAILFAST"}}, schema));
  formats::InputFile file{"rows.json", std::make_shared<TextFile>(std::move(text))};
  formats::ReadRequest request;
  request.columns = schema;
  ARROW_ASSIGN_OR_RAISE(auto reader, format->OpenReader(std::move(file), std::move(request)));
  std::vector<Batch> batches;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(auto batch, reader->Next());
    if (!batch) return batches;
    batches.push_back(std::move(*batch));
  }
}

}  // namespace thalweg::api
