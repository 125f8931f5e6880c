#pragma once

#include <memory>

#include "thalweg/io/provider.h"
#include "thalweg/python/data_source.h"

namespace thalweg::python {

/// A registered class as a format: batches and streams, read and written. Its stream gives each
/// batch again after a restart if the class does.
std::unique_ptr<io::Provider> MakeDataSourceProvider(std::shared_ptr<const DataSourceClass> source);

}  // namespace thalweg::python
