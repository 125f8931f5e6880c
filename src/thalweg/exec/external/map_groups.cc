#include "thalweg/exec/external/map_groups.h"

#include <algorithm>

#include "thalweg/exec/external/partitioning.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {

MapGroupsOperator::MapGroupsOperator(std::shared_ptr<ExternalGroupFunction> function,
                                     std::vector<GroupInput> inputs, GroupOutput output,
                                     std::string description)
    : function_(std::move(function)),
      inputs_(std::move(inputs)),
      output_(output),
      description_(std::move(description)),
      groups_(inputs_.size()) {}

Status MapGroupsOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  finished_ = 0;
  run_.reset();
  waiting_.Clear();
  gathered_.clear();
  num_gathered_ = 0;
  for (SortedGroups& groups : groups_) groups.Clear();
  empty_.clear();
  for (const SchemaPtr& schema : function_->input_schemas()) {
    ARROW_ASSIGN_OR_RAISE(empty_.emplace_back(), EmptyBatch(*schema));
  }
  return Operator::BeginEpoch(context);
}

Status MapGroupsOperator::Push(int input, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  groups_[static_cast<size_t>(input)].Add(std::move(dense));
  return Status::OK();
}

Status MapGroupsOperator::FinishInput(int) {
  if (++finished_ < static_cast<int>(inputs_.size())) return Status::OK();
  ARROW_RETURN_NOT_OK(SendGroups());
  for (SortedGroups& groups : groups_) groups.Clear();
  return FinishDownstream();
}

Status MapGroupsOperator::SendGroups() {
  for (size_t input = 0; input < inputs_.size(); ++input) {
    ARROW_RETURN_NOT_OK(groups_[input].Sort(inputs_[input].keys, context_->eval));
  }
  while (true) {
    const std::string* next = nullptr;
    for (const SortedGroups& groups : groups_) {
      if (!groups.AtEnd() && (next == nullptr || groups.key() < *next)) next = &groups.key();
    }
    if (next == nullptr) break;
    std::vector<bool> present;
    for (const SortedGroups& groups : groups_) {
      present.push_back(!groups.AtEnd() && groups.key() == *next);
    }
    ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
    ARROW_RETURN_NOT_OK(SendGroup(present));
  }
  if (run_ == nullptr) return Status::OK();
  ARROW_RETURN_NOT_OK(
      run_->Finish([this](Batch results) { return TakeResults(std::move(results)); }));
  run_.reset();
  if (waiting_.size() > 0) return Status::Invalid("a function gave fewer rows than it got");
  return Flush();
}

Status MapGroupsOperator::SendGroup(const std::vector<bool>& present) {
  if (run_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(run_, function_->Start(MakeExternalTask(*context_)));
  }
  std::vector<Batch> sent;
  for (size_t input = 0; input < inputs_.size(); ++input) {
    if (!present[input]) {
      sent.push_back(empty_[input]);
      continue;
    }
    const Batch rows = groups_[input].rows();
    ARROW_ASSIGN_OR_RAISE(sent.emplace_back(), Columns(input, rows));
    if (output_ == GroupOutput::kInputAndRow) waiting_.Add(rows);
    if (output_ == GroupOutput::kKeysAndRow) {
      Batch keys;
      keys.num_rows = 1;
      const Batch first = SliceBatch(rows, 0, 1);
      for (const expr::ExpressionPtr& key : inputs_[input].keys) {
        ARROW_ASSIGN_OR_RAISE(keys.columns.emplace_back(),
                              expr::EvaluateToArray(*key, context_->eval, first));
      }
      waiting_.Add(std::move(keys));
    }
    groups_[input].Next();
  }
  return run_->SendGroup(std::move(sent),
                         [this](Batch results) { return TakeResults(std::move(results)); });
}

Result<Batch> MapGroupsOperator::Columns(size_t input, const Batch& rows) const {
  Batch sent;
  sent.num_rows = rows.num_rows;
  for (const expr::ExpressionPtr& column : inputs_[input].columns) {
    ARROW_ASSIGN_OR_RAISE(sent.columns.emplace_back(),
                          expr::EvaluateToArray(*column, context_->eval, rows));
  }
  return sent;
}

Status MapGroupsOperator::TakeResults(Batch results) {
  if (output_ == GroupOutput::kRows) return Gather(std::move(results));
  return waiting_.Join(results, [this](Batch joined) { return Gather(std::move(joined)); });
}

Status MapGroupsOperator::Gather(Batch results) {
  if (results.num_rows == 0) return Status::OK();
  num_gathered_ += results.num_rows;
  gathered_.push_back(std::move(results));
  return num_gathered_ >= kDefaultBatchRows ? Flush() : Status::OK();
}

Status MapGroupsOperator::Flush() {
  if (gathered_.empty()) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(Batch rows, ConcatenateBatches(gathered_));
  gathered_.clear();
  num_gathered_ = 0;
  return Emit(std::move(rows));
}

}  // namespace thalweg::exec
