#include "thalweg/connectors/memory/memory_sink.h"

#include "thalweg/connectors/collected_rows.h"

namespace thalweg::connectors {
namespace {

class MemorySink : public io::StreamSink {
 public:
  explicit MemorySink(std::shared_ptr<MemoryTable> table) : table_(std::move(table)) {}

  std::string Description() const override { return "MemorySink"; }
  bool SupportsMode(io::OutputMode mode) const override { return true; }

  Status BeginEpoch(int64_t epoch, io::OutputMode mode) override {
    mode_ = mode;
    return Status::OK();
  }
  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t epoch, int worker) override {
    return MakeCollectingWriter();
  }
  Status CommitEpoch(int64_t epoch, std::vector<io::WriterReportPtr> reports) override {
    last_rows_ = TotalRows(reports);
    auto batches = TakeBatches(std::move(reports));
    if (mode_ == io::OutputMode::kComplete) {
      table_->Replace(epoch, std::move(batches));
    } else {
      table_->Append(epoch, std::move(batches));
    }
    return Status::OK();
  }
  int64_t LastOutputRows() const override { return last_rows_; }

 private:
  const std::shared_ptr<MemoryTable> table_;
  io::OutputMode mode_ = io::OutputMode::kAppend;
  int64_t last_rows_ = -1;
};

class MemoryProvider : public io::Provider {
 public:
  explicit MemoryProvider(std::shared_ptr<MemoryTableRegistry> registry)
      : registry_(std::move(registry)) {}
  std::string name() const override { return "memory"; }

  Result<std::unique_ptr<io::StreamSink>> MakeStreamSink(
      const io::WriteArguments& arguments) override {
    if (arguments.query_name.empty()) return MakeError("_LEGACY_ERROR_TEMP_1194");
    if (!arguments.partition_by.empty()) {
      return MakeError("_LEGACY_ERROR_TEMP_1197", {{"operation", "memory"}});
    }
    auto table = std::make_shared<MemoryTable>(arguments.schema);
    registry_->Register(arguments.query_name, table);
    return MakeMemorySink(std::move(table));
  }

 private:
  const std::shared_ptr<MemoryTableRegistry> registry_;
};

}  // namespace

std::unique_ptr<io::Provider> MakeMemoryProvider(std::shared_ptr<MemoryTableRegistry> registry) {
  return std::make_unique<MemoryProvider>(std::move(registry));
}

std::unique_ptr<io::StreamSink> MakeMemorySink(std::shared_ptr<MemoryTable> table) {
  return std::make_unique<MemorySink>(std::move(table));
}

}  // namespace thalweg::connectors
