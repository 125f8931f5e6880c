#include "thalweg/exec/external/evaluate_external.h"

namespace thalweg::exec {

Status EvaluateExternalOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  run_.reset();
  waiting_.Clear();
  return Operator::BeginEpoch(context);
}

Status EvaluateExternalOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  if (run_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(run_, function_->Start(partitioning_.MakeTask(*context_)));
  }
  Batch sent;
  sent.num_rows = dense.num_rows;
  for (const expr::ExpressionPtr& argument : arguments_) {
    ARROW_ASSIGN_OR_RAISE(sent.columns.emplace_back(),
                          expr::EvaluateToArray(*argument, context_->eval, dense));
  }
  waiting_.Add(dense);
  return run_->Send(std::move(sent), [this](Batch results) { return EmitJoined(results); });
}

Status EvaluateExternalOperator::Finish() {
  if (run_ == nullptr) return Status::OK();
  ARROW_RETURN_NOT_OK(run_->Finish([this](Batch results) { return EmitJoined(results); }));
  run_.reset();
  return waiting_.size() > 0 ? Status::Invalid("a function gave fewer rows than it got")
                             : Status::OK();
}

Status EvaluateExternalOperator::BeginSplit(int split) {
  if (partitioning_.follows_splits) partitioning_.partition = split;
  return Operator::BeginSplit(split);
}

Status EvaluateExternalOperator::EndSplit() {
  if (partitioning_.follows_splits) ARROW_RETURN_NOT_OK(Finish());
  return Operator::EndSplit();
}

Status EvaluateExternalOperator::FinishInput(int input) {
  ARROW_RETURN_NOT_OK(Finish());
  return Operator::FinishInput(input);
}

Status EvaluateExternalOperator::EmitJoined(const Batch& results) {
  return waiting_.Join(results, [this](Batch joined) { return Emit(std::move(joined)); });
}

}  // namespace thalweg::exec
