#pragma once

// The `rate-micro-batch` source: every micro-batch has exactly `rowsPerBatch` rows, all with the
// same timestamp (semantics 6.3). Offsets are {"offset":rows so far,"timestamp":next row time}.

#include <memory>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

std::unique_ptr<io::Provider> MakeRateMicroBatchProvider();

}  // namespace thalweg::connectors
