#include "thalweg/python/data_source_sink.h"

#include <mutex>
#include <utility>

#include <arrow/api.h>

#include "thalweg/base/log.h"
#include "thalweg/data/batch.h"
#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/map_functions.h"

namespace thalweg::python {
namespace {

SchemaPtr MessageSchema() { return arrow::schema({arrow::field("message", arrow::binary())}); }

Status InvalidMessages(const char* count) {
  return MakeError("INVALID_WRITER_COMMIT_MESSAGE", {{"detail", count}});
}

/// Messages of an epoch, for those who commit or abort it.
class EpochMessages {
 public:
  void Begin() {
    const std::lock_guard lock(mutex_);
    messages_.clear();
  }
  void Add(std::optional<std::string> message) {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  CommitMessages Get() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  mutable std::mutex mutex_;
  CommitMessages messages_;
};

class MessageWriter : public io::SinkWriter {
 public:
  MessageWriter(std::shared_ptr<exec::ExternalFunction> function, exec::ExternalTask task,
                std::shared_ptr<EpochMessages> messages)
      : function_(std::move(function)), task_(std::move(task)), messages_(std::move(messages)) {}

  void CancelledBy(const std::atomic<bool>* cancelled) override { task_.cancelled = cancelled; }

  Status Write(const Batch& batch) override {
    num_rows_ += batch.num_selected();
    ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
    if (dense.num_rows == 0) return Status::OK();
    ARROW_RETURN_NOT_OK(Start());
    return run_->Send(std::move(dense), Taker());
  }

  Result<io::WriterReportPtr> Finish() override {
    ARROW_RETURN_NOT_OK(Start());
    ARROW_RETURN_NOT_OK(run_->Finish(Taker()));
    run_.reset();
    if (!message_) return InvalidMessages("zero");
    messages_->Add(std::move(message_));
    auto report = std::make_unique<io::WriterReport>();
    report->num_rows = num_rows_;
    return report;
  }

  void Abort() override {
    if (run_ != nullptr) messages_->Add(std::nullopt);
    run_.reset();
  }

 private:
  Status Start() {
    if (run_ != nullptr) return Status::OK();
    return function_->Start(task_).Value(&run_);
  }

  exec::EmitRows Taker() {
    return [this](Batch rows) -> Status {
      for (int64_t row = 0; row < rows.num_rows; ++row) {
        if (message_) return InvalidMessages("more than one");
        message_ = static_cast<const arrow::BinaryArray&>(*rows.columns[0]).GetString(row);
      }
      return Status::OK();
    };
  }

  const std::shared_ptr<exec::ExternalFunction> function_;
  exec::ExternalTask task_;
  const std::shared_ptr<EpochMessages> messages_;
  std::unique_ptr<exec::ExternalRun> run_;
  std::optional<std::string> message_;
  int64_t num_rows_ = 0;
};

class DataSourceSink : public io::StreamSink {
 public:
  DataSourceSink(std::shared_ptr<const DataSourceClass> source, SchemaPtr schema,
                 io::Options options, std::string session_time_zone, SinkUse use)
      : source_(std::move(source)),
        schema_(std::move(schema)),
        options_(std::move(options)),
        session_time_zone_(std::move(session_time_zone)),
        use_(use) {}

  std::string Description() const override { return source_->name; }
  bool SupportsMode(io::OutputMode) const override { return true; }

  Status BeginEpoch(int64_t epoch, io::OutputMode mode) override {
    const bool streams = use_ == SinkUse::kStream;
    overwrites_ = streams ? mode == io::OutputMode::kComplete : use_ == SinkUse::kOverwrite;
    messages_->Begin();
    write_ = {};
    ARROW_ASSIGN_OR_RAISE(write_,
                          PlanDataSourceWrite(*source_, *schema_, options_, overwrites_, streams));
    ARROW_ASSIGN_OR_RAISE(const PythonSettings settings, source_->settings());
    PythonFunction function = WithCommand(*source_, write_.function);
    function.eval_type = EvalType::kMapArrowIter;
    return MakeMapFunction(source_->pool, settings, function, schema_, MessageSchema())
        .Value(&function_);
  }

  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t epoch, int worker) override {
    exec::ExternalTask task;
    task.partition = worker;
    task.epoch = epoch;
    task.session_time_zone = session_time_zone_;
    return std::make_unique<MessageWriter>(function_, std::move(task), messages_);
  }

  Status CommitEpoch(int64_t epoch, std::vector<io::WriterReportPtr> reports) override {
    if (reports.empty()) {
      ARROW_ASSIGN_OR_RAISE(const auto writer, OpenWriter(epoch, 0));
      ARROW_RETURN_NOT_OK(writer->Finish().status());
    }
    ARROW_RETURN_NOT_OK(End(epoch, /*abort=*/false));
    last_rows_ = 0;
    for (const auto& report : reports) last_rows_ += report->num_rows;
    return Status::OK();
  }

  void AbortEpoch(int64_t epoch) override {
    if (write_.writer.empty()) return;  // nothing has begun
    const Status status = End(epoch, /*abort=*/true);
    if (!status.ok()) Log(LogLevel::kWarning, source_->name + ": " + status.message());
  }

  int64_t LastOutputRows() const override { return last_rows_; }

 private:
  Status End(int64_t epoch, bool abort) {
    const CommitMessages messages = messages_->Get();
    if (use_ != SinkUse::kStream) {
      return CommitDataSourceWrite(*source_, write_.writer, messages, abort);
    }
    if (instance_.pickled.empty()) {
      ARROW_ASSIGN_OR_RAISE(instance_, CreateDataSource(*source_, schema_, options_));
    }
    return CommitDataSourceEpoch(*source_, {instance_, overwrites_, epoch}, messages, abort);
  }

  const std::shared_ptr<const DataSourceClass> source_;
  const SchemaPtr schema_;
  const io::Options options_;
  const std::string session_time_zone_;
  const SinkUse use_;
  const std::shared_ptr<EpochMessages> messages_ = std::make_shared<EpochMessages>();
  bool overwrites_ = false;
  DataSourceWrite write_;
  std::shared_ptr<exec::ExternalFunction> function_;
  DataSourceInstance instance_;  // of a stream, made when first needed
  int64_t last_rows_ = -1;
};

}  // namespace

Result<std::unique_ptr<io::StreamSink>> MakeDataSourceSink(
    std::shared_ptr<const DataSourceClass> source, SchemaPtr schema, io::Options options,
    std::string session_time_zone, SinkUse use) {
  return std::make_unique<DataSourceSink>(std::move(source), std::move(schema), std::move(options),
                                          std::move(session_time_zone), use);
}

}  // namespace thalweg::python
