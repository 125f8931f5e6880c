#pragma once

// The rows that both rate sources give: (timestamp, value) for a range of values dealt out in turn
// to the partitions.

#include <functional>
#include <memory>

#include "thalweg/io/source.h"

namespace thalweg::connectors {

/// Values first + partition, first + partition + partitions, ... below `end`.
struct GeneratedSplit : io::Split {
  int64_t first = 0;
  int64_t end = 0;
  int64_t partition = 0;
  int64_t partitions = 1;
  /// Row time: start_millis + round((value - first) * millis_per_value).
  int64_t start_millis = 0;
  double millis_per_value = 0;
};

/// timestamp TIMESTAMP, value BIGINT.
SchemaPtr GeneratedRowsSchema();

/// One split a partition; none when the range is empty.
std::vector<io::SplitPtr> SplitGeneratedRange(const GeneratedSplit& range);

Result<std::unique_ptr<io::BatchReader>> OpenGeneratedSplit(const io::SplitPtr& split,
                                                            const io::ReadRequest& request);

/// How many partitions a source makes whose user did not say.
int64_t DefaultParallelism();

}  // namespace thalweg::connectors
