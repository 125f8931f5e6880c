#include "thalweg/exec/stateless/project.h"

namespace thalweg::exec {

ProjectOperator::ProjectOperator(std::vector<expr::ExpressionPtr> expressions,
                                 std::string description)
    : expressions_(std::move(expressions)), description_(std::move(description)) {
  for (const expr::ExpressionPtr& expression : expressions_) {
    if (expression->kind() != expr::ExpressionKind::kColumn) {
      ordinals_.clear();
      return;
    }
    ordinals_.push_back(static_cast<const expr::ColumnReference&>(*expression).ordinal());
  }
}

Status ProjectOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  return Operator::BeginEpoch(context);
}

Status ProjectOperator::Push(int, Batch batch) {
  if (expressions_.size() == ordinals_.size()) {
    std::vector<ArrayPtr> columns;
    columns.reserve(ordinals_.size());
    for (const int ordinal : ordinals_) columns.push_back(batch.columns[ordinal]);
    batch.columns = std::move(columns);
    return Emit(std::move(batch));
  }
  ARROW_ASSIGN_OR_RAISE(Batch out, expr::EvaluateProjection(expressions_, context_->eval, batch));
  return Emit(std::move(out));
}

}  // namespace thalweg::exec
