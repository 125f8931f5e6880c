#pragma once

// What df.write and df.writeStream are.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/dataframe.h"
#include "thalweg/option_value.h"
#include "thalweg/streaming_query.h"
#include "thalweg/trigger.h"

namespace thalweg {

/// Writes a bounded frame once. Made by DataFrame::Write(). Value type.
class DataFrameWriter {
 public:
  explicit DataFrameWriter(DataFrame frame) : frame_(std::move(frame)) {}

  DataFrameWriter& Format(const std::string& format);
  /// "append", "overwrite", "ignore", "error" (also "errorifexists", "default"), in any case.
  DataFrameWriter& Mode(const std::string& mode);
  DataFrameWriter& Option(const std::string& key, const OptionValue& value);
  DataFrameWriter& Options(const std::map<std::string, std::string>& options);
  DataFrameWriter& PartitionBy(std::vector<std::string> columns);

  /// Runs the query and writes its rows.
  Status Save(const std::string& path = "");
  Status Csv(const std::string& path) { return Format("csv").Save(path); }
  Status Json(const std::string& path) { return Format("json").Save(path); }
  Status Text(const std::string& path) { return Format("text").Save(path); }
  Status Parquet(const std::string& path) { return Format("parquet").Save(path); }
  Status Orc(const std::string& path) { return Format("orc").Save(path); }

 private:
  DataFrame frame_;
  std::string format_;
  std::string mode_ = "errorifexists";
  std::map<std::string, std::string> options_;
  std::vector<std::string> partition_by_;
};

/// Takes the rows of one partition in one micro-batch. Made anew for each; used by one thread, but
/// several work at once.
class ForeachWriter {
 public:
  virtual ~ForeachWriter() = default;
  /// False: the rows are passed over.
  virtual Result<bool> Open(int64_t partition, int64_t epoch) { return true; }
  virtual Status Process(const arrow::RecordBatch& rows) = 0;
  /// Called once if Open() did not fail; `outcome` is the error, if there was one.
  virtual void Close(const Status& outcome) {}
};

/// Starts streaming queries. Made by DataFrame::WriteStream(). Value type.
class DataStreamWriter {
 public:
  using ForeachFactory = std::function<std::unique_ptr<ForeachWriter>()>;
  using ForeachBatchFunction = std::function<Status(DataFrame rows, int64_t batch_id)>;

  explicit DataStreamWriter(DataFrame frame) : frame_(std::move(frame)) {}

  /// "parquet", "csv", "json", "text", "console", "memory", "noop". Unset:
  /// spark.sql.sources.default.
  DataStreamWriter& Format(const std::string& format);
  /// "append" (the default), "update", "complete".
  DataStreamWriter& OutputMode(const std::string& mode);
  /// "checkpointLocation", "path" and what the sink takes; keys in any case.
  DataStreamWriter& Option(const std::string& key, const OptionValue& value);
  DataStreamWriter& Options(const std::map<std::string, std::string>& options);
  DataStreamWriter& PartitionBy(std::vector<std::string> columns);
  DataStreamWriter& QueryName(const std::string& name);
  DataStreamWriter& Trigger(const thalweg::Trigger& trigger);
  /// Calls writers made by `factory`: every row at least once.
  DataStreamWriter& Foreach(ForeachFactory factory);
  /// Calls `function` with the rows of each micro-batch, on the query's thread: at least once, and
  /// after a failure with the same rows under the same id. An error it returns ends the query. The
  /// frame belongs to the call: it must not be kept. The function should not own the last handle of
  /// its session, whose end waits for the query.
  DataStreamWriter& ForeachBatch(ForeachBatchFunction function);

  /// Gives the running query. What goes wrong with the checkpoint or the sources later ends the
  /// query with an exception.
  Result<std::shared_ptr<StreamingQuery>> Start(const std::string& path = "");
  /// Appends to a table of files, which is made if there is none: at the option `path`, else in
  /// spark.sql.warehouse.dir.
  Result<std::shared_ptr<StreamingQuery>> ToTable(const std::string& name);

 private:
  DataFrame frame_;
  std::string format_;
  std::string output_mode_ = "append";
  std::map<std::string, std::string> options_;
  std::vector<std::string> partition_by_;
  std::string query_name_;
  thalweg::Trigger trigger_ = thalweg::Trigger::ProcessingTime("0 seconds");
  ForeachFactory foreach_;
  ForeachBatchFunction foreach_batch_;
};

}  // namespace thalweg
