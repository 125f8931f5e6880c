#include "thalweg/exec/stateless/union.h"

namespace thalweg::exec {

Status UnionOperator::BeginEpoch(const EpochContext& context) {
  open_inputs_ = num_inputs_;
  return Operator::BeginEpoch(context);
}

Status UnionOperator::FinishInput(int) {
  return --open_inputs_ == 0 ? FinishDownstream() : Status::OK();
}

}  // namespace thalweg::exec
