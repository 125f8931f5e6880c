#include "thalweg/exec/external/map_external.h"

#include "thalweg/exec/take.h"

namespace thalweg::exec {

Status MapExternalOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  run_.reset();
  satisfied_ = false;
  return Operator::BeginEpoch(context);
}

Status MapExternalOperator::Start() {
  if (run_ != nullptr) return Status::OK();
  return function_->Start(partitioning_.MakeTask(*context_)).Value(&run_);
}

EmitRows MapExternalOperator::Emitter() {
  return [this](Batch rows) -> Status {
    // A function that gives rows all the time leaves no other time to look.
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    if (rows.num_rows > 0) ARROW_RETURN_NOT_OK(Emit(std::move(rows)));
    satisfied_ = !Operator::WantsMore();
    return satisfied_ ? Status::Cancelled("nobody wants more rows") : Status::OK();
  };
}

Status MapExternalOperator::Check(Status called) {
  if (!satisfied_) return called;
  run_.reset();
  return Status::OK();
}

Status MapExternalOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
  if (dense.num_rows == 0 || satisfied_) return Status::OK();
  ARROW_RETURN_NOT_OK(Start());
  Batch sent;
  sent.num_rows = dense.num_rows;
  for (const int column : columns_)
    sent.columns.push_back(dense.columns[static_cast<size_t>(column)]);
  return Check(run_->Send(std::move(sent), Emitter()));
}

Status MapExternalOperator::Finish() {
  if (run_ == nullptr) return Status::OK();
  ARROW_RETURN_NOT_OK(Check(run_->Finish(Emitter())));
  run_.reset();
  return Status::OK();
}

Status MapExternalOperator::BeginSplit(int split) {
  if (partitioning_.follows_splits) partitioning_.partition = split;
  return Operator::BeginSplit(split);
}

Status MapExternalOperator::EndSplit() {
  if (partitioning_.follows_splits && !satisfied_) {
    if (Operator::WantsMore()) ARROW_RETURN_NOT_OK(Start());
    ARROW_RETURN_NOT_OK(Finish());
  }
  return Operator::EndSplit();
}

Status MapExternalOperator::FinishInput(int input) {
  const bool first_worker = !partitioning_.follows_splits && partitioning_.partition == 0;
  if (first_worker && !satisfied_) ARROW_RETURN_NOT_OK(Start());
  ARROW_RETURN_NOT_OK(Finish());
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
