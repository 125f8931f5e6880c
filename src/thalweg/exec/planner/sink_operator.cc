#include "thalweg/exec/planner/sink_operator.h"

namespace thalweg::exec {

Status SinkOperator::BeginEpoch(const EpochContext& context) {
  epoch_ = context.epoch;
  cancelled_ = context.cancelled;
  writer_.reset();
  return Status::OK();
}

Status SinkOperator::Push(int, Batch batch) {
  if (batch.num_selected() == 0) return Status::OK();
  if (writer_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(writer_, sink_->OpenWriter(epoch_, worker_));
    writer_->CancelledBy(cancelled_);
  }
  return writer_->Write(batch);
}

Result<io::WriterReportPtr> SinkOperator::Finish() {
  if (writer_ == nullptr) return io::WriterReportPtr();
  ARROW_ASSIGN_OR_RAISE(io::WriterReportPtr report, writer_->Finish());
  writer_.reset();
  return report;
}

void SinkOperator::Abort() {
  if (writer_ != nullptr) writer_->Abort();
  writer_.reset();
}

}  // namespace thalweg::exec
