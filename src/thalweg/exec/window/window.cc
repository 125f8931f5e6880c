#include "thalweg/exec/window/window.h"

#include <algorithm>

#include "thalweg/exec/row_limit.h"
#include "thalweg/exec/take.h"
#include "thalweg/exec/window/external_frames.h"
#include "thalweg/exec/window/frame_aggregate.h"
#include "thalweg/exec/window/rank_functions.h"

namespace thalweg::exec {

Status WindowOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  batches_.clear();
  return Operator::BeginEpoch(context);
}

Status WindowOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.num_rows > 0) batches_.push_back(std::move(dense));
  return Status::OK();
}

Status WindowOperator::FinishInput(int input) {
  if (!batches_.empty()) ARROW_RETURN_NOT_OK(EmitResults());
  return Operator::FinishInput(input);
}

Result<WindowRows> WindowOperator::SortRows() {
  ARROW_ASSIGN_OR_RAISE(const Batch all, ConcatenateBatches(batches_));
  batches_.clear();
  ARROW_RETURN_NOT_OK(CheckRowLimit(all.num_rows, "window functions over partitions"));
  std::vector<std::string> partition_keys(all.num_rows);
  std::vector<std::string> order_keys(all.num_rows);
  for (const expr::ExpressionPtr& key : options_.partition_by) {
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr values, expr::EvaluateToArray(*key, context_->eval, all));
    ARROW_RETURN_NOT_OK(AppendSortKeys(*values, {}, &partition_keys));
  }
  for (const WindowOrder& item : options_.order_by) {
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr values,
                          expr::EvaluateToArray(*item.expression, context_->eval, all));
    ARROW_RETURN_NOT_OK(AppendSortKeys(*values, item.direction, &order_keys));
  }
  std::vector<std::string> keys(all.num_rows);
  for (int64_t row = 0; row < all.num_rows; ++row) {
    keys[row].reserve(partition_keys[row].size() + order_keys[row].size());
    keys[row].append(partition_keys[row]).append(order_keys[row]);
  }
  const std::vector<int32_t> order = SortedOrder(keys);
  Batch sorted;
  sorted.num_rows = all.num_rows;
  for (const ArrayPtr& column : all.columns) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr taken, TakeRows(column, order));
    sorted.columns.push_back(std::move(taken));
  }
  std::vector<std::string> sorted_partitions(order.size());
  std::vector<std::string> sorted_orders(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    sorted_partitions[i] = std::move(partition_keys[order[i]]);
    sorted_orders[i] = std::move(order_keys[order[i]]);
  }
  return WindowRows(std::move(sorted), sorted_partitions, std::move(sorted_orders));
}

Result<ArrayPtr> WindowOperator::Compute(const BoundWindowCall& call, const WindowRows& rows) {
  const bool needs_frames = call.kind == expr::WindowFunctionKind::kAggregate ||
                            call.kind == expr::WindowFunctionKind::kNthValue;
  std::vector<RowRange> frames;
  if (needs_frames) {
    const SortDirection direction =
        options_.order_by.empty() ? SortDirection() : options_.order_by[0].direction;
    ARROW_ASSIGN_OR_RAISE(frames, ComputeFrames(call.frame, rows, direction, context_->eval));
  }
  if (call.external != nullptr) return EvaluateExternalFrames(call, rows, frames, *context_);
  switch (call.kind) {
    case expr::WindowFunctionKind::kAggregate:
      return AggregateFrames(call, rows, frames, context_->eval);
    case expr::WindowFunctionKind::kOffset:
    case expr::WindowFunctionKind::kNthValue:
      return PickValues(call, rows, frames, context_->eval);
    default:
      return ComputeRanks(call, rows);
  }
}

Status WindowOperator::EmitResults() {
  ARROW_ASSIGN_OR_RAISE(const WindowRows rows, SortRows());
  Batch all = rows.rows();
  for (const BoundWindowCall& call : options_.calls) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    ARROW_ASSIGN_OR_RAISE(ArrayPtr column, Compute(call, rows));
    all.columns.push_back(std::move(column));
  }
  for (int64_t begin = 0; begin < all.num_rows; begin += options_.batch_rows) {
    if (!Operator::WantsMore()) return Status::OK();
    ARROW_RETURN_NOT_OK(
        Emit(SliceBatch(all, begin, std::min(options_.batch_rows, all.num_rows - begin))));
  }
  return Status::OK();
}

}  // namespace thalweg::exec
