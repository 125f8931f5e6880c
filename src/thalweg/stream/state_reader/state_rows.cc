#include "thalweg/stream/state_reader/state_rows.h"

#include <arrow/api.h>

#include "thalweg/state/group_table.h"

namespace thalweg::stream {
namespace {

Result<ArrayPtr> Nulls(const std::vector<FieldPtr>& fields, int64_t count) {
  return arrow::MakeArrayOfNull(arrow::struct_(fields), count);
}

Result<ArrayPtr> MakeStruct(const std::vector<FieldPtr>& fields, std::vector<ArrayPtr> columns,
                            int64_t count) {
  // Fields that are nowhere stored are always NULL.
  for (size_t i = columns.size(); i < fields.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column, arrow::MakeArrayOfNull(fields[i]->type(), count));
    columns.push_back(std::move(column));
  }
  return std::make_shared<arrow::StructArray>(arrow::struct_(fields), count, std::move(columns));
}

Result<ArrayPtr> KeyColumn(const OperatorState& state, const state::StateTable& table,
                           uint8_t* const* groups, int64_t count) {
  std::vector<std::string_view> keys(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) keys[i] = table.key(groups[i]);
  ARROW_ASSIGN_OR_RAISE(auto columns, state.keys->Decode(keys));
  return MakeStruct(state.schema.key_fields, std::move(columns), count);
}

Result<ArrayPtr> ValueColumn(const OperatorState& state, uint8_t* const* groups, int64_t count) {
  ARROW_ASSIGN_OR_RAISE(auto columns, state.values->StateColumns(groups, count));
  return MakeStruct(state.schema.value_fields, std::move(columns), count);
}

Result<ArrayPtr> PartitionColumn(uint8_t* const* groups, int64_t count) {
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(count));
  for (int64_t i = 0; i < count; ++i) {
    builder.UnsafeAppend(state::HeaderOf(groups[i])->key_group);
  }
  return builder.Finish();
}

Result<ArrayPtr> Repeated(const arrow::Scalar& value, int64_t count) {
  return arrow::MakeArrayFromScalar(value, count);
}

Result<Batch> ChangeRows(const OperatorState& state, const state::StateTable& table,
                         int64_t batch_id, bool deleted, uint8_t* const* groups, int64_t count) {
  Batch batch;
  batch.num_rows = count;
  batch.columns.resize(5);
  ARROW_ASSIGN_OR_RAISE(batch.columns[0], Repeated(arrow::Int64Scalar(batch_id), count));
  ARROW_ASSIGN_OR_RAISE(batch.columns[1],
                        Repeated(arrow::StringScalar(deleted ? "delete" : "update"), count));
  ARROW_ASSIGN_OR_RAISE(batch.columns[2], KeyColumn(state, table, groups, count));
  ARROW_ASSIGN_OR_RAISE(batch.columns[3], deleted ? Nulls(state.schema.value_fields, count)
                                                  : ValueColumn(state, groups, count));
  ARROW_ASSIGN_OR_RAISE(batch.columns[4], PartitionColumn(groups, count));
  return batch;
}

}  // namespace

SchemaPtr StateRowSchema(const state::StateSchema& schema) {
  return arrow::schema({arrow::field("key", arrow::struct_(schema.key_fields)),
                        arrow::field("value", arrow::struct_(schema.value_fields)),
                        arrow::field("partition_id", arrow::int32())});
}

SchemaPtr StateChangeSchema(const state::StateSchema& schema) {
  const auto rows = StateRowSchema(schema)->fields();
  return arrow::schema({arrow::field("batch_id", arrow::int64()),
                        arrow::field("change_type", arrow::utf8()), rows[0], rows[1], rows[2]});
}

Status ReadState(StateCheckpoint* checkpoint, const OperatorState& state, int64_t batch,
                 const BatchConsumer& consume) {
  ARROW_ASSIGN_OR_RAISE(const auto files, checkpoint->FilesAfter(batch, state.id));
  state::StateReplay replay = checkpoint->MakeReplay(state);
  ARROW_RETURN_NOT_OK(replay.Apply(files));
  return replay.table().ForEach([&](uint8_t* const* groups, int64_t count) -> Status {
    Batch rows;
    rows.num_rows = count;
    rows.columns.resize(3);
    ARROW_ASSIGN_OR_RAISE(rows.columns[0], KeyColumn(state, replay.table(), groups, count));
    ARROW_ASSIGN_OR_RAISE(rows.columns[1], ValueColumn(state, groups, count));
    ARROW_ASSIGN_OR_RAISE(rows.columns[2], PartitionColumn(groups, count));
    return consume(std::move(rows));
  });
}

Status ReadStateChanges(StateCheckpoint* checkpoint, const OperatorState& state, int64_t first,
                        int64_t last, const BatchConsumer& consume) {
  state::StateReplay replay = checkpoint->MakeReplay(state);
  // What expires is named by nothing but the state before.
  if (first > 0) {
    ARROW_ASSIGN_OR_RAISE(const auto before, checkpoint->FilesAfter(first - 1, state.id));
    ARROW_RETURN_NOT_OK(replay.Apply(before));
  }
  for (int64_t batch = first; batch <= last; ++batch) {
    ARROW_ASSIGN_OR_RAISE(const auto files, checkpoint->FilesOf(batch, state.id));
    for (const std::string& name : files) {
      ARROW_RETURN_NOT_OK(
          replay.Apply(name, [&](bool deleted, uint8_t* const* groups, int64_t count) -> Status {
            ARROW_ASSIGN_OR_RAISE(Batch rows,
                                  ChangeRows(state, replay.table(), batch, deleted, groups, count));
            return consume(std::move(rows));
          }));
    }
  }
  return Status::OK();
}

}  // namespace thalweg::stream
