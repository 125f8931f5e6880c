#pragma once

#include <memory>

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// End of a plan on one worker: hands rows to the sink's writer, opened at the first row.
class SinkOperator : public Operator {
 public:
  explicit SinkOperator(int worker) : worker_(worker) {}

  /// Set before each epoch; outlives it.
  void SetSink(io::StreamSink* sink) { sink_ = sink; }
  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  /// The epoch is through on this worker. The report of the writer, null if none was opened.
  Result<io::WriterReportPtr> Finish();
  void Abort();
  std::string Description() const override { return "Sink"; }

 private:
  int worker_;
  io::StreamSink* sink_ = nullptr;
  int64_t epoch_ = 0;
  const std::atomic<bool>* cancelled_ = nullptr;
  std::unique_ptr<io::SinkWriter> writer_;
};

}  // namespace thalweg::exec
