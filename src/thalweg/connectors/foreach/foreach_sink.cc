#include "thalweg/connectors/foreach/foreach_sink.h"

#include "thalweg/connectors/collected_rows.h"

namespace thalweg::connectors {
namespace {

Status UserError(const char* condition, const Status& status) {
  if (IsCondition(status, condition)) return status;
  return MakeError(condition, {{"reason", status.message()}});
}

class ForeachWriter : public io::SinkWriter {
 public:
  ForeachWriter(std::shared_ptr<const ForeachCallbacks> callbacks, int64_t partition, int64_t epoch)
      : callbacks_(std::move(callbacks)), partition_(partition), epoch_(epoch) {}
  ~ForeachWriter() override { Abort(); }

  Status Open() {
    if (callbacks_->open) {
      auto wanted = callbacks_->open(partition_, epoch_);
      if (!wanted.ok()) return UserError("FOREACH_USER_FUNCTION_ERROR", wanted.status());
      wanted_ = *wanted;
    }
    open_ = true;
    return Status::OK();
  }

  Status Write(const Batch& batch) override {
    report_->num_rows += batch.num_selected();
    if (!wanted_ || batch.num_selected() == 0) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const Batch rows, Compact(batch));
    const Status status = callbacks_->process(partition_, epoch_, rows);
    if (status.ok()) return status;
    Close(status);
    return UserError("FOREACH_USER_FUNCTION_ERROR", status);
  }

  Result<io::WriterReportPtr> Finish() override {
    Close(Status::OK());
    return std::move(report_);
  }
  void Abort() override { Close(Status::Cancelled("the batch was given up")); }

 private:
  void Close(const Status& outcome) {
    if (open_ && callbacks_->close) callbacks_->close(partition_, epoch_, outcome);
    open_ = false;
  }

  const std::shared_ptr<const ForeachCallbacks> callbacks_;
  const int64_t partition_;
  const int64_t epoch_;
  bool wanted_ = true;
  bool open_ = false;
  io::WriterReportPtr report_ = std::make_unique<io::WriterReport>();
};

class ForeachSink : public io::StreamSink {
 public:
  explicit ForeachSink(ForeachCallbacks callbacks)
      : callbacks_(std::make_shared<const ForeachCallbacks>(std::move(callbacks))) {}

  std::string Description() const override { return "ForeachWriterTable"; }
  bool SupportsMode(io::OutputMode mode) const override { return true; }
  Status BeginEpoch(int64_t epoch, io::OutputMode mode) override { return Status::OK(); }
  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t epoch, int worker) override {
    auto writer = std::make_unique<ForeachWriter>(callbacks_, worker, epoch);
    ARROW_RETURN_NOT_OK(writer->Open());
    return writer;
  }
  Status CommitEpoch(int64_t epoch, std::vector<io::WriterReportPtr> reports) override {
    last_rows_ = TotalRows(reports);
    return Status::OK();
  }
  int64_t LastOutputRows() const override { return last_rows_; }

 private:
  const std::shared_ptr<const ForeachCallbacks> callbacks_;
  int64_t last_rows_ = -1;
};

class ForeachBatchSink : public io::StreamSink {
 public:
  explicit ForeachBatchSink(ForeachBatchCallback callback) : callback_(std::move(callback)) {}

  std::string Description() const override { return "ForeachBatchSink"; }
  bool SupportsMode(io::OutputMode mode) const override { return true; }
  Status BeginEpoch(int64_t epoch, io::OutputMode mode) override { return Status::OK(); }
  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t epoch, int worker) override {
    return MakeCollectingWriter();
  }
  Status CommitEpoch(int64_t epoch, std::vector<io::WriterReportPtr> reports) override {
    const Status status = callback_(TakeBatches(std::move(reports)), epoch);
    // A batch that was given up is no fault of the function.
    if (status.ok() || status.IsCancelled()) return status;
    return UserError("FOREACH_BATCH_USER_FUNCTION_ERROR", status);
  }

 private:
  const ForeachBatchCallback callback_;
};

}  // namespace

std::unique_ptr<io::StreamSink> MakeForeachSink(ForeachCallbacks callbacks) {
  return std::make_unique<ForeachSink>(std::move(callbacks));
}

std::unique_ptr<io::StreamSink> MakeForeachBatchSink(ForeachBatchCallback callback) {
  return std::make_unique<ForeachBatchSink>(std::move(callback));
}

}  // namespace thalweg::connectors
