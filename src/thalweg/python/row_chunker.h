#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::python {

struct ChunkLimits {
  /// Rows of a chunk (spark.sql.execution.arrow.maxRecordsPerBatch); 0 or less: all there are.
  int64_t max_rows = 10000;
  /// Bytes of a chunk, about (spark.sql.execution.arrow.maxBytesPerBatch); 0 or less: any number.
  int64_t max_bytes = 0;
};

/// Cuts rows into chunks of equal size, whatever the size of the batches they come in.
class RowChunker {
 public:
  explicit RowChunker(ChunkLimits limits) : limits_(limits) {}

  /// Dense rows.
  void Push(Batch rows);
  /// True if a full chunk can be taken.
  bool HasChunk() const;
  bool empty() const { return pending_rows_ == 0; }
  /// The next chunk: a full one, or what is left.
  Result<Batch> Take();

 private:
  /// Rows of the next chunk, if there were enough.
  int64_t TargetRows() const;

  ChunkLimits limits_;
  std::deque<Batch> pending_;
  int64_t pending_rows_ = 0;
  /// Rows and bytes seen so far.
  int64_t seen_rows_ = 0;
  int64_t seen_bytes_ = 0;
};

}  // namespace thalweg::python
