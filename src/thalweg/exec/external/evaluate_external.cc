#include "thalweg/exec/external/evaluate_external.h"

namespace thalweg::exec {

ExternalTask MakeExternalTask(const EpochContext& context) {
  ExternalTask task;
  task.partition = context.eval.worker;
  task.epoch = context.epoch;
  task.session_time_zone = context.eval.session_time_zone;
  task.cancelled = context.cancelled;
  return task;
}

Status EvaluateExternalOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  run_.reset();
  waiting_.Clear();
  sent_rows_ = 0;
  coming_splits_.clear();
  return Operator::BeginEpoch(context);
}

Status EvaluateExternalOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  if (run_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(run_, function_->Start(MakeExternalTask(*context_)));
  }
  Batch sent;
  sent.num_rows = dense.num_rows;
  for (const expr::ExpressionPtr& argument : arguments_) {
    ARROW_ASSIGN_OR_RAISE(sent.columns.emplace_back(),
                          expr::EvaluateToArray(*argument, context_->eval, dense));
  }
  waiting_.Add(dense);
  sent_rows_ += dense.num_rows;
  return run_->Send(std::move(sent), [this](Batch results) { return EmitJoined(results); });
}

Status EvaluateExternalOperator::BeginSplit(int split) {
  coming_splits_.emplace_back(sent_rows_, split);
  return BeginReachedSplits();
}

Status EvaluateExternalOperator::BeginReachedSplits() {
  while (!coming_splits_.empty() && coming_splits_.front().first <= sent_rows_ - waiting_.size()) {
    const int split = coming_splits_.front().second;
    coming_splits_.pop_front();
    ARROW_RETURN_NOT_OK(Operator::BeginSplit(split));
  }
  return Status::OK();
}

Status EvaluateExternalOperator::FinishInput(int input) {
  if (run_ != nullptr) {
    ARROW_RETURN_NOT_OK(run_->Finish([this](Batch results) { return EmitJoined(results); }));
    run_.reset();
    if (waiting_.size() > 0) return Status::Invalid("a function gave fewer rows than it got");
  }
  return Operator::FinishInput(input);
}

Status EvaluateExternalOperator::EmitJoined(const Batch& results) {
  return waiting_.Join(results, [this](Batch joined) -> Status {
    ARROW_RETURN_NOT_OK(Emit(std::move(joined)));
    return BeginReachedSplits();
  });
}

}  // namespace thalweg::exec
