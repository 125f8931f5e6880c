#include "thalweg/exec/operator.h"

namespace thalweg::exec {

void Operator::SetDownstream(std::unique_ptr<Operator> downstream, int input) {
  owned_ = std::move(downstream);
  downstream_ = owned_.get();
  downstream_input_ = input;
}

void Operator::SetSharedDownstream(Operator* downstream, int input) {
  downstream_ = downstream;
  downstream_input_ = input;
}

Status Operator::BeginEpoch(const EpochContext& context) {
  return owned_ != nullptr ? owned_->BeginEpoch(context) : Status::OK();
}

Status Operator::BeginSplit(int split) {
  return downstream_ == nullptr ? Status::OK() : downstream_->BeginSplit(split);
}

Status Operator::EndSplit() {
  return downstream_ == nullptr ? Status::OK() : downstream_->EndSplit();
}

Status Operator::FinishInput(int) { return FinishDownstream(); }

Status Operator::Emit(Batch batch) {
  return downstream_ != nullptr ? downstream_->Push(downstream_input_, std::move(batch))
                                : Status::OK();
}

Status Operator::FinishDownstream() {
  return downstream_ != nullptr ? downstream_->FinishInput(downstream_input_) : Status::OK();
}

}  // namespace thalweg::exec
