#include "thalweg/exec/external/map_external.h"

#include "thalweg/exec/external/evaluate_external.h"

namespace thalweg::exec {

Status MapExternalOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  run_.reset();
  return Operator::BeginEpoch(context);
}

Status MapExternalOperator::Start() {
  if (run_ != nullptr) return Status::OK();
  return function_->Start(MakeExternalTask(*context_)).Value(&run_);
}

EmitRows MapExternalOperator::Emitter() {
  return [this](Batch rows) { return rows.num_rows == 0 ? Status::OK() : Emit(std::move(rows)); };
}

Status MapExternalOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  ARROW_RETURN_NOT_OK(Start());
  Batch sent;
  sent.num_rows = dense.num_rows;
  for (const int column : columns_)
    sent.columns.push_back(dense.columns[static_cast<size_t>(column)]);
  return run_->Send(std::move(sent), Emitter());
}

Status MapExternalOperator::FinishInput(int input) {
  if (context_->eval.worker == 0) ARROW_RETURN_NOT_OK(Start());
  if (run_ != nullptr) {
    ARROW_RETURN_NOT_OK(run_->Finish(Emitter()));
    run_.reset();
  }
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
