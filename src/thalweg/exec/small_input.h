#pragma once

// What the keyed exchanges of one operator do while they do not know whether there are many rows.

#include <atomic>
#include <cstdint>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::exec {

class ExchangeChannel;

/// What counts as few rows for functions outside: a function may take long over a group, and groups
/// of more rows are worth several workers.
constexpr int64_t kFewRowsOfGroups = 1024;

/// Few rows all go to worker 0, so that an operator that emits by ascending keys does so over all
/// of them: Spark coalesces small partitions into one, and programs see its order. Rows wait on
/// worker 0 until all inputs of the operator have ended or more have come than are few; in the
/// latter case they go where their keys belong, as those after them did at once.
class SmallInput {
 public:
  /// `most_rows` of all inputs together are few.
  explicit SmallInput(int64_t most_rows) : most_rows_(most_rows) {}

  /// A further input, which outlives this. Before the first epoch.
  void AddChannel(ExchangeChannel* channel) { channels_.push_back(channel); }

  /// Before any rows of an epoch; more than once does no harm.
  void BeginEpoch();
  /// Counts rows to be sent: whether they wait on worker 0. From any thread.
  bool Count(int64_t rows) { return num_rows_.fetch_add(rows) + rows <= most_rows_; }
  /// On worker 0: one of the inputs has ended. After the last one all rows that wait go on, and the
  /// receivers are told that there are no more.
  Status FinishChannel();

 private:
  int64_t most_rows_;
  std::vector<ExchangeChannel*> channels_;
  std::atomic<int64_t> num_rows_{0};
  size_t num_finished_ = 0;  // of worker 0
};

}  // namespace thalweg::exec
