#pragma once

#include <memory>

#include "thalweg/connectors/memory/memory_table.h"
#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// The `memory` sink: the query's rows go into a MemoryTable, which is registered under the query's
/// name. Complete mode replaces the rows, the others add to them.
std::unique_ptr<io::Provider> MakeMemoryProvider(std::shared_ptr<MemoryTableRegistry> registry);

/// A sink into `table` that no registry knows: for batch results and tests.
std::unique_ptr<io::StreamSink> MakeMemorySink(std::shared_ptr<MemoryTable> table);

}  // namespace thalweg::connectors
