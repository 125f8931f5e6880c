#include "thalweg/python/result_receiver.h"

#include <utility>

#include <arrow/api.h>

#include "thalweg/python/result_rows.h"

namespace thalweg::python {

ResultReceiver::ResultReceiver(WorkerTask* task, SchemaPtr schema, bool wrapped,
                               std::string operation)
    : task_(task),
      schema_(std::move(schema)),
      wrapped_(wrapped),
      operation_(std::move(operation)) {}

Status ResultReceiver::SendQueued(const exec::EmitRows& emit) {
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool done, task_->Send());
    ARROW_RETURN_NOT_OK(Emit(emit));
    if (done) return Status::OK();
  }
}

Status ResultReceiver::Finish(const exec::EmitRows& emit) {
  task_->EndInput();
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool more, task_->WaitForResults());
    if (!more) return Status::OK();
    ARROW_RETURN_NOT_OK(Emit(emit));
  }
}

Status ResultReceiver::Emit(const exec::EmitRows& emit) {
  for (const auto& result : task_->TakeBatches()) {
    ARROW_ASSIGN_OR_RAISE(Batch out, MakeResultRows(*result, *schema_, wrapped_, operation_));
    ARROW_RETURN_NOT_OK(emit(std::move(out)));
  }
  return Status::OK();
}

}  // namespace thalweg::python
