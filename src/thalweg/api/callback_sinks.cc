#include "thalweg/api/callback_sinks.h"

#include <map>
#include <mutex>
#include <utility>

#include <arrow/api.h>

#include "thalweg/api/frame.h"
#include "thalweg/base/guarded.h"
#include "thalweg/base/log.h"
#include "thalweg/connectors/foreach/foreach_sink.h"

namespace thalweg::api {
namespace {

/// The program's writers that are open, by partition and epoch. Thread-safe.
class OpenWriters {
 public:
  explicit OpenWriters(DataStreamWriter::ForeachFactory factory, SchemaPtr schema)
      : factory_(std::move(factory)), schema_(std::move(schema)) {}

  Result<bool> Open(int64_t partition, int64_t epoch) {
    std::shared_ptr<ForeachWriter> writer = factory_();
    if (writer == nullptr) return Status::Invalid("the factory of Foreach() gave no writer");
    ARROW_ASSIGN_OR_RAISE(const bool wanted, writer->Open(partition, epoch));
    const std::lock_guard lock(mutex_);
    writers_[{partition, epoch}] = std::move(writer);
    return wanted;
  }

  Status Process(int64_t partition, int64_t epoch, const Batch& rows) {
    const auto writer = Find(partition, epoch);
    if (writer == nullptr) return Status::Invalid("rows for a writer that is not open");
    ARROW_ASSIGN_OR_RAISE(auto record_batch, ToRecordBatch(rows, schema_));
    return writer->Process(*record_batch);
  }

  void Close(int64_t partition, int64_t epoch, const Status& outcome) {
    const auto writer = Find(partition, epoch);
    if (writer != nullptr) writer->Close(outcome);
    const std::lock_guard lock(mutex_);
    writers_.erase({partition, epoch});
  }

 private:
  std::shared_ptr<ForeachWriter> Find(int64_t partition, int64_t epoch) {
    const std::lock_guard lock(mutex_);
    const auto found = writers_.find({partition, epoch});
    return found == writers_.end() ? nullptr : found->second;
  }

  const DataStreamWriter::ForeachFactory factory_;
  const SchemaPtr schema_;
  std::mutex mutex_;
  std::map<std::pair<int64_t, int64_t>, std::shared_ptr<ForeachWriter>> writers_;
};

}  // namespace

std::unique_ptr<io::StreamSink> MakeProgramForeachSink(DataStreamWriter::ForeachFactory factory,
                                                       SchemaPtr schema) {
  auto writers = std::make_shared<OpenWriters>(std::move(factory), std::move(schema));
  connectors::ForeachCallbacks callbacks;
  callbacks.open = [writers](int64_t partition, int64_t epoch) {
    return Guarded([&] { return writers->Open(partition, epoch); });
  };
  callbacks.process = [writers](int64_t partition, int64_t epoch, const Batch& rows) {
    return Guarded([&] { return writers->Process(partition, epoch, rows); });
  };
  callbacks.close = [writers](int64_t partition, int64_t epoch, const Status& outcome) {
    const Status closed = Guarded([&]() -> Status {
      writers->Close(partition, epoch, outcome);
      return Status::OK();
    });
    // Close() has no way to fail: what it throws is told and passed over.
    if (!closed.ok())
      Log(LogLevel::kWarning, "a foreach writer's Close failed: " + closed.message());
  };
  return connectors::MakeForeachSink(std::move(callbacks));
}

std::unique_ptr<io::StreamSink> MakeProgramForeachBatchSink(
    DataStreamWriter::ForeachBatchFunction function, SchemaPtr schema, SessionCore* core) {
  return connectors::MakeForeachBatchSink(
      [function = std::move(function), schema = std::move(schema), core](std::vector<Batch> batches,
                                                                         int64_t epoch) -> Status {
        const SessionCorePtr borrowed(std::shared_ptr<void>(), core);
        const DataFrame rows = MakeLocalFrame(borrowed, schema, std::move(batches));
        return Guarded([&] { return function(rows, epoch); });
      });
}

}  // namespace thalweg::api
