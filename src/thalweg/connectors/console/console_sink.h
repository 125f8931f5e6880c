#pragma once

// The `console` sink: prints each batch as Dataset.show does (semantics 6.7).

#include <memory>
#include <ostream>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// Sinks of the provider print to `output`, which must outlive them.
std::unique_ptr<io::Provider> MakeConsoleProvider(std::ostream* output);

}  // namespace thalweg::connectors
