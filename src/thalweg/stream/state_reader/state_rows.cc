#include "thalweg/stream/state_reader/state_rows.h"

#include <arrow/api.h>

namespace thalweg::stream {
namespace {

Result<ArrayPtr> MakeStruct(const std::vector<FieldPtr>& fields, std::vector<ArrayPtr> columns,
                            int64_t count) {
  // Fields that are nowhere stored are always NULL.
  for (size_t i = columns.size(); i < fields.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column, arrow::MakeArrayOfNull(fields[i]->type(), count));
    columns.push_back(std::move(column));
  }
  return std::make_shared<arrow::StructArray>(arrow::struct_(fields), count, std::move(columns));
}

const char* ChangeName(EntryChange change) {
  switch (change) {
    case EntryChange::kUpdate:
      return "update";
    case EntryChange::kAppend:
      return "append";
    case EntryChange::kDelete:
      return "delete";
  }
  return "";
}

/// The columns of the view and partition_id.
Status AppendEntries(const StateView& view, StateEntries entries, Batch* batch) {
  batch->num_rows = entries.count;
  if (!entries.columns.empty()) {
    for (ArrayPtr& column : entries.columns) batch->columns.push_back(std::move(column));
    batch->columns.push_back(std::move(entries.partitions));
    return Status::OK();
  }
  const bool deleted = entries.change == EntryChange::kDelete;
  ARROW_ASSIGN_OR_RAISE(auto keys,
                        MakeStruct(view.key_fields(), std::move(entries.keys), entries.count));
  ARROW_ASSIGN_OR_RAISE(
      auto values, deleted
                       ? arrow::MakeArrayOfNull(arrow::struct_(view.value_fields()), entries.count)
                       : MakeStruct(view.value_fields(), std::move(entries.values), entries.count));
  batch->columns.push_back(std::move(keys));
  batch->columns.push_back(std::move(values));
  batch->columns.push_back(std::move(entries.partitions));
  return Status::OK();
}

Result<Batch> ChangeRows(const StateView& view, int64_t batch_id, StateEntries entries) {
  Batch batch;
  const char* change = ChangeName(entries.change);
  for (const std::shared_ptr<arrow::Scalar>& value :
       std::vector<std::shared_ptr<arrow::Scalar>>{std::make_shared<arrow::Int64Scalar>(batch_id),
                                                   std::make_shared<arrow::StringScalar>(change)}) {
    ARROW_ASSIGN_OR_RAISE(auto column, arrow::MakeArrayFromScalar(*value, entries.count));
    batch.columns.push_back(std::move(column));
  }
  ARROW_RETURN_NOT_OK(AppendEntries(view, std::move(entries), &batch));
  return batch;
}

}  // namespace

SchemaPtr StateRowSchema(const StateView& view) {
  std::vector<FieldPtr> fields = view.row_fields();
  fields.push_back(arrow::field("partition_id", arrow::int32()));
  return arrow::schema(std::move(fields));
}

SchemaPtr StateChangeSchema(const StateView& view) {
  std::vector<FieldPtr> fields = StateRowSchema(view)->fields();
  fields.insert(fields.begin(), {arrow::field("batch_id", arrow::int64()),
                                 arrow::field("change_type", arrow::utf8())});
  return arrow::schema(std::move(fields));
}

Status ReadState(StateCheckpoint* checkpoint, int id, StateView* view, int64_t batch,
                 const BatchConsumer& consume) {
  ARROW_ASSIGN_OR_RAISE(const auto files, checkpoint->FilesAfter(batch, id));
  ARROW_RETURN_NOT_OK(view->Apply(files));
  return view->ForEach([&](StateEntries entries) -> Status {
    Batch rows;
    ARROW_RETURN_NOT_OK(AppendEntries(*view, std::move(entries), &rows));
    return consume(std::move(rows));
  });
}

Status ReadStateChanges(StateCheckpoint* checkpoint, int id, StateView* view, int64_t first,
                        int64_t last, const BatchConsumer& consume) {
  // What expires is named by nothing but the state before.
  if (first > 0) {
    ARROW_ASSIGN_OR_RAISE(const auto before, checkpoint->FilesAfter(first - 1, id));
    ARROW_RETURN_NOT_OK(view->Apply(before));
  }
  for (int64_t batch = first; batch <= last; ++batch) {
    ARROW_ASSIGN_OR_RAISE(const auto files, checkpoint->FilesOf(batch, id));
    ARROW_RETURN_NOT_OK(view->ApplyBatch(files, [&](StateEntries entries) -> Status {
      ARROW_ASSIGN_OR_RAISE(Batch rows, ChangeRows(*view, batch, std::move(entries)));
      return consume(std::move(rows));
    }));
  }
  return Status::OK();
}

}  // namespace thalweg::stream
