#pragma once

#include <memory>
#include <ostream>

#include "thalweg/connectors/memory/memory_table.h"
#include "thalweg/io/provider.h"

namespace thalweg::connectors {

struct BuiltinProviderArguments {
  /// Where memory sinks put their tables; null: a registry that nobody else sees.
  std::shared_ptr<MemoryTableRegistry> memory_tables;
  /// Where console sinks print, which must outlive them; null: standard output.
  std::ostream* console = nullptr;
};

/// Adds csv, json, text, parquet, rate, rate-micro-batch, socket, console, memory and noop. Names
/// that Spark knows but this engine does not serve are added too: their use is refused with
/// UNSUPPORTED_FEATURE. foreach and foreachBatch take functions and are made by
/// foreach/foreach_sink.h.
void RegisterBuiltinProviders(io::ProviderRegistry* registry,
                              const BuiltinProviderArguments& arguments = {});

}  // namespace thalweg::connectors
