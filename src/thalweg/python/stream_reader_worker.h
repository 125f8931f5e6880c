#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/python/data_source.h"

namespace thalweg::python {

/// The stream reader of a data source, which lives in a worker as long as the query
/// (pyspark.sql.streaming.python_streaming_source_runner). Offsets are JSON texts. One thread.
/// Errors of its methods: PYTHON_STREAMING_DATA_SOURCE_RUNTIME_ERROR, those of workers.
class StreamReaderWorker {
 public:
  /// Errors: PYTHON_DATA_SOURCE_ERROR.
  static Result<std::unique_ptr<StreamReaderWorker>> Start(const DataSourceClass& source,
                                                           const DataSourceInstance& instance);
  /// Lets the reader's stop() run.
  ~StreamReaderWorker();

  /// latestOffset() wants to know where to begin and how much it may take.
  bool has_admission_control() const { return (features_ & kAdmissionControl) != 0; }
  /// It can be told to go no further than what is there now.
  bool has_available_now() const { return (features_ & kAvailableNow) != 0; }

  Result<std::string> InitialOffset();
  /// Without admission control.
  Result<std::string> LatestOffset();
  /// With it; `limit` as LimitText() gives it.
  Result<std::string> LatestOffset(const std::string& start, const std::string& limit);
  /// The limit that the reader itself asks for.
  Result<std::string> DefaultLimit();
  Result<std::optional<std::string>> ReportLatestOffset();
  Status PrepareForAvailableNow();

  struct Partitions {
    std::vector<std::string> pickled;
    /// The rows, if the reader has them already.
    std::optional<std::vector<std::shared_ptr<arrow::RecordBatch>>> rows;
  };
  Result<Partitions> PlanPartitions(const std::string& start, const std::string& end);
  Status Commit(const std::string& end);

 private:
  static constexpr int32_t kAdmissionControl = 1;
  static constexpr int32_t kAvailableNow = 2;

  explicit StreamReaderWorker(std::unique_ptr<PlannerWorker> worker) : worker_(std::move(worker)) {}

  Status AskFeatures();
  Result<std::string> AskText(int32_t function, const std::string& action);
  Status AskStatus(int32_t function, const std::string& action);
  Result<Partitions> ReadPartitions();
  Result<std::vector<std::shared_ptr<arrow::RecordBatch>>> ReadRows();

  std::unique_ptr<PlannerWorker> worker_;
  int32_t features_ = 0;
};

}  // namespace thalweg::python
