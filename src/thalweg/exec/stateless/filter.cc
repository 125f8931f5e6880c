#include "thalweg/exec/stateless/filter.h"

namespace thalweg::exec {

Status FilterOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  return Operator::BeginEpoch(context);
}

Status FilterOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Selection selection,
                        expr::EvaluateFilter(*condition_, context_->eval, batch));
  if (selection != nullptr) {
    if (selection->empty()) return Status::OK();
    batch.selection = std::move(selection);
  }
  return Emit(std::move(batch));
}

}  // namespace thalweg::exec
