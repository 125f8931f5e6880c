#pragma once

// Sinks that call the program (semantics 6.6). Both see every epoch at least once.

#include <functional>
#include <memory>
#include <vector>

#include "thalweg/io/sink.h"

namespace thalweg::connectors {

/// Called once a partition and epoch, from several workers at once but for one partition in order.
/// An error ends the query with FOREACH_USER_FUNCTION_ERROR.
struct ForeachCallbacks {
  /// False: the rows of the partition are passed over. May be unset (true).
  std::function<Result<bool>(int64_t partition, int64_t epoch)> open;
  /// Rows of the sink's schema, dense.
  std::function<Status(int64_t partition, int64_t epoch, const Batch& rows)> process;
  /// Always called if open did not fail; `outcome` is the error, if there was one. May be unset.
  std::function<void(int64_t partition, int64_t epoch, const Status& outcome)> close;
};

std::unique_ptr<io::StreamSink> MakeForeachSink(ForeachCallbacks callbacks);

/// All rows of an epoch, dense; also called for epochs without rows. An error ends the query with
/// FOREACH_BATCH_USER_FUNCTION_ERROR.
using ForeachBatchCallback = std::function<Status(std::vector<Batch> batches, int64_t epoch)>;

std::unique_ptr<io::StreamSink> MakeForeachBatchSink(ForeachBatchCallback callback);

}  // namespace thalweg::connectors
