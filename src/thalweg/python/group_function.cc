#include "thalweg/python/group_function.h"

#include <arrow/api.h>

#include "thalweg/python/arrow_bridge.h"
#include "thalweg/python/ipc_encoder.h"
#include "thalweg/python/result_receiver.h"
#include "thalweg/python/result_rows.h"
#include "thalweg/python/stream_function.h"
#include "thalweg/python/wire.h"
#include "thalweg/python/worker_task.h"

namespace thalweg::python {
namespace {

/// One input on its way out.
struct WireInput {
  SchemaPtr schema;
  std::unique_ptr<IpcEncoder> encoder;
};

class GroupRun : public exec::ExternalGroupRun {
 public:
  GroupRun(std::shared_ptr<const GroupFunctionSpec> spec, std::unique_ptr<WorkerTask> task,
           std::vector<WireInput> inputs, bool one_stream)
      : spec_(std::move(spec)),
        task_(std::move(task)),
        results_(task_.get(), spec_->output_schema, spec_->wraps_output, spec_->operation),
        inputs_(std::move(inputs)),
        one_stream_(one_stream) {
    if (one_stream_) inputs_[0].encoder->Begin(task_->queue());
  }

  Status SendGroup(std::vector<Batch> inputs, const exec::EmitRows& emit) override {
    if (one_stream_) {
      ARROW_RETURN_NOT_OK(PutRows(inputs_[0], inputs[0]));
      return results_.SendQueued(emit);
    }
    WireWriter size;
    size.Int(static_cast<int64_t>(inputs.size()));
    task_->Queue(size.bytes());
    for (size_t input = 0; input < inputs.size(); ++input) {
      ARROW_RETURN_NOT_OK(SendInput(inputs_[input], inputs[input], emit));
    }
    return results_.SendQueued(emit);
  }

  Status Finish(const exec::EmitRows& emit) override {
    if (one_stream_) {
      inputs_[0].encoder->End(task_->queue());
    } else {
      WireWriter end;
      end.Int(0);
      task_->Queue(end.bytes());
    }
    return results_.Finish(emit);
  }

 private:
  /// The rows of one input of a group as a stream of its own. There is a batch even without rows:
  /// without one the other side would not know the columns.
  Status SendInput(const WireInput& input, const Batch& rows, const exec::EmitRows& emit) {
    input.encoder->Begin(task_->queue());
    RowChunker chunker(spec_->settings.chunks);
    chunker.Push(rows);
    if (chunker.empty()) ARROW_RETURN_NOT_OK(PutRows(input, rows));
    while (!chunker.empty()) {
      ARROW_ASSIGN_OR_RAISE(const Batch chunk, chunker.Take());
      ARROW_RETURN_NOT_OK(PutRows(input, chunk));
      ARROW_RETURN_NOT_OK(results_.SendQueued(emit));
    }
    input.encoder->End(task_->queue());
    return Status::OK();
  }

  Status PutRows(const WireInput& input, const Batch& rows) {
    ARROW_ASSIGN_OR_RAISE(const auto wire, MakeWireBatch(rows, input.schema, spec_->wraps_input));
    return input.encoder->Put(*wire, task_->queue());
  }

  std::shared_ptr<const GroupFunctionSpec> spec_;
  std::unique_ptr<WorkerTask> task_;
  ResultReceiver results_;
  std::vector<WireInput> inputs_;
  /// PySpark 4.0 gets the groups of one input as the batches of one stream.
  bool one_stream_;
};

class GroupFunction : public exec::ExternalGroupFunction {
 public:
  GroupFunction(std::shared_ptr<WorkerPool> pool, GroupFunctionSpec spec)
      : pool_(std::move(pool)), spec_(std::make_shared<GroupFunctionSpec>(std::move(spec))) {}

  const std::vector<SchemaPtr>& input_schemas() const override { return spec_->input_schemas; }
  const SchemaPtr& output_schema() const override { return spec_->output_schema; }

  Result<std::unique_ptr<exec::ExternalGroupRun>> Start(const exec::ExternalTask& task) override {
    std::vector<WireInput> inputs;
    for (const SchemaPtr& schema : spec_->input_schemas) {
      WireInput input;
      input.schema = MakeWireSchema(*schema, {task.session_time_zone, spec_->settings.large_types},
                                    spec_->wraps_input);
      ARROW_ASSIGN_OR_RAISE(input.encoder, IpcEncoder::Make(input.schema));
      inputs.push_back(std::move(input));
    }
    ARROW_ASSIGN_OR_RAISE(auto worker, StartTask(pool_, spec_->settings, spec_->header, task));
    const bool one_stream = worker->versions().protocol == Protocol::k40 && inputs.size() == 1;
    return std::make_unique<GroupRun>(spec_, std::move(worker), std::move(inputs), one_stream);
  }

 private:
  std::shared_ptr<WorkerPool> pool_;
  std::shared_ptr<const GroupFunctionSpec> spec_;
};

}  // namespace

std::shared_ptr<exec::ExternalGroupFunction> MakeGroupFunction(std::shared_ptr<WorkerPool> pool,
                                                               GroupFunctionSpec spec) {
  return std::make_shared<GroupFunction>(std::move(pool), std::move(spec));
}

}  // namespace thalweg::python
