#pragma once

#include <memory>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// The `noop` sink: counts rows and drops them.
std::unique_ptr<io::Provider> MakeNoopProvider();

}  // namespace thalweg::connectors
