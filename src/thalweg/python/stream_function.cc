#include "thalweg/python/stream_function.h"

#include <algorithm>
#include <atomic>

#include <arrow/api.h>

#include "thalweg/python/ipc_encoder.h"
#include "thalweg/python/result_receiver.h"
#include "thalweg/python/result_rows.h"
#include "thalweg/python/row_chunker.h"
#include "thalweg/python/worker_task.h"

namespace thalweg::python {
namespace {

class StreamRun : public exec::ExternalRun {
 public:
  StreamRun(std::shared_ptr<const StreamFunctionSpec> spec, std::unique_ptr<WorkerTask> task,
            SchemaPtr wire_schema, std::unique_ptr<IpcEncoder> encoder)
      : spec_(std::move(spec)),
        task_(std::move(task)),
        results_(task_.get(), spec_->output_schema, spec_->wraps_output, spec_->operation),
        wire_schema_(std::move(wire_schema)),
        encoder_(std::move(encoder)),
        chunker_(spec_->settings.chunks) {}

  Status Send(Batch rows, const exec::EmitRows& emit) override {
    chunker_.Push(std::move(rows));
    while (chunker_.HasChunk()) ARROW_RETURN_NOT_OK(SendChunk(emit));
    return Status::OK();
  }

  Status Finish(const exec::EmitRows& emit) override {
    while (!chunker_.empty()) ARROW_RETURN_NOT_OK(SendChunk(emit));
    encoder_->End(task_->queue());
    return results_.Finish(emit);
  }

  bool WantsMore() const override { return !task_->ended(); }

 private:
  Status SendChunk(const exec::EmitRows& emit) {
    ARROW_ASSIGN_OR_RAISE(const Batch chunk, chunker_.Take());
    if (!task_->ended()) {
      ARROW_ASSIGN_OR_RAISE(const auto wire,
                            MakeWireBatch(chunk, wire_schema_, spec_->wraps_input));
      ARROW_RETURN_NOT_OK(encoder_->Put(*wire, task_->queue()));
    }
    return results_.SendQueued(emit);
  }

  std::shared_ptr<const StreamFunctionSpec> spec_;
  std::unique_ptr<WorkerTask> task_;
  ResultReceiver results_;
  SchemaPtr wire_schema_;
  std::unique_ptr<IpcEncoder> encoder_;
  RowChunker chunker_;
};

class StreamFunction : public exec::ExternalFunction {
 public:
  StreamFunction(std::shared_ptr<WorkerPool> pool, StreamFunctionSpec spec)
      : pool_(std::move(pool)), spec_(std::make_shared<StreamFunctionSpec>(std::move(spec))) {}

  const SchemaPtr& input_schema() const override { return spec_->input_schema; }
  const SchemaPtr& output_schema() const override { return spec_->output_schema; }

  Result<std::unique_ptr<exec::ExternalRun>> Start(const exec::ExternalTask& task) override {
    SchemaPtr schema =
        MakeWireSchema(*spec_->input_schema, {task.session_time_zone, spec_->settings.large_types},
                       spec_->wraps_input);
    ARROW_ASSIGN_OR_RAISE(auto encoder, IpcEncoder::Make(schema));
    ARROW_ASSIGN_OR_RAISE(auto worker, StartTask(pool_, spec_->settings, spec_->header, task));
    encoder->Begin(worker->queue());
    return std::make_unique<StreamRun>(spec_, std::move(worker), std::move(schema),
                                       std::move(encoder));
  }

 private:
  std::shared_ptr<WorkerPool> pool_;
  std::shared_ptr<const StreamFunctionSpec> spec_;
};

}  // namespace

std::shared_ptr<exec::ExternalFunction> MakeStreamFunction(std::shared_ptr<WorkerPool> pool,
                                                           StreamFunctionSpec spec) {
  return std::make_shared<StreamFunction>(std::move(pool), std::move(spec));
}

SchemaPtr ArgumentSchema(const std::vector<TypePtr>& types) {
  arrow::FieldVector fields;
  for (const TypePtr& type : types) {
    fields.push_back(arrow::field("_" + std::to_string(fields.size()), type));
  }
  return arrow::schema(std::move(fields));
}

Result<std::unique_ptr<WorkerTask>> StartTask(const std::shared_ptr<WorkerPool>& pool,
                                              const PythonSettings& settings, TaskHeader header,
                                              const exec::ExternalTask& task) {
  static std::atomic<int64_t> next_task{0};
  header.identity.partition = task.partition;
  header.identity.task_attempt = next_task.fetch_add(1);
  header.identity.local_properties = settings.local_properties;
  header.identity.local_properties["streaming.sql.batchId"] = std::to_string(task.epoch);
  header.runner_conf["spark.sql.session.timeZone"] = task.session_time_zone;
  const bool measures = header.runner_conf.count(kProfiler) > 0 && settings.profiles != nullptr;
  if (measures) {
    for (size_t i = 0; i < header.functions.size(); ++i) {
      header.functions[i].result_id =
          settings.profiles->IdOf(header.eval_type, header.functions[i], i);
    }
  }
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<PythonWorker> worker, pool->Acquire(settings.interpreter));
  ARROW_ASSIGN_OR_RAISE(const std::string bytes,
                        EncodeTaskHeader(header, worker->versions().protocol));
  const bool pickled = FramingOf(header.eval_type) == Framing::kPickled;
  auto started = std::make_unique<WorkerTask>(pool, std::move(worker), pickled, settings.limits,
                                              task.cancelled);
  if (measures) started->ReportTo(settings.profiles);
  started->Queue(bytes);
  return started;
}

TaskHeader MakeHeader(const PythonSettings& settings,
                      const std::vector<PythonFunction>& functions) {
  static std::atomic<int> next_stage{0};
  TaskHeader header;
  header.identity.stage = next_stage.fetch_add(1);
  header.runner_conf = settings.runner_conf;
  header.files_directory = settings.files_directory;
  header.includes = settings.includes;
  for (const PythonFunction& function : functions) {
    header.python_version = function.python_version;
    header.eval_type = function.eval_type;
    for (const std::string& include : function.includes) {
      if (std::find(header.includes.begin(), header.includes.end(), include) ==
          header.includes.end()) {
        header.includes.push_back(include);
      }
    }
  }
  return header;
}

}  // namespace thalweg::python
