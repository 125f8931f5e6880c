#pragma once

// Data sources written in Python (pyspark.sql.datasource): what their classes are asked by the
// planner. Each question goes to a worker of its own module, as Spark asks it.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/python/planner_worker.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/worker_pool.h"
#include "thalweg/types/data_types.h"

namespace thalweg::python {

/// A registered class. Immutable; used by any thread.
struct DataSourceClass {
  std::string name;
  /// Its command is the pickled class.
  PythonFunction function;
  std::shared_ptr<WorkerPool> pool;
  /// How the session runs Python now.
  std::function<Result<PythonSettings>()> settings;
  /// Reads the text of a schema ("a INT, b STRING").
  std::function<Result<SchemaPtr>(const std::string&)> parse_schema;
};

/// An object of the class, made for some options.
struct DataSourceInstance {
  std::string pickled;
  SchemaPtr schema;
};

/// `schema` may be null: the class says it then. Errors: PYTHON_DATA_SOURCE_ERROR.
Result<DataSourceInstance> CreateDataSource(const DataSourceClass& source, const SchemaPtr& schema,
                                            const std::map<std::string, std::string>& options);

/// What reads the rows: a function over batches, pickled, which is given one pickled partition.
struct DataSourceRead {
  std::string function;
  /// None for streams, which plan their own.
  std::vector<std::string> partitions;
};
/// Errors: PYTHON_DATA_SOURCE_ERROR.
Result<DataSourceRead> PlanDataSourceRead(const DataSourceClass& source,
                                          const DataSourceInstance& instance, bool streaming);

/// What writes rows: a function over batches, pickled, which gives one message.
struct DataSourceWrite {
  std::string function;
  /// The pickled writer, which commits what came of it.
  std::string writer;
};
/// Errors: PYTHON_DATA_SOURCE_ERROR.
Result<DataSourceWrite> PlanDataSourceWrite(const DataSourceClass& source,
                                            const arrow::Schema& schema,
                                            const std::map<std::string, std::string>& options,
                                            bool overwrite, bool streaming);

/// Messages of the functions that wrote; nothing for one that failed.
using CommitMessages = std::vector<std::optional<std::string>>;

/// Commits a batch write, or aborts it. Errors: PYTHON_DATA_SOURCE_ERROR.
Status CommitDataSourceWrite(const DataSourceClass& source, const std::string& writer,
                             const CommitMessages& messages, bool abort);

/// An epoch of a stream that is written.
struct DataSourceEpoch {
  DataSourceInstance instance;
  bool overwrite = false;
  int64_t epoch = 0;
};
/// Commits an epoch, or aborts it. Errors: PYTHON_STREAMING_DATA_SOURCE_RUNTIME_ERROR.
Status CommitDataSourceEpoch(const DataSourceClass& source, const DataSourceEpoch& epoch,
                             const CommitMessages& messages, bool abort);

/// The class's function with another pickled object.
PythonFunction WithCommand(const DataSourceClass& source, std::string command);
/// `status`, or PYTHON_DATA_SOURCE_ERROR if it is an exception of the program: "Failed to <action>
/// Python data source <type>".
Status DataSourceError(const Status& status, const std::string& action, const std::string& type);
/// As above for streams that run: PYTHON_STREAMING_DATA_SOURCE_RUNTIME_ERROR.
Status DataSourceRuntimeError(const Status& status, const std::string& action);

}  // namespace thalweg::python
