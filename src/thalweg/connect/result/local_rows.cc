#include "thalweg/connect/result/local_rows.h"

#include <arrow/api.h>
#include <arrow/compute/cast.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>

#include "thalweg/connect/result/client_arrays.h"
#include "thalweg/data/retype.h"
#include "thalweg/data/variant_arrow.h"
#include "thalweg/expr/expression.h"
#include "thalweg/formats/parquet_columns.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::connect {
namespace {

/// Types that the engine has as they are, and files do not.
bool IsEngineInterval(const arrow::DataType& type) {
  return type.Equals(*DayTimeIntervalType()) || type.Equals(*YearMonthIntervalType()) ||
         type.Equals(*CalendarIntervalType()) || type.id() == arrow::Type::NA;
}

Result<FieldPtr> EngineField(const FieldPtr& field) {
  if (IsEngineInterval(*field->type())) return field;
  if (IsVariantStruct(*field->type())) {
    return arrow::field(field->name(), VariantType(), field->nullable());
  }
  const TypePtr type = formats::TypeFromParquet(*field->type());
  if (type == nullptr) {
    return MakeError("UNSUPPORTED_ARROWTYPE", {{"typeName", field->type()->ToString()}});
  }
  return arrow::field(field->name(), type, field->nullable());
}

Result<SchemaPtr> EngineSchema(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (const FieldPtr& field : schema.fields()) {
    ARROW_ASSIGN_OR_RAISE(auto made, EngineField(field));
    fields.push_back(std::move(made));
  }
  return arrow::schema(std::move(fields));
}

/// `type` with the names that `wanted` has at the same places, as far as both have the same parts.
/// Clients send fields by position: where two fields have one name, under names of their own.
TypePtr NamedAs(const TypePtr& type, const arrow::DataType& wanted) {
  const bool nested = type->id() == arrow::Type::STRUCT || type->id() == arrow::Type::LIST ||
                      type->id() == arrow::Type::MAP;
  if (!nested || type->id() != wanted.id() || type->num_fields() != wanted.num_fields()) {
    return type;
  }
  arrow::FieldVector fields;
  for (int i = 0; i < type->num_fields(); ++i) {
    const FieldPtr& field = type->field(i);
    fields.push_back(field->WithName(wanted.field(i)->name())
                         ->WithType(NamedAs(field->type(), *wanted.field(i)->type())));
  }
  if (type->id() == arrow::Type::STRUCT) return arrow::struct_(std::move(fields));
  if (type->id() == arrow::Type::LIST) return arrow::list(std::move(fields[0]));
  return std::make_shared<arrow::MapType>(std::move(fields[0]));
}

Result<ArrayPtr> ConvertColumn(const ArrayPtr& received, const arrow::Field& wanted,
                               const expr::EvalContext& context) {
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr column,
                        Retype(received, NamedAs(received->type(), *wanted.type())));
  if (HasVariant(*wanted.type())) {
    ARROW_ASSIGN_OR_RAISE(const auto variants, FromVariantStructs(column, *wanted.type()));
    if (HasVariant(*variants->type()) && SameType(*variants->type(), *wanted.type())) {
      return Retype(variants, wanted.type());
    }
    return MakeError("UNSUPPORTED_ARROWTYPE", {{"typeName", column->type()->ToString()}});
  }
  if (column->type()->Equals(*wanted.type())) return column;
  if (column->type()->id() == arrow::Type::NA) {
    return arrow::MakeArrayOfNull(wanted.type(), column->length());
  }
  auto converted = formats::ConvertFromParquet(column, wanted, "", /*case_sensitive=*/false);
  if (converted.ok() && (*converted)->type()->Equals(*wanted.type())) return converted;
  ARROW_ASSIGN_OR_RAISE(const FieldPtr natural,
                        EngineField(arrow::field(wanted.name(), column->type())));
  ArrayPtr engine_column = column;
  if (!column->type()->Equals(*natural->type())) {
    ARROW_ASSIGN_OR_RAISE(engine_column, formats::ConvertFromParquet(column, *natural, "", false));
  }
  ARROW_ASSIGN_OR_RAISE(const auto cast, expr::CastDatum(arrow::Datum(engine_column), wanted.type(),
                                                         EvalMode::kAnsi, context));
  return cast.make_array();
}

/// The error of bytes that are no rows, for what Arrow says of them.
Status AsBadRows(const Status& status) {
  if (status.ok()) return status;
  return MakeError("CONNECT_INVALID_PLAN.CANNOT_PARSE",
                   {{"errorMsg", "the rows are no Arrow data: " + status.message()}});
}

}  // namespace

Result<LocalRows> ReadLocalRows(const std::string& stream, const SchemaPtr& schema,
                                const std::string& time_zone) {
  const auto input =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(stream)));
  auto opened = arrow::ipc::RecordBatchStreamReader::Open(input);
  ARROW_RETURN_NOT_OK(AsBadRows(opened.status()));
  const auto reader = opened.MoveValueUnsafe();
  LocalRows rows;
  rows.schema = schema;
  if (schema == nullptr) {
    ARROW_ASSIGN_OR_RAISE(rows.schema, EngineSchema(*reader->schema()));
  }
  if (rows.schema->num_fields() != reader->schema()->num_fields()) {
    return Status::Invalid("rows of ", reader->schema()->num_fields(), " columns where ",
                           rows.schema->num_fields(), " are wanted");
  }
  expr::EvalContext context;
  context.session_time_zone = time_zone;
  while (true) {
    std::shared_ptr<arrow::RecordBatch> received;
    ARROW_RETURN_NOT_OK(AsBadRows(reader->ReadNext(&received)));
    if (received == nullptr) return rows;
    // Whatever is read later relies on offsets, indices and texts being what they should be.
    ARROW_RETURN_NOT_OK(AsBadRows(received->ValidateFull()));
    Batch batch;
    batch.num_rows = received->num_rows();
    for (int i = 0; i < received->num_columns(); ++i) {
      ARROW_ASSIGN_OR_RAISE(auto column,
                            ConvertColumn(received->column(i), *rows.schema->field(i), context));
      batch.columns.push_back(std::move(column));
    }
    rows.batches.push_back(std::move(batch));
  }
}

Result<std::string> WriteLocalRows(const arrow::Schema& schema, const std::vector<Batch>& batches,
                                   const std::string& time_zone) {
  const SchemaPtr client_schema = ClientSchema(schema, time_zone);
  ARROW_ASSIGN_OR_RAISE(auto stream, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(stream, client_schema));
  for (const Batch& batch : batches) {
    ARROW_ASSIGN_OR_RAISE(auto client_batch, ToClientBatch(batch, client_schema));
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*client_batch));
  }
  ARROW_RETURN_NOT_OK(writer->Close());
  ARROW_ASSIGN_OR_RAISE(auto buffer, stream->Finish());
  return buffer->ToString();
}

}  // namespace thalweg::connect
