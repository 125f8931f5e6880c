#include "thalweg/python/stream_reader_worker.h"

#include <utility>

#include <arrow/api.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/reader.h>

namespace thalweg::python {
namespace {

constexpr char kModule[] = "pyspark.sql.streaming.python_streaming_source_runner";

/// Methods of the reader, as the module numbers them.
constexpr int32_t kInitialOffset = 884;
constexpr int32_t kLatestOffset = 885;
constexpr int32_t kPartitions = 886;
constexpr int32_t kCommit = 887;
constexpr int32_t kFeatures = 888;
constexpr int32_t kPrepareForAvailableNow = 889;
constexpr int32_t kLatestOffsetWithin = 890;
constexpr int32_t kDefaultLimit = 891;
constexpr int32_t kReportLatestOffset = 892;

/// Whether rows come with the partitions.
constexpr int32_t kNoRowsYet = 0;
constexpr int32_t kRowsFollow = 1;

/// The bytes of a worker as a stream that Arrow reads.
class WorkerStream : public arrow::io::InputStream {
 public:
  explicit WorkerStream(PlannerWorker* worker) : worker_(worker) {}

  arrow::Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Result<int64_t> Read(int64_t size, void* out) override {
    ARROW_RETURN_NOT_OK(worker_->ReadBytes(out, static_cast<size_t>(size)));
    position_ += size;
    return size;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(size));
    ARROW_RETURN_NOT_OK(Read(size, buffer->mutable_data()).status());
    return buffer;
  }

 private:
  PlannerWorker* const worker_;
  int64_t position_ = 0;
  bool closed_ = false;
};

Status UnknownAnswer(int32_t answer) {
  return MakeError("PYTHON_WORKER_FAILED.PROTOCOL",
                   {{"reason", "an answer of " + std::to_string(answer)}});
}

}  // namespace

Result<std::unique_ptr<StreamReaderWorker>> StreamReaderWorker::Start(
    const DataSourceClass& source, const DataSourceInstance& instance) {
  ARROW_ASSIGN_OR_RAISE(const PythonSettings settings, source.settings());
  ARROW_ASSIGN_OR_RAISE(auto worker,
                        PlannerWorker::StartModule(source.pool, settings, source.function, kModule,
                                                   PlannerWorker::Preamble::kFiles));
  WireWriter* out = worker->question();
  out->Text(instance.pickled);
  out->Text(SchemaToJson(*instance.schema));
  out->Int(settings.chunks.max_rows > 0 ? settings.chunks.max_rows : INT32_MAX);
  ARROW_RETURN_NOT_OK(worker->Ask());
  std::unique_ptr<StreamReaderWorker> started(new StreamReaderWorker(std::move(worker)));
  ARROW_RETURN_NOT_OK(
      DataSourceError(started->worker_->ReadInt().status(), "plan", "initialize source"));
  ARROW_RETURN_NOT_OK(started->AskFeatures());
  return started;
}

StreamReaderWorker::~StreamReaderWorker() { worker_->HangUp(); }

Status StreamReaderWorker::AskFeatures() {
  if (worker_->protocol() < Protocol::k42) return Status::OK();
  worker_->question()->Int(kFeatures);
  ARROW_RETURN_NOT_OK(worker_->Ask());
  const Result<int32_t> answer = worker_->ReadInt();
  if (!answer.ok()) return DataSourceRuntimeError(answer.status(), "checkSupportedFeatures");
  features_ = *answer;
  return Status::OK();
}

Result<std::string> StreamReaderWorker::AskText(int32_t function, const std::string& action) {
  worker_->question()->Int(function);
  ARROW_RETURN_NOT_OK(worker_->Ask());
  Result<std::string> answer = worker_->ReadText();
  if (!answer.ok()) return DataSourceRuntimeError(answer.status(), action);
  return answer;
}

Status StreamReaderWorker::AskStatus(int32_t function, const std::string& action) {
  worker_->question()->Int(function);
  ARROW_RETURN_NOT_OK(worker_->Ask());
  return DataSourceRuntimeError(worker_->ReadInt().status(), action);
}

Result<std::string> StreamReaderWorker::InitialOffset() {
  return AskText(kInitialOffset, "initialOffset");
}

Result<std::string> StreamReaderWorker::LatestOffset() {
  return AskText(kLatestOffset, "latestOffset");
}

Result<std::string> StreamReaderWorker::LatestOffset(const std::string& start,
                                                     const std::string& limit) {
  WireWriter* out = worker_->question();
  out->Int(kLatestOffsetWithin);
  out->Text(start);
  out->Text(limit);
  ARROW_RETURN_NOT_OK(worker_->Ask());
  Result<std::string> answer = worker_->ReadText();
  if (!answer.ok()) return DataSourceRuntimeError(answer.status(), "latestOffset");
  return answer;
}

Result<std::string> StreamReaderWorker::DefaultLimit() {
  return AskText(kDefaultLimit, "getDefaultReadLimit");
}

Result<std::optional<std::string>> StreamReaderWorker::ReportLatestOffset() {
  if (!has_admission_control()) return std::optional<std::string>();
  ARROW_ASSIGN_OR_RAISE(std::string offset, AskText(kReportLatestOffset, "reportLatestOffset"));
  if (offset.empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(offset));
}

Status StreamReaderWorker::PrepareForAvailableNow() {
  return AskStatus(kPrepareForAvailableNow, "prepareForTriggerAvailableNow");
}

Status StreamReaderWorker::Commit(const std::string& end) {
  WireWriter* out = worker_->question();
  out->Int(kCommit);
  out->Text(end);
  ARROW_RETURN_NOT_OK(worker_->Ask());
  return DataSourceRuntimeError(worker_->ReadInt().status(), "commitSource");
}

Result<StreamReaderWorker::Partitions> StreamReaderWorker::PlanPartitions(const std::string& start,
                                                                          const std::string& end) {
  WireWriter* out = worker_->question();
  out->Int(kPartitions);
  out->Text(start);
  out->Text(end);
  ARROW_RETURN_NOT_OK(worker_->Ask());
  Result<Partitions> partitions = ReadPartitions();
  if (!partitions.ok()) return DataSourceRuntimeError(partitions.status(), "planPartitions");
  return partitions;
}

Result<StreamReaderWorker::Partitions> StreamReaderWorker::ReadPartitions() {
  Partitions partitions;
  ARROW_ASSIGN_OR_RAISE(const int32_t count, worker_->ReadInt());
  for (int32_t i = 0; i < count; ++i) {
    ARROW_ASSIGN_OR_RAISE(partitions.pickled.emplace_back(), worker_->ReadText());
  }
  ARROW_ASSIGN_OR_RAISE(const int32_t rows, worker_->ReadInt());
  if (rows == kNoRowsYet) return partitions;
  partitions.rows.emplace();
  if (rows == kRowsFollow) {
    ARROW_ASSIGN_OR_RAISE(*partitions.rows, ReadRows());
  }
  return partitions;
}

Result<std::vector<std::shared_ptr<arrow::RecordBatch>>> StreamReaderWorker::ReadRows() {
  ARROW_ASSIGN_OR_RAISE(const int32_t mark, worker_->ReadInt());
  if (mark != static_cast<int32_t>(Mark::kStartArrowStream)) return UnknownAnswer(mark);
  WorkerStream stream(worker_.get());
  ARROW_ASSIGN_OR_RAISE(const auto reader, arrow::ipc::RecordBatchStreamReader::Open(&stream));
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader->ReadNext(&batch));
    if (batch == nullptr) return batches;
    batches.push_back(std::move(batch));
  }
}

}  // namespace thalweg::python
