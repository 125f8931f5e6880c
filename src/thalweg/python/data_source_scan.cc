#include "thalweg/python/data_source_scan.h"

#include <deque>
#include <mutex>
#include <utility>

#include <arrow/api.h>

#include "thalweg/python/ipc_encoder.h"
#include "thalweg/python/result_rows.h"
#include "thalweg/python/stream_function.h"

namespace thalweg::python {
namespace {

struct PartitionSplit : io::Split {
  std::string partition;  // pickled
};

class PartitionReader : public io::BatchReader {
 public:
  PartitionReader(std::unique_ptr<WorkerTask> task, SchemaPtr schema, std::vector<int> columns)
      : task_(std::move(task)), schema_(std::move(schema)), columns_(std::move(columns)) {}

  Result<std::optional<Batch>> Next() override {
    while (pending_.empty()) {
      ARROW_ASSIGN_OR_RAISE(const bool more, task_->WaitForResults());
      if (!more) return std::nullopt;
      for (auto& batch : task_->TakeBatches()) pending_.push_back(std::move(batch));
    }
    ARROW_ASSIGN_OR_RAISE(Batch rows, MakeResultRows(*pending_.front(), *schema_, /*wrapped=*/true,
                                                     "reading a Python data source"));
    pending_.pop_front();
    Batch wanted;
    wanted.num_rows = rows.num_rows;
    for (const int column : columns_) {
      wanted.columns.push_back(rows.columns[static_cast<size_t>(column)]);
    }
    return std::optional<Batch>(std::move(wanted));
  }

 private:
  std::unique_ptr<WorkerTask> task_;
  const SchemaPtr schema_;
  const std::vector<int> columns_;
  std::deque<std::shared_ptr<arrow::RecordBatch>> pending_;
};

class DataSourceScan : public io::Scan {
 public:
  DataSourceScan(std::shared_ptr<const DataSourceClass> source, DataSourceInstance instance)
      : source_(std::move(source)), instance_(std::move(instance)) {}

  const SchemaPtr& schema() const override { return instance_.schema; }
  std::string Description() const override { return "BatchScan " + source_->name + " (Python)"; }

  Result<std::vector<io::SplitPtr>> PlanSplits() override {
    ARROW_ASSIGN_OR_RAISE(DataSourceRead read,
                          PlanDataSourceRead(*source_, instance_, /*streaming=*/false));
    std::vector<io::SplitPtr> splits;
    for (std::string& partition : read.partitions) {
      auto split = std::make_shared<PartitionSplit>();
      split->partition = std::move(partition);
      splits.push_back(std::move(split));
    }
    const std::lock_guard lock(mutex_);
    function_ = std::make_shared<const std::string>(std::move(read.function));
    return splits;
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    std::shared_ptr<const std::string> function;
    {
      const std::lock_guard lock(mutex_);
      function = function_;
    }
    return OpenPartition(*source_, *function, static_cast<const PartitionSplit&>(*split).partition,
                         instance_.schema, request);
  }

 private:
  const std::shared_ptr<const DataSourceClass> source_;
  const DataSourceInstance instance_;
  mutable std::mutex mutex_;
  std::shared_ptr<const std::string> function_;  // of the last PlanSplits()
};

}  // namespace

Result<std::unique_ptr<io::BatchReader>> OpenPartition(const DataSourceClass& source,
                                                       const std::string& function,
                                                       const std::string& partition,
                                                       const SchemaPtr& schema,
                                                       const io::ReadRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const PythonSettings settings, source.settings());
  PythonFunction called = WithCommand(source, function);
  called.eval_type = EvalType::kMapArrowIter;
  TaskHeader header = MakeHeader(settings, {called});
  header.functions.push_back({{called.command}, {{0, std::nullopt}}, 0});
  const SchemaPtr wire =
      MakeWireSchema(*arrow::schema({arrow::field("partition", arrow::binary())}),
                     {request.session_time_zone, settings.large_types},
                     /*wrapped=*/true);
  ARROW_ASSIGN_OR_RAISE(const auto encoder, IpcEncoder::Make(wire));
  exec::ExternalTask task;
  task.session_time_zone = request.session_time_zone;
  task.cancelled = request.cancelled;
  ARROW_ASSIGN_OR_RAISE(auto worker, StartTask(source.pool, settings, std::move(header), task));
  encoder->Begin(worker->queue());
  arrow::BinaryBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Append(partition));
  Batch rows;
  rows.num_rows = 1;
  ARROW_ASSIGN_OR_RAISE(rows.columns.emplace_back(), builder.Finish());
  ARROW_ASSIGN_OR_RAISE(const auto batch, MakeWireBatch(rows, wire, /*wrapped=*/true));
  ARROW_RETURN_NOT_OK(encoder->Put(*batch, worker->queue()));
  encoder->End(worker->queue());
  worker->EndInput();
  return std::make_unique<PartitionReader>(std::move(worker), schema, request.columns);
}

std::shared_ptr<io::Scan> MakeDataSourceScan(std::shared_ptr<const DataSourceClass> source,
                                             DataSourceInstance instance) {
  return std::make_shared<DataSourceScan>(std::move(source), std::move(instance));
}

}  // namespace thalweg::python
