#pragma once

// The `rate` source: rows (timestamp, value) at a steady pace since the stream's first start
// (semantics 6.3). An offset is the number of whole seconds since then; the start time is kept in
// the source's metadata directory, so that a restart gives the same rows.

#include <memory>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

std::unique_ptr<io::Provider> MakeRateProvider();

/// The value of the first row after `seconds`, when the pace rises for `ramp_up_seconds` to
/// `rows_per_second`.
int64_t RateValueAtSecond(int64_t seconds, int64_t rows_per_second, int64_t ramp_up_seconds);

}  // namespace thalweg::connectors
