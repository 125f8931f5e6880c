#include "thalweg/python/result_rows.h"

#include <arrow/api.h>
#include <arrow/type_traits.h>

namespace thalweg::python {

SchemaPtr MakeWireSchema(const arrow::Schema& schema, const WireTypes& types, bool wrapped) {
  SchemaPtr wire = ToWireSchema(schema, types);
  if (!wrapped) return wire;
  return arrow::schema({arrow::field("struct", arrow::struct_(wire->fields()))});
}

Result<std::shared_ptr<arrow::RecordBatch>> MakeWireBatch(const Batch& rows,
                                                          const SchemaPtr& schema, bool wrapped) {
  const arrow::FieldVector& fields =
      wrapped ? schema->field(0)->type()->fields() : schema->fields();
  arrow::ArrayVector columns;
  for (size_t column = 0; column < fields.size(); ++column) {
    ARROW_ASSIGN_OR_RAISE(columns.emplace_back(),
                          ToWire(rows.columns[column], fields[column]->type()));
  }
  if (wrapped) {
    auto whole = std::make_shared<arrow::StructArray>(schema->field(0)->type(), rows.num_rows,
                                                      std::move(columns));
    columns = {std::move(whole)};
  }
  return arrow::RecordBatch::Make(schema, rows.num_rows, std::move(columns));
}

namespace {

// As in Spark for numbers, dates and the like; NULL in texts and nested columns is handed on.
Status CheckNulls(const arrow::Schema& expected, const std::vector<ArrayPtr>& columns) {
  for (int i = 0; i < expected.num_fields(); ++i) {
    const arrow::Field& field = *expected.field(i);
    if (field.nullable() || !arrow::is_primitive(field.type()->id())) continue;
    if (columns[i]->null_count() == 0) continue;
    return MakeError("NOT_NULL_ASSERT_VIOLATION", {{"walkedTypePath", field.name()}});
  }
  return Status::OK();
}

}  // namespace

Result<Batch> MakeResultRows(const arrow::RecordBatch& result, const arrow::Schema& expected,
                             bool wrapped, std::string_view operation) {
  std::vector<ArrayPtr> columns = result.columns();
  if (wrapped && columns.size() == 1) {
    ARROW_ASSIGN_OR_RAISE(columns, FlattenStruct(columns[0]));
  }
  // A result without rows may come without columns, too.
  if (result.num_rows() == 0 && columns.empty()) return EmptyBatch(expected);
  Batch out;
  out.num_rows = result.num_rows();
  ARROW_ASSIGN_OR_RAISE(out.columns, FromWire(columns, expected.fields(), operation));
  ARROW_RETURN_NOT_OK(CheckNulls(expected, out.columns));
  return out;
}

}  // namespace thalweg::python
