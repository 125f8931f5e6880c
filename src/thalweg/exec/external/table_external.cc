#include "thalweg/exec/external/table_external.h"

#include <utility>

#include "thalweg/exec/take.h"

namespace thalweg::exec {

TableExternalOperator::TableExternalOperator(std::shared_ptr<ExternalFunction> function,
                                             std::vector<expr::ExpressionPtr> arguments,
                                             std::vector<int> kept, int64_t batch_rows,
                                             Partitioning partitioning, std::string description)
    : function_(std::move(function)),
      arguments_(std::move(arguments)),
      kept_(std::move(kept)),
      batch_rows_(batch_rows),
      partitioning_(partitioning),
      description_(std::move(description)) {}

Status TableExternalOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  run_.reset();
  Clear();
  return Operator::BeginEpoch(context);
}

void TableExternalOperator::Clear() {
  waiting_.clear();
  row_ = 0;
  gathered_.clear();
  parents_.clear();
}

Status TableExternalOperator::Start() {
  if (run_ != nullptr) return Status::OK();
  return function_->Start(partitioning_.MakeTask(*context_)).Value(&run_);
}

Status TableExternalOperator::BeginSplit(int split) {
  if (partitioning_.follows_splits) partitioning_.partition = split;
  return Operator::BeginSplit(split);
}

Status TableExternalOperator::EndSplit() {
  if (partitioning_.follows_splits) ARROW_RETURN_NOT_OK(Finish());
  return Operator::EndSplit();
}

Status TableExternalOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
  if (dense.num_rows == 0) return Status::OK();
  ARROW_RETURN_NOT_OK(Start());
  Batch sent;
  Batch kept;
  sent.num_rows = dense.num_rows;
  kept.num_rows = dense.num_rows;
  for (const expr::ExpressionPtr& argument : arguments_) {
    ARROW_ASSIGN_OR_RAISE(sent.columns.emplace_back(),
                          expr::EvaluateToArray(*argument, context_->eval, dense));
  }
  for (const int column : kept_) kept.columns.push_back(dense.columns[static_cast<size_t>(column)]);
  waiting_.push_back(std::move(kept));
  return run_->Send(std::move(sent), [this](Batch rows) { return TakeResult(std::move(rows)); });
}

Status TableExternalOperator::Finish() {
  if (run_ == nullptr) return Status::OK();
  ARROW_RETURN_NOT_OK(run_->Finish([this](Batch rows) { return TakeResult(std::move(rows)); }));
  run_.reset();
  ARROW_RETURN_NOT_OK(Flush());
  Clear();
  return Status::OK();
}

Status TableExternalOperator::FinishInput(int input) {
  ARROW_RETURN_NOT_OK(Finish());
  return Operator::FinishInput(input);
}

Status TableExternalOperator::TakeResult(Batch result) {
  if (row_ == waiting_.front().num_rows && waiting_.size() > 1) {
    ARROW_RETURN_NOT_OK(Flush());
    waiting_.pop_front();
    row_ = 0;
  }
  if (row_ < waiting_.front().num_rows) ++row_;
  if (result.num_rows == 0) return Status::OK();
  parents_.insert(parents_.end(), static_cast<size_t>(result.num_rows),
                  static_cast<int32_t>(row_ - 1));
  gathered_.push_back(std::move(result));
  return static_cast<int64_t>(parents_.size()) >= batch_rows_ ? Flush() : Status::OK();
}

Status TableExternalOperator::Flush() {
  if (gathered_.empty()) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const Batch results, ConcatenateBatches(std::exchange(gathered_, {})));
  const std::vector<int32_t> parents = std::exchange(parents_, {});
  Batch out;
  out.num_rows = results.num_rows;
  for (const ArrayPtr& column : waiting_.front().columns) {
    ARROW_ASSIGN_OR_RAISE(out.columns.emplace_back(), TakeRows(column, parents));
  }
  out.columns.insert(out.columns.end(), results.columns.begin(), results.columns.end());
  return Emit(std::move(out));
}

}  // namespace thalweg::exec
