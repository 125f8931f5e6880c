#include "thalweg/api/frame.h"

#include <arrow/api.h>

namespace thalweg::api {

using plan::spec::Relation;
using plan::spec::RelationKind;
using plan::spec::RelationPtr;

DataFrame MakeFrame(SessionCorePtr core, Result<RelationPtr> relation) {
  auto frame = std::make_shared<Frame>();
  frame->core = std::move(core);
  frame->status = relation.status();
  if (relation.ok()) frame->relation = relation.MoveValueUnsafe();
  return DataFrame(std::move(frame));
}

DataFrame Derive(const DataFrame& input, RelationKind kind, const Describe& describe) {
  const Frame& frame = *input.frame();
  if (!frame.status.ok()) return input;
  auto relation = std::make_shared<Relation>();
  relation->kind = kind;
  relation->input = frame.relation;
  const Status status = describe(relation.get(), frame.core->parser_options());
  if (!status.ok()) return MakeFrame(frame.core, status);
  return MakeFrame(frame.core, RelationPtr(std::move(relation)));
}

Result<RelationPtr> RelationOf(const DataFrame& frame) {
  ARROW_RETURN_NOT_OK(frame.frame()->status);
  return frame.frame()->relation;
}

DataFrame MakeLocalFrame(SessionCorePtr core, SchemaPtr schema, std::vector<Batch> batches) {
  auto relation = std::make_shared<Relation>();
  relation->kind = RelationKind::kLocal;
  relation->schema = std::move(schema);
  relation->batches = std::move(batches);
  return MakeFrame(std::move(core), RelationPtr(std::move(relation)));
}

Result<std::shared_ptr<arrow::Table>> MakeTable(const session::RowSet& rows) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> record_batches;
  for (const Batch& batch : rows.batches) {
    ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
    if (dense.num_rows == 0) continue;
    ARROW_ASSIGN_OR_RAISE(auto record_batch, ToRecordBatch(dense, rows.schema));
    record_batches.push_back(std::move(record_batch));
  }
  return arrow::Table::FromRecordBatches(rows.schema, record_batches);
}

}  // namespace thalweg::api
