#include "thalweg/connectors/noop/noop_sink.h"

#include "thalweg/connectors/collected_rows.h"

namespace thalweg::connectors {
namespace {

class NoopSink : public io::StreamSink {
 public:
  std::string Description() const override { return "NoopTable"; }
  bool SupportsMode(io::OutputMode mode) const override { return true; }
  Status BeginEpoch(int64_t epoch, io::OutputMode mode) override { return Status::OK(); }
  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t epoch, int worker) override {
    return std::make_unique<Writer>();
  }
  Status CommitEpoch(int64_t epoch, std::vector<io::WriterReportPtr> reports) override {
    last_rows_ = TotalRows(reports);
    return Status::OK();
  }
  int64_t LastOutputRows() const override { return last_rows_; }

 private:
  class Writer : public io::SinkWriter {
   public:
    Status Write(const Batch& batch) override {
      report_->num_rows += batch.num_selected();
      return Status::OK();
    }
    Result<io::WriterReportPtr> Finish() override { return std::move(report_); }
    void Abort() override {}

   private:
    io::WriterReportPtr report_ = std::make_unique<io::WriterReport>();
  };

  int64_t last_rows_ = -1;
};

class NoopProvider : public io::Provider {
 public:
  std::string name() const override { return "noop"; }

  Result<std::unique_ptr<io::StreamSink>> MakeStreamSink(
      const io::WriteArguments& arguments) override {
    return std::make_unique<NoopSink>();
  }
  Result<std::unique_ptr<io::StreamSink>> MakeBatchSink(
      const io::WriteArguments& arguments) override {
    if (arguments.save_mode == io::SaveMode::kErrorIfExists ||
        arguments.save_mode == io::SaveMode::kIgnore) {
      const bool ignore = arguments.save_mode == io::SaveMode::kIgnore;
      return MakeError(
          "UNSUPPORTED_DATA_SOURCE_SAVE_MODE",
          {{"source", "noop"}, {"createMode", ignore ? "\"Ignore\"" : "\"ErrorIfExists\""}});
    }
    return std::make_unique<NoopSink>();
  }
};

}  // namespace

std::unique_ptr<io::Provider> MakeNoopProvider() { return std::make_unique<NoopProvider>(); }

}  // namespace thalweg::connectors
