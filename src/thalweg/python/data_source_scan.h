#pragma once

#include <memory>
#include <string>

#include "thalweg/io/source.h"
#include "thalweg/python/data_source.h"

namespace thalweg::python {

/// The rows of an object in Python: a split is a partition of its reader.
std::shared_ptr<io::Scan> MakeDataSourceScan(std::shared_ptr<const DataSourceClass> source,
                                             DataSourceInstance instance);

/// Reads one partition: a worker runs the pickled `function` on it and gives rows as `request`
/// wants them. Errors: PYTHON_EXCEPTION, those of workers, UNEXPECTED_... of FromWire().
Result<std::unique_ptr<io::BatchReader>> OpenPartition(const DataSourceClass& source,
                                                       const std::string& function,
                                                       const std::string& partition,
                                                       const SchemaPtr& schema,
                                                       const io::ReadRequest& request);

}  // namespace thalweg::python
