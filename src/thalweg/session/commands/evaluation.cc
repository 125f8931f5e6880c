#include "thalweg/session/commands/evaluation.h"

#include <arrow/api.h>

#include "thalweg/expr/char_length.h"

namespace thalweg::session {

Result<std::vector<std::shared_ptr<arrow::Scalar>>> Evaluate(
    Session* session, const std::vector<plan::spec::ExpressionPtr>& expressions) {
  auto row = std::make_shared<plan::spec::Relation>();
  row->kind = plan::spec::RelationKind::kProject;
  row->expressions = expressions;
  ARROW_ASSIGN_OR_RAISE(const RowSet rows, session->Collect(row));
  std::vector<std::shared_ptr<arrow::Scalar>> values;
  for (const Batch& batch : rows.batches) {
    if (batch.num_rows == 0) continue;
    for (const ArrayPtr& column : batch.columns) {
      ARROW_ASSIGN_OR_RAISE(auto value, column->GetScalar(0));
      values.push_back(std::move(value));
    }
    break;
  }
  if (values.size() != expressions.size()) {
    return MakeError("INTERNAL_ERROR", {{"message", "expressions of a command gave no row"}});
  }
  return values;
}

Result<std::shared_ptr<arrow::Scalar>> FitToDeclared(const std::shared_ptr<arrow::Scalar>& value,
                                                     const TypePtr& declared) {
  return expr::Fold(*expr::CheckCharLength(expr::Literal::Make(value), declared),
                    expr::EvalContext{});
}

}  // namespace thalweg::session
