#include "thalweg/exec/planner/sink_operator.h"

namespace thalweg::exec {
namespace {

// Of writers for rows that come behind all splits: beyond the numbers of those.
constexpr int kFirstNumberBehindSplits = 1'000'000;

}  // namespace

Status SinkOperator::BeginEpoch(const EpochContext& context) {
  epoch_ = context.epoch;
  cancelled_ = context.cancelled;
  writer_.reset();
  finished_.clear();
  reports_.clear();
  number_ = worker_ + (follows_splits_ ? kFirstNumberBehindSplits : 0);
  return Status::OK();
}

Status SinkOperator::BeginSplit(int split) {
  if (follows_splits_) number_ = split;
  return Status::OK();
}

Status SinkOperator::EndSplit() {
  if (!follows_splits_) return Status::OK();
  ARROW_RETURN_NOT_OK(FinishWriter());
  number_ = worker_ + kFirstNumberBehindSplits;
  return Status::OK();
}

Status SinkOperator::Push(int, Batch batch) {
  if (batch.num_selected() == 0) return Status::OK();
  if (writer_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(writer_, sink_->OpenWriter(epoch_, number_));
    writer_->CancelledBy(cancelled_);
  }
  return writer_->Write(batch);
}

Status SinkOperator::FinishWriter() {
  if (writer_ == nullptr) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(io::WriterReportPtr report, writer_->Finish());
  finished_.push_back(std::move(writer_));
  if (report != nullptr) reports_.push_back(std::move(report));
  return Status::OK();
}

Result<std::vector<io::WriterReportPtr>> SinkOperator::Finish() {
  ARROW_RETURN_NOT_OK(FinishWriter());
  return std::move(reports_);
}

void SinkOperator::Abort() {
  if (writer_ != nullptr) writer_->Abort();
  writer_.reset();
  for (const auto& writer : finished_) writer->Discard();
  finished_.clear();
}

}  // namespace thalweg::exec
