#include "thalweg/exec/stateless/union.h"

#include <arrow/type.h>

#include "thalweg/data/retype.h"

namespace thalweg::exec {

UnionOperator::UnionOperator(int num_inputs, const arrow::Schema& schema)
    : num_inputs_(num_inputs) {
  for (int i = 0; i < schema.num_fields(); ++i) {
    const TypePtr& type = schema.field(i)->type();
    if (type->num_fields() > 0) nested_columns_.emplace_back(i, type);
  }
}

Status UnionOperator::BeginEpoch(const EpochContext& context) {
  open_inputs_ = num_inputs_;
  return Operator::BeginEpoch(context);
}

Status UnionOperator::Push(int, Batch batch) {
  for (const auto& [index, type] : nested_columns_) {
    ARROW_ASSIGN_OR_RAISE(batch.columns[index], Retype(batch.columns[index], type));
  }
  return Emit(std::move(batch));
}

Status UnionOperator::FinishInput(int) {
  return --open_inputs_ == 0 ? FinishDownstream() : Status::OK();
}

}  // namespace thalweg::exec
