#pragma once

// A writer that keeps the rows of its worker and hands them to the commit: for sinks that act on a
// whole epoch at once (console, memory, foreachBatch).

#include <limits>
#include <memory>
#include <vector>

#include "thalweg/io/sink.h"

namespace thalweg::connectors {

struct CollectedReport : io::WriterReport {
  std::vector<Batch> batches;  // dense
};

/// Keeps at most `max_rows` rows, counts all.
std::unique_ptr<io::SinkWriter> MakeCollectingWriter(
    int64_t max_rows = std::numeric_limits<int64_t>::max());

/// All rows of the reports of one epoch, in the order of the workers.
std::vector<Batch> TakeBatches(std::vector<io::WriterReportPtr> reports);

int64_t TotalRows(const std::vector<io::WriterReportPtr>& reports);

}  // namespace thalweg::connectors
