#include "thalweg/exec/stateless/session_window.h"

#include <arrow/api.h>

namespace thalweg::exec {

SessionWindowOperator::SessionWindowOperator(expr::ExpressionPtr time, expr::ExpressionPtr end,
                                             TypePtr window_type, std::string description)
    : time_(std::move(time)),
      end_(std::move(end)),
      window_type_(std::move(window_type)),
      description_(std::move(description)) {}

Status SessionWindowOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  return Operator::BeginEpoch(context);
}

Status SessionWindowOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr times, expr::EvaluateToArray(*time_, context_->eval, dense));
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr ends, expr::EvaluateToArray(*end_, context_->eval, dense));
  const int64_t* time_values = static_cast<const arrow::TimestampArray&>(*times).raw_values();
  const int64_t* end_values = static_cast<const arrow::TimestampArray&>(*ends).raw_values();
  auto kept = std::make_shared<std::vector<int32_t>>();
  for (int64_t row = 0; row < dense.num_rows; ++row) {
    const bool valid = times->IsValid(row) && ends->IsValid(row);
    if (valid && end_values[row] > time_values[row]) kept->push_back(static_cast<int32_t>(row));
  }
  if (kept->empty()) return Status::OK();
  if (static_cast<int64_t>(kept->size()) < dense.num_rows) dense.selection = std::move(kept);
  // Rows that are left out may have NULLs below; nobody looks at them.
  dense.columns.push_back(std::make_shared<arrow::StructArray>(window_type_, dense.num_rows,
                                                               arrow::ArrayVector{times, ends}));
  return Emit(std::move(dense));
}

}  // namespace thalweg::exec
