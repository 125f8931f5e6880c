#pragma once

#include <memory>
#include <vector>

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// End of a plan on one worker: hands rows to the sink's writer, opened at the first row; one for
/// each split if it follows them.
class SinkOperator : public Operator {
 public:
  SinkOperator(int worker, bool follows_splits)
      : worker_(worker), follows_splits_(follows_splits) {}

  /// Set before each epoch; outlives it.
  void SetSink(io::StreamSink* sink) { sink_ = sink; }
  Status BeginEpoch(const EpochContext& context) override;
  Status BeginSplit(int split) override;
  Status EndSplit() override;
  Status Push(int input, Batch batch) override;
  /// The epoch is through on this worker. The reports of the writers that were opened.
  Result<std::vector<io::WriterReportPtr>> Finish();
  /// Drops what was written, also what has been reported.
  void Abort();
  std::string Description() const override { return "Sink"; }

 private:
  Status FinishWriter();

  int worker_;
  bool follows_splits_;
  int number_ = 0;  // of the next writer
  std::vector<io::WriterReportPtr> reports_;
  io::StreamSink* sink_ = nullptr;
  int64_t epoch_ = 0;
  const std::atomic<bool>* cancelled_ = nullptr;
  std::unique_ptr<io::SinkWriter> writer_;
  std::vector<std::unique_ptr<io::SinkWriter>> finished_;  // of this epoch
};

}  // namespace thalweg::exec
