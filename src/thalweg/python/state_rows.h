#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/row.h>

#include "thalweg/data/batch.h"
#include "thalweg/python/row_pickler.h"

namespace thalweg::python {

/// Rows of one schema on their way between the state and a Python processor. Immutable.
class StateRows {
 public:
  /// `time_zone`: what timestamps in Arrow batches are shown in.
  static Result<std::shared_ptr<const StateRows>> Make(SchemaPtr schema, std::string time_zone);

  const SchemaPtr& schema() const { return schema_; }

  /// The columns of one pickled row. Errors: it is not one, has another number of values.
  Result<std::vector<ArrayPtr>> ColumnsOf(std::string_view pickle) const;
  Result<Row> FromPickle(std::string_view pickle) const;
  std::string ToPickle(const Batch& rows, int64_t row) const {
    return pickler_->PickleRow(rows, row);
  }
  Result<std::string> ToPickle(const Row& row) const;

  /// Rows that came as Arrow batches. Errors: ARROW_TYPE_MISMATCH.
  Result<std::vector<Row>> FromArrow(
      const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) const;
  /// As a batch for a worker.
  Result<std::shared_ptr<arrow::RecordBatch>> ToArrow(const Batch& rows) const;

 private:
  StateRows(SchemaPtr schema, SchemaPtr wire, std::unique_ptr<RowPickler> pickler)
      : schema_(std::move(schema)), wire_(std::move(wire)), pickler_(std::move(pickler)) {}

  SchemaPtr schema_;
  SchemaPtr wire_;
  std::unique_ptr<RowPickler> pickler_;
};

}  // namespace thalweg::python
