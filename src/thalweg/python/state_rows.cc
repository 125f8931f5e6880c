#include "thalweg/python/state_rows.h"

#include <utility>

#include <arrow/api.h>

#include "thalweg/exec/callback/row_image.h"
#include "thalweg/python/arrow_bridge.h"
#include "thalweg/python/pickle_reader.h"
#include "thalweg/python/python_values.h"
#include "thalweg/python/result_rows.h"

namespace thalweg::python {

Result<std::shared_ptr<const StateRows>> StateRows::Make(SchemaPtr schema, std::string time_zone) {
  ARROW_ASSIGN_OR_RAISE(auto pickler,
                        RowPickler::Make(schema, RowPickler::Rows::kAlwaysRows, true));
  SchemaPtr wire = ToWireSchema(*schema, {std::move(time_zone), false});
  return std::shared_ptr<const StateRows>(
      new StateRows(std::move(schema), std::move(wire), std::move(pickler)));
}

Result<std::vector<ArrayPtr>> StateRows::ColumnsOf(std::string_view pickle) const {
  ARROW_ASSIGN_OR_RAISE(const auto value, ReadPickle(pickle));
  ARROW_ASSIGN_OR_RAISE(const auto builder, arrow::MakeBuilder(arrow::struct_(schema_->fields())));
  ARROW_RETURN_NOT_OK(AppendPythonValue(*value, builder.get()));
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr whole, builder->Finish());
  return FlattenStruct(whole);
}

Result<Row> StateRows::FromPickle(std::string_view pickle) const {
  ARROW_ASSIGN_OR_RAISE(const auto columns, ColumnsOf(pickle));
  return exec::RowAt(columns, 0);
}

Result<std::string> StateRows::ToPickle(const Row& row) const {
  Batch rows;
  rows.num_rows = 1;
  ARROW_ASSIGN_OR_RAISE(rows.columns, exec::OneRowColumns(row, *schema_));
  return ToPickle(rows, 0);
}

Result<std::vector<Row>> StateRows::FromArrow(
    const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) const {
  std::vector<Row> rows;
  for (const auto& batch : batches) {
    ARROW_ASSIGN_OR_RAISE(const auto columns,
                          FromWire(batch->columns(), schema_->fields(), "a list of states"));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      ARROW_ASSIGN_OR_RAISE(rows.emplace_back(), exec::RowAt(columns, row));
    }
  }
  return rows;
}

Result<std::shared_ptr<arrow::RecordBatch>> StateRows::ToArrow(const Batch& rows) const {
  return MakeWireBatch(rows, wire_, false);
}

}  // namespace thalweg::python
