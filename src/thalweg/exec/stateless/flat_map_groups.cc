#include "thalweg/exec/stateless/flat_map_groups.h"

#include "thalweg/exec/callback/guard.h"
#include "thalweg/exec/callback/row_image.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {

FlatMapGroupsOperator::FlatMapGroupsOperator(FlatMapGroupsOptions options)
    : options_(std::move(options)),
      input_(options_.input),
      out_(options_.output_schema, "flatMapGroups", options_.input.batch_rows,
           [this](Batch rows) { return Operator::Emit(std::move(rows)); }) {}

Status FlatMapGroupsOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  input_.Begin();
  return Operator::BeginEpoch(context);
}

Status FlatMapGroupsOperator::Push(int, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  input_.Add(std::move(dense));
  return Status::OK();
}

Status FlatMapGroupsOperator::CallGroups() {
  const auto function = options_.make_function();
  for (int64_t group = 0; group < input_.num_groups(); ++group) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    ARROW_ASSIGN_OR_RAISE(const Row key, RowAt(input_.key_columns(), group));
    const auto rows = input_.Rows(group);
    ARROW_RETURN_NOT_OK(function->Call(key, rows.get(), nullptr, &out_));
  }
  return Status::OK();
}

Status FlatMapGroupsOperator::FinishInput(int input) {
  ARROW_RETURN_NOT_OK(input_.Finish());
  if (input_.num_groups() > 0) {
    const Status status = Guarded([this] { return CallGroups(); });
    if (!out_.failure().ok()) return out_.failure();
    ARROW_RETURN_NOT_OK(status);
    ARROW_RETURN_NOT_OK(out_.Flush());
  }
  input_.Begin();
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
