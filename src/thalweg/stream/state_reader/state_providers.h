#pragma once

// The batch sources `statestore` and `state-metadata` (semantics 9.6).

#include <memory>

#include "thalweg/functions/function_registry.h"
#include "thalweg/io/provider.h"

namespace thalweg::stream {

/// Entries of one stateful operator as of a batch, or what batches changed of them.
std::unique_ptr<io::Provider> MakeStateStoreProvider(
    std::shared_ptr<const functions::FunctionRegistry> functions);

/// The stateful operators of a checkpoint.
std::unique_ptr<io::Provider> MakeStateMetadataProvider(
    std::shared_ptr<const functions::FunctionRegistry> functions);

}  // namespace thalweg::stream
