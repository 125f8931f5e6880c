#pragma once

// Functions that run outside of the engine, in another process: batches go out, batches come back.
// Operators of this folder know only these contracts; a room above exec/ implements them.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::exec {

/// What a run is told of the work it is part of.
struct ExternalTask {
  /// The number of the split, or behind an exchange that of the worker: what spark_partition_id()
  /// gives.
  int partition = 0;
  int64_t epoch = 0;
  /// Session time zone: what the function sees timestamps in.
  std::string session_time_zone = "UTC";
  /// Set to stop early (may be null): calls then return Status::Cancelled and the function outside
  /// is stopped by force.
  const std::atomic<bool>* cancelled = nullptr;
};

/// Takes results, dense rows of the output schema, on the thread that called.
using EmitRows = std::function<Status(Batch)>;

/// One run of a function over the rows of one split, or of one worker in one epoch. One thread at a
/// time. After an
/// error only the destructor may be called. Destroying a run before Finish() returned gives the
/// work up at once, whatever the function does.
class ExternalRun {
 public:
  virtual ~ExternalRun() = default;
  /// Hands over dense rows of the input schema; they may be sent later, in batches of another size.
  /// Gives `emit` what results there are, without waiting for them.
  virtual Status Send(Batch rows, const EmitRows& emit) = 0;
  /// No more rows. Waits for all results that are left.
  virtual Status Finish(const EmitRows& emit) = 0;
  /// False once the function has ended and takes no more rows.
  virtual bool WantsMore() const { return true; }
};

/// A function from rows to rows. Thread-safe; outlives its runs. What it promises of its results
/// (one row per row, one batch per row, anything) is said where it is made.
class ExternalFunction {
 public:
  virtual ~ExternalFunction() = default;
  virtual const SchemaPtr& input_schema() const = 0;
  virtual const SchemaPtr& output_schema() const = 0;
  virtual Result<std::unique_ptr<ExternalRun>> Start(const ExternalTask& task) = 0;
};

/// As ExternalRun, for rows that come in groups.
class ExternalGroupRun {
 public:
  virtual ~ExternalGroupRun() = default;
  /// Hands over one whole group: for each input its dense rows. At least one input has rows.
  virtual Status SendGroup(std::vector<Batch> inputs, const EmitRows& emit) = 0;
  virtual Status Finish(const EmitRows& emit) = 0;
};

/// A function that is called once per group of rows with equal keys, of one or of two inputs.
/// Thread-safe; outlives its runs.
class ExternalGroupFunction {
 public:
  virtual ~ExternalGroupFunction() = default;
  /// One schema per input.
  virtual const std::vector<SchemaPtr>& input_schemas() const = 0;
  virtual const SchemaPtr& output_schema() const = 0;
  virtual Result<std::unique_ptr<ExternalGroupRun>> Start(const ExternalTask& task) = 0;
};

}  // namespace thalweg::exec
