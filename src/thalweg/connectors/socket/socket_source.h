#pragma once

// The `socket` source: lines of text from a TCP server (semantics 6.3). For trying things out: the
// lines are kept in memory only, so nothing is read again after a restart.

#include <memory>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

std::unique_ptr<io::Provider> MakeSocketProvider();

}  // namespace thalweg::connectors
