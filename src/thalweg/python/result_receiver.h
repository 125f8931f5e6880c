#pragma once

#include <string>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/worker_task.h"

namespace thalweg::python {

/// Hands what a worker gives as Arrow batches on to the query, while rows go to the worker. One
/// thread. Errors: those of the task and of MakeResultRows().
class ResultReceiver {
 public:
  /// `task` outlives it. `wrapped`: as of MakeResultRows().
  ResultReceiver(WorkerTask* task, SchemaPtr schema, bool wrapped, std::string operation);

  /// Sends what the task has queued.
  Status SendQueued(const exec::EmitRows& emit);
  /// The input has ended: waits for everything that is still to come.
  Status Finish(const exec::EmitRows& emit);

 private:
  Status Emit(const exec::EmitRows& emit);

  WorkerTask* const task_;
  const SchemaPtr schema_;
  const bool wrapped_;
  const std::string operation_;
};

}  // namespace thalweg::python
