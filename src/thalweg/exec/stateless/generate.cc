#include "thalweg/exec/stateless/generate.h"

#include "thalweg/exec/take.h"

namespace thalweg::exec {

Status GenerateOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  return Operator::BeginEpoch(context);
}

Status GenerateOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
  std::vector<ArrayPtr> arguments;
  for (const expr::ExpressionPtr& argument : arguments_) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr value, expr::EvaluateToArray(*argument, context_->eval, dense));
    arguments.push_back(std::move(value));
  }
  ARROW_ASSIGN_OR_RAISE(expr::GeneratedRows made,
                        generator_->kernel(context_->eval, arguments, dense.num_rows, outer_));
  if (made.parents.empty()) return Status::OK();
  Batch out;
  out.num_rows = static_cast<int64_t>(made.parents.size());
  out.change_kind = dense.change_kind;
  for (const ArrayPtr& column : dense.columns) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr repeated, TakeRows(column, made.parents));
    out.columns.push_back(std::move(repeated));
  }
  for (ArrayPtr& column : made.columns) out.columns.push_back(std::move(column));
  return Emit(std::move(out));
}

}  // namespace thalweg::exec
