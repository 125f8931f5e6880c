#pragma once

// Processors of transformWithState that run outside of the engine (semantics 5.8). Their state lies
// with the engine: while rows go out and results come back a processor asks for it.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "thalweg/exec/callback/processor_handle.h"
#include "thalweg/exec/external/external_function.h"

namespace thalweg::exec {

/// Timers that are due: keys, a row each, and times in milliseconds.
struct DueTimers {
  std::vector<ArrayPtr> keys;
  std::vector<int64_t> millis;
};

/// What a processor reaches of the engine: its variables and timers, those of one worker in one
/// epoch. One thread: the one that called the processor.
class ProcessorAccess {
 public:
  virtual ~ProcessorAccess() = default;
  virtual ProcessorHandle* handle() = 0;
  /// The key that variables and timers mean from now on: one row of the key columns.
  virtual Status SetKey(const std::vector<ArrayPtr>& key) = 0;
  virtual void RemoveKey() = 0;
  /// By time.
  virtual Result<DueTimers> FindDueTimers() = 0;
  /// Milliseconds; unset: the processor can know none.
  virtual std::optional<int64_t> batch_millis() const = 0;
  virtual std::optional<int64_t> watermark_millis() const = 0;
};

/// What comes in one epoch: dense rows by group, groups in the order of their keys.
struct ProcessorInput {
  Batch rows;
  /// Group i has the rows [begins[i], begins[i + 1]); there may be none if it has initial state.
  std::vector<int64_t> begins = {0};
  /// The initial state of the same groups, in the epoch that takes it.
  std::optional<Batch> initial = {};
  std::vector<int64_t> initial_begins = {};
};

/// Thread-safe; outlives its calls.
class ExternalProcessor {
 public:
  virtual ~ExternalProcessor() = default;
  /// Lets the processor declare its variables to a handle without a table.
  virtual Status Declare(ProcessorAccess* access) = 0;
  /// Runs the processor over the rows of one worker in one epoch, and the timers that are due.
  /// Gives `emit` its results, dense rows of the output schema.
  virtual Status Process(const ExternalTask& task, const ProcessorInput& input,
                         ProcessorAccess* access, const EmitRows& emit) = 0;
};

}  // namespace thalweg::exec
