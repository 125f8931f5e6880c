#pragma once

// What goes to a processor in a worker: groups one after the other in record batches. How many
// groups share a batch, and how initial state lies beside the rows, depends on the version.

#include <functional>
#include <memory>
#include <vector>

#include "thalweg/exec/external/external_processor.h"
#include "thalweg/python/arrow_bridge.h"
#include "thalweg/python/row_chunker.h"
#include "thalweg/python/task_header.h"

namespace thalweg::python {

using SendRows = std::function<Status(const arrow::RecordBatch&)>;

/// Columns of one input in the order in which they are sent.
struct SentColumns {
  SchemaPtr schema;
  /// Their places among the columns of the input.
  std::vector<int> order;
};

/// The schema of the stream. `initial`: columns of the initial state, if it is sent.
SchemaPtr ProcessorWireSchema(const SentColumns& input, const SentColumns* initial,
                              const WireTypes& types);

/// Gives `send` batches of that schema, which hold all groups of `input` in order.
Status SendProcessorRows(const exec::ProcessorInput& input, const SentColumns& columns,
                         const SentColumns* initial, const SchemaPtr& wire, Protocol protocol,
                         const ChunkLimits& limits, const SendRows& send);

}  // namespace thalweg::python
