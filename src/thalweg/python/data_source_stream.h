#pragma once

#include <memory>

#include "thalweg/io/source.h"
#include "thalweg/python/data_source.h"

namespace thalweg::python {

/// The stream of an object in Python. Its reader lives in a worker that starts now. Errors:
/// PYTHON_DATA_SOURCE_ERROR.
Result<std::unique_ptr<io::StreamSource>> MakeDataSourceStream(
    std::shared_ptr<const DataSourceClass> source, DataSourceInstance instance);

}  // namespace thalweg::python
