#include "thalweg/exec/stateless/observe.h"

#include "thalweg/state/state_table.h"

namespace thalweg::exec {

using state::kSlotOffset;

ObserveOperator::ObserveOperator(std::vector<expr::ExpressionPtr> inputs,
                                 std::shared_ptr<const AggregateCalls> calls,
                                 std::string description)
    : inputs_(std::move(inputs)),
      calls_(std::move(calls)),
      description_(std::move(description)),
      group_((kSlotOffset + calls_->slot_bytes() + 7) / 8) {}

ObserveOperator::~ObserveOperator() { Reset(); }

void ObserveOperator::Reset() {
  if (initialized_) calls_->Destroy(mutable_group() + kSlotOffset);
  initialized_ = false;
}

Status ObserveOperator::BeginEpoch(const EpochContext& context) {
  Reset();
  calls_->Init(mutable_group());
  initialized_ = true;
  context_ = &context;
  return Operator::BeginEpoch(context);
}

Status ObserveOperator::Push(int, Batch batch) {
  Batch values;
  values.num_rows = batch.num_selected();
  if (!inputs_.empty()) {
    ARROW_ASSIGN_OR_RAISE(values, expr::EvaluateProjection(inputs_, context_->eval, batch));
  }
  if (values.num_rows > 0) {
    if (static_cast<int64_t>(groups_.size()) < values.num_rows) {
      groups_.resize(values.num_rows, mutable_group());
    }
    ARROW_RETURN_NOT_OK(calls_->Update(context_->eval, values, groups_.data()));
  }
  return Emit(std::move(batch));
}

}  // namespace thalweg::exec
