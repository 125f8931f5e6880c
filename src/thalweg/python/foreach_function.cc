#include "thalweg/python/foreach_function.h"

#include <arrow/api.h>

#include "thalweg/python/pickled_function.h"
#include "thalweg/python/stream_function.h"

namespace thalweg::python {
namespace {

Status AsForeachError(const Status& status) {
  if (!IsCondition(status, "PYTHON_EXCEPTION")) return status;
  return MakeError("FOREACH_USER_FUNCTION_ERROR",
                   {{"reason", GetErrorDetail(status)->parameters().at("traceback")}});
}

class ForeachRun : public exec::ExternalRun {
 public:
  explicit ForeachRun(std::unique_ptr<exec::ExternalRun> run) : run_(std::move(run)) {}
  Status Send(Batch rows, const exec::EmitRows& emit) override {
    return AsForeachError(run_->Send(std::move(rows), emit));
  }
  Status Finish(const exec::EmitRows& emit) override { return AsForeachError(run_->Finish(emit)); }
  bool WantsMore() const override { return run_->WantsMore(); }

 private:
  std::unique_ptr<exec::ExternalRun> run_;
};

class ForeachFunction : public exec::ExternalFunction {
 public:
  explicit ForeachFunction(std::shared_ptr<exec::ExternalFunction> consumer)
      : consumer_(std::move(consumer)) {}
  const SchemaPtr& input_schema() const override { return consumer_->input_schema(); }
  const SchemaPtr& output_schema() const override { return consumer_->output_schema(); }
  Result<std::unique_ptr<exec::ExternalRun>> Start(const exec::ExternalTask& task) override {
    ARROW_ASSIGN_OR_RAISE(auto run, consumer_->Start(task));
    return std::make_unique<ForeachRun>(std::move(run));
  }

 private:
  std::shared_ptr<exec::ExternalFunction> consumer_;
};

}  // namespace

Result<std::shared_ptr<exec::ExternalFunction>> MakeForeachFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const SchemaPtr& input) {
  StreamFunctionSpec spec;
  spec.settings = settings;
  spec.header = MakeHeader(settings, {function});
  spec.header.eval_type = EvalType::kNonUdf;
  spec.header.command = function.command;
  spec.input_schema = input;
  spec.output_schema = arrow::schema(arrow::FieldVector{});
  ARROW_ASSIGN_OR_RAISE(auto consumer, MakePickledConsumer(std::move(pool), std::move(spec)));
  return std::make_shared<ForeachFunction>(std::move(consumer));
}

}  // namespace thalweg::python
