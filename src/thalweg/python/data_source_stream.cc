#include "thalweg/python/data_source_stream.h"

#include <utility>

#include <arrow/api.h>

#include "thalweg/python/data_source_scan.h"
#include "thalweg/python/result_rows.h"
#include "thalweg/python/stream_reader_worker.h"

namespace thalweg::python {
namespace {

/// Stands for what the reader says of itself.
constexpr io::ReadLimit kReadersOwn{io::ReadLimit::Kind::kMaxRows, 0};
constexpr char kReadAll[] = R"({"_type": "ReadAllAvailable"})";

/// A partition, or rows that came with the plan.
struct StreamSplit : io::Split {
  std::string partition;  // pickled
  std::optional<std::vector<std::shared_ptr<arrow::RecordBatch>>> rows;
};

class KnownRowsReader : public io::BatchReader {
 public:
  KnownRowsReader(std::vector<std::shared_ptr<arrow::RecordBatch>> batches, SchemaPtr schema,
                  std::vector<int> columns)
      : batches_(std::move(batches)), schema_(std::move(schema)), columns_(std::move(columns)) {}

  Result<std::optional<Batch>> Next() override {
    if (next_ >= batches_.size()) return std::nullopt;
    ARROW_ASSIGN_OR_RAISE(const Batch rows,
                          MakeResultRows(*batches_[next_++], *schema_, /*wrapped=*/false,
                                         "reading a Python data source"));
    Batch wanted;
    wanted.num_rows = rows.num_rows;
    for (const int column : columns_) {
      wanted.columns.push_back(rows.columns[static_cast<size_t>(column)]);
    }
    return std::optional<Batch>(std::move(wanted));
  }

 private:
  const std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  const SchemaPtr schema_;
  const std::vector<int> columns_;
  size_t next_ = 0;
};

class DataSourceStream : public io::StreamSource {
 public:
  DataSourceStream(std::shared_ptr<const DataSourceClass> source, DataSourceInstance instance,
                   std::unique_ptr<StreamReaderWorker> reader)
      : source_(std::move(source)), instance_(std::move(instance)), reader_(std::move(reader)) {}

  const SchemaPtr& schema() const override { return instance_.schema; }
  std::string Description() const override { return "PythonDataSource[" + source_->name + "]"; }

  io::ReadLimit DefaultReadLimit() const override { return kReadersOwn; }

  Result<std::optional<io::Offset>> LatestOffset(const std::optional<io::Offset>& start,
                                                 const io::ReadLimit& limit) override {
    ARROW_ASSIGN_OR_RAISE(const io::Offset from, Begin(start));
    ARROW_RETURN_NOT_OK(TellStart(start));
    if (end_is_fixed_ && end_) return end_;
    io::Offset latest;
    if (reader_->has_admission_control()) {
      if (limit_.empty()) {
        ARROW_ASSIGN_OR_RAISE(limit_, reader_->DefaultLimit());
      }
      const bool all = limit.kind == io::ReadLimit::Kind::kAllAvailable ||
                       (end_is_fixed_ && !reader_->has_available_now());
      ARROW_ASSIGN_OR_RAISE(latest, reader_->LatestOffset(from, all ? kReadAll : limit_));
    } else {
      ARROW_ASSIGN_OR_RAISE(latest, reader_->LatestOffset());
    }
    // A reader that knows where to stop is asked until it gives nothing new.
    if (end_is_fixed_ && !reader_->has_available_now()) end_ = latest;
    if (!start && latest == from) return std::optional<io::Offset>();
    return std::optional<io::Offset>(std::move(latest));
  }

  Result<std::optional<io::Offset>> ReportLatestOffset() override {
    return reader_->ReportLatestOffset();
  }

  Status PrepareForAvailableNow() override {
    end_is_fixed_ = true;
    return reader_->has_available_now() ? reader_->PrepareForAvailableNow() : Status::OK();
  }

  Result<std::vector<io::SplitPtr>> PlanSplits(const std::optional<io::Offset>& start,
                                               const io::Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const io::Offset from, Begin(start));
    if (planned_ && planned_->first == from && planned_->second == end) return splits_;
    ARROW_ASSIGN_OR_RAISE(auto partitions, reader_->PlanPartitions(from, end));
    splits_.clear();
    for (std::string& partition : partitions.pickled) {
      auto split = std::make_shared<StreamSplit>();
      split->partition = std::move(partition);
      if (partitions.rows) split->rows = std::move(partitions.rows);
      partitions.rows.reset();
      splits_.push_back(std::move(split));
    }
    planned_ = {from, end};
    told_start_ = true;
    if (function_.empty()) {
      ARROW_ASSIGN_OR_RAISE(auto read, PlanDataSourceRead(*source_, instance_, /*streaming=*/true));
      function_ = std::move(read.function);
    }
    return splits_;
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    const auto& opened = static_cast<const StreamSplit&>(*split);
    if (opened.rows) {
      return std::make_unique<KnownRowsReader>(*opened.rows, instance_.schema, request.columns);
    }
    return OpenPartition(*source_, function_, opened.partition, instance_.schema, request);
  }

  Status Commit(const io::Offset& end) override { return reader_->Commit(end); }

  Status Stop() override {
    reader_.reset();
    return Status::OK();
  }

 private:
  Result<io::Offset> Begin(const std::optional<io::Offset>& start) {
    if (start) return *start;
    if (initial_.empty()) {
      ARROW_ASSIGN_OR_RAISE(initial_, reader_->InitialOffset());
    }
    return initial_;
  }

  /// Readers that are not told where to begin (those before PySpark 4.2) go on from the last
  /// partitions they planned: an empty range says where a query that was stopped has been.
  Status TellStart(const std::optional<io::Offset>& start) {
    if (told_start_ || !start || reader_->has_admission_control()) return Status::OK();
    told_start_ = true;
    return reader_->PlanPartitions(*start, *start).status();
  }

  const std::shared_ptr<const DataSourceClass> source_;
  const DataSourceInstance instance_;
  std::unique_ptr<StreamReaderWorker> reader_;
  std::string function_;  // pickled, reads partitions
  io::Offset initial_;
  std::string limit_;
  bool told_start_ = false;
  bool end_is_fixed_ = false;
  std::optional<io::Offset> end_;
  std::optional<std::pair<io::Offset, io::Offset>> planned_;
  std::vector<io::SplitPtr> splits_;
};

}  // namespace

Result<std::unique_ptr<io::StreamSource>> MakeDataSourceStream(
    std::shared_ptr<const DataSourceClass> source, DataSourceInstance instance) {
  ARROW_ASSIGN_OR_RAISE(auto reader, StreamReaderWorker::Start(*source, instance));
  return std::make_unique<DataSourceStream>(std::move(source), std::move(instance),
                                            std::move(reader));
}

}  // namespace thalweg::python
