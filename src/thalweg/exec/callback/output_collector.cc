#include "thalweg/exec/callback/output_collector.h"

#include <arrow/api.h>

#include "thalweg/exec/callback/row_image.h"
#include "thalweg/types/data_types.h"

namespace thalweg::exec {
namespace {

std::string TypesText(const std::vector<TypePtr>& types) {
  std::string text;
  for (const TypePtr& type : types) text += (text.empty() ? "" : ", ") + type->ToString();
  return text;
}

Status TypeMismatch(const std::string& operation, const arrow::Schema& schema,
                    const std::vector<TypePtr>& types) {
  std::string wanted;
  for (const FieldPtr& field : schema.fields()) {
    wanted += (wanted.empty() ? "" : ", ") + SimpleTypeName(*field->type());
  }
  return MakeError(
      "ARROW_TYPE_MISMATCH",
      {{"operation", operation}, {"outputTypes", wanted}, {"actualDataTypes", TypesText(types)}});
}

}  // namespace

Result<Batch> FitRows(const arrow::RecordBatch& rows, const arrow::Schema& schema,
                      const std::string& operation) {
  const auto mismatch = [&] {
    std::vector<TypePtr> types;
    for (const FieldPtr& field : rows.schema()->fields()) types.push_back(field->type());
    return TypeMismatch(operation, schema, types);
  };
  if (rows.num_columns() != schema.num_fields()) return mismatch();
  ARROW_RETURN_NOT_OK(rows.Validate());
  Batch batch;
  batch.num_rows = rows.num_rows();
  for (int i = 0; i < rows.num_columns(); ++i) {
    const ArrayPtr& column = rows.column(i);
    const TypePtr& type = schema.field(i)->type();
    if (column->type()->Equals(*type)) {
      batch.columns.push_back(column);
      continue;
    }
    if (!SameType(*column->type(), *type)) return mismatch();
    ARROW_ASSIGN_OR_RAISE(auto view, column->View(type));
    batch.columns.push_back(std::move(view));
  }
  return batch;
}

OutputCollector::OutputCollector(SchemaPtr schema, std::string operation, int64_t batch_rows,
                                 std::function<Status(Batch)> consume)
    : schema_(std::move(schema)),
      operation_(std::move(operation)),
      batch_rows_(batch_rows),
      consume_(std::move(consume)) {}

OutputCollector::~OutputCollector() = default;

Status OutputCollector::Emit(const std::shared_ptr<arrow::RecordBatch>& rows) {
  if (rows == nullptr || rows->num_rows() == 0) return Status::OK();
  ARROW_RETURN_NOT_OK(FinishRows());
  ARROW_ASSIGN_OR_RAISE(Batch batch, FitRows(*rows, *schema_, operation_));
  num_pending_ += batch.num_rows;
  pending_.push_back(std::move(batch));
  return FlushIfFull();
}

Status OutputCollector::Emit(const Row& row) {
  const auto mismatch = [&] {
    std::vector<TypePtr> types;
    for (const auto& value : row.values()) types.push_back(value->type);
    return TypeMismatch(operation_, *schema_, types);
  };
  if (row.size() != schema_->num_fields()) return mismatch();
  for (size_t i = builders_.size(); i < static_cast<size_t>(schema_->num_fields()); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto builder,
                          arrow::MakeBuilder(schema_->field(static_cast<int>(i))->type()));
    builders_.push_back(std::move(builder));
  }
  Row::Values values;
  for (int i = 0; i < row.size(); ++i) {
    auto value = FitScalar(row.value(i), schema_->field(i)->type());
    if (!value.ok()) return mismatch();
    values.push_back(value.MoveValueUnsafe());
  }
  for (int i = 0; i < row.size(); ++i) {
    ARROW_RETURN_NOT_OK(builders_[i]->AppendScalar(*values[i]));
  }
  ++num_rows_;
  return FlushIfFull();
}

Status OutputCollector::FinishRows() {
  if (num_rows_ == 0) return Status::OK();
  Batch batch;
  batch.num_rows = num_rows_;
  for (const auto& builder : builders_) {
    ARROW_ASSIGN_OR_RAISE(auto column, builder->Finish());
    batch.columns.push_back(std::move(column));
  }
  num_pending_ += num_rows_;
  num_rows_ = 0;
  pending_.push_back(std::move(batch));
  return Status::OK();
}

Status OutputCollector::FlushIfFull() {
  return num_pending_ + num_rows_ >= batch_rows_ ? Flush() : Status::OK();
}

Status OutputCollector::Flush() {
  ARROW_RETURN_NOT_OK(FinishRows());
  if (pending_.empty()) return Status::OK();
  std::vector<Batch> pending;
  pending.swap(pending_);
  num_pending_ = 0;
  ARROW_ASSIGN_OR_RAISE(Batch rows, ConcatenateBatches(pending));
  const Status passed = consume_(std::move(rows));
  if (failure_.ok()) failure_ = passed;
  return passed;
}

}  // namespace thalweg::exec
