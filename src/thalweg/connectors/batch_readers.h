#pragma once

// Readers over batches that are in memory already, and over rows made by a function.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "thalweg/io/source.h"

namespace thalweg::connectors {

/// The columns at `ordinals`, in that order; rows and selection stay.
Batch ProjectColumns(const Batch& batch, const std::vector<int>& ordinals);

/// Gives `batches` one after the other with the columns `request` asks for.
std::unique_ptr<io::BatchReader> MakeVectorReader(std::vector<Batch> batches,
                                                  const io::ReadRequest& request);

/// Gives what `next` gives (whole rows of the source's schema) until it gives nothing.
std::unique_ptr<io::BatchReader> MakeFunctionReader(
    std::function<Result<std::optional<Batch>>()> next, const io::ReadRequest& request);

}  // namespace thalweg::connectors
