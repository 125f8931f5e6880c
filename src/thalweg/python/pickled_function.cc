#include "thalweg/python/pickled_function.h"

#include <arrow/api.h>

#include "thalweg/python/pickle_reader.h"
#include "thalweg/python/python_values.h"
#include "thalweg/python/row_pickler.h"
#include "thalweg/python/wire.h"

namespace thalweg::python {
namespace {

/// What comes back.
enum class Answer { kRowPerRow, kTablePerRow, kNothing };

class PickledRun : public exec::ExternalRun {
 public:
  PickledRun(std::shared_ptr<const StreamFunctionSpec> spec,
             std::shared_ptr<const RowPickler> pickler, std::unique_ptr<WorkerTask> task,
             Answer answer)
      : spec_(std::move(spec)),
        pickler_(std::move(pickler)),
        task_(std::move(task)),
        answer_(answer) {}

  Status Send(Batch rows, const exec::EmitRows& emit) override {
    for (int64_t begin = 0; begin < rows.num_rows; begin += spec_->settings.pickled_rows) {
      const int64_t count = std::min(spec_->settings.pickled_rows, rows.num_rows - begin);
      WireWriter message;
      message.Text(pickler_->Pickle(rows, begin, count));
      task_->Queue(message.bytes());
      bool done = false;
      while (!done) {
        ARROW_ASSIGN_OR_RAISE(done, task_->Send());
        ARROW_RETURN_NOT_OK(EmitResults(emit));
      }
    }
    return Status::OK();
  }

  Status Finish(const exec::EmitRows& emit) override {
    WireWriter end;
    end.Put(Mark::kEndOfData);
    task_->Queue(end.bytes());
    task_->EndInput();
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool more, task_->WaitForResults());
      if (!more) return Status::OK();
      ARROW_RETURN_NOT_OK(EmitResults(emit));
    }
  }

  bool WantsMore() const override { return !task_->ended(); }

 private:
  using Builders = std::vector<std::unique_ptr<arrow::ArrayBuilder>>;

  Status EmitResults(const exec::EmitRows& emit) {
    const auto messages = task_->TakeMessages();
    if (messages.empty() || answer_ == Answer::kNothing) return Status::OK();
    const bool is_table = answer_ == Answer::kTablePerRow;
    Builders builders;
    for (const FieldPtr& field : spec_->output_schema->fields()) {
      ARROW_ASSIGN_OR_RAISE(builders.emplace_back(), arrow::MakeBuilder(field->type()));
    }
    for (const auto& message : messages) {
      ARROW_ASSIGN_OR_RAISE(const auto results, ReadPickle(std::string_view(*message)));
      for (const auto& result : results->items) {
        ARROW_RETURN_NOT_OK(is_table ? EmitTable(*result, builders, emit)
                                     : AppendRow(*result, builders));
      }
    }
    return is_table ? Status::OK() : EmitBuilt(builders, emit);
  }

  static Status EmitBuilt(const Builders& builders, const exec::EmitRows& emit) {
    Batch out;
    for (const auto& builder : builders) {
      ARROW_ASSIGN_OR_RAISE(out.columns.emplace_back(), builder->Finish());
      out.num_rows = out.columns.back()->length();
    }
    return emit(std::move(out));
  }

  /// What one row gave: a tuple of rows, of which one that is None has nulls only.
  static Status EmitTable(const PickleValue& rows, const Builders& builders,
                          const exec::EmitRows& emit) {
    for (const auto& row : rows.items) {
      if (row->kind == PickleValue::Kind::kNone) {
        for (const auto& builder : builders) ARROW_RETURN_NOT_OK(builder->AppendNull());
      } else {
        ARROW_RETURN_NOT_OK(AppendFields(*row, builders));
      }
    }
    return EmitBuilt(builders, emit);
  }

  /// One call gives its bare result, several a tuple.
  static Status AppendRow(const PickleValue& row, const Builders& builders) {
    return builders.size() == 1 ? AppendPythonValue(row, builders[0].get())
                                : AppendFields(row, builders);
  }

  static Status AppendFields(const PickleValue& row, const Builders& builders) {
    if (row.items.size() != builders.size()) {
      return MakeError("STRUCT_ARRAY_LENGTH_MISMATCH",
                       {{"expected", std::to_string(builders.size())},
                        {"actual", std::to_string(row.items.size())}});
    }
    for (size_t column = 0; column < builders.size(); ++column) {
      ARROW_RETURN_NOT_OK(AppendPythonValue(*row.items[column], builders[column].get()));
    }
    return Status::OK();
  }

  std::shared_ptr<const StreamFunctionSpec> spec_;
  std::shared_ptr<const RowPickler> pickler_;
  std::unique_ptr<WorkerTask> task_;
  Answer answer_;
};

class PickledFunction : public exec::ExternalFunction {
 public:
  PickledFunction(std::shared_ptr<WorkerPool> pool, StreamFunctionSpec spec,
                  std::unique_ptr<RowPickler> pickler, Answer answer)
      : pool_(std::move(pool)),
        spec_(std::make_shared<StreamFunctionSpec>(std::move(spec))),
        pickler_(std::move(pickler)),
        answer_(answer) {}

  const SchemaPtr& input_schema() const override { return spec_->input_schema; }
  const SchemaPtr& output_schema() const override { return spec_->output_schema; }

  Result<std::unique_ptr<exec::ExternalRun>> Start(const exec::ExternalTask& task) override {
    ARROW_ASSIGN_OR_RAISE(auto worker, StartTask(pool_, spec_->settings, spec_->header, task));
    return std::make_unique<PickledRun>(spec_, pickler_, std::move(worker), answer_);
  }

 private:
  std::shared_ptr<WorkerPool> pool_;
  std::shared_ptr<const StreamFunctionSpec> spec_;
  std::shared_ptr<const RowPickler> pickler_;
  Answer answer_;
};

Result<std::shared_ptr<exec::ExternalFunction>> MakePickled(std::shared_ptr<WorkerPool> pool,
                                                            StreamFunctionSpec spec,
                                                            Answer answer) {
  const auto found = spec.header.runner_conf.find("spark.sql.execution.pyspark.binaryAsBytes");
  const RowPickler::Rows rows = answer == Answer::kNothing ? RowPickler::Rows::kAlwaysRows
                                                           : RowPickler::Rows::kTuplesIfPossible;
  const bool as_bytes = found == spec.header.runner_conf.end() || found->second == "true";
  ARROW_ASSIGN_OR_RAISE(auto pickler, RowPickler::Make(spec.input_schema, rows, as_bytes));
  return std::make_shared<PickledFunction>(std::move(pool), std::move(spec), std::move(pickler),
                                           answer);
}

}  // namespace

Result<std::shared_ptr<exec::ExternalFunction>> MakePickledScalarFunction(
    std::shared_ptr<WorkerPool> pool, StreamFunctionSpec spec) {
  return MakePickled(std::move(pool), std::move(spec), Answer::kRowPerRow);
}

Result<std::shared_ptr<exec::ExternalFunction>> MakePickledTableFunction(
    std::shared_ptr<WorkerPool> pool, StreamFunctionSpec spec) {
  return MakePickled(std::move(pool), std::move(spec), Answer::kTablePerRow);
}

Result<std::shared_ptr<exec::ExternalFunction>> MakePickledConsumer(
    std::shared_ptr<WorkerPool> pool, StreamFunctionSpec spec) {
  return MakePickled(std::move(pool), std::move(spec), Answer::kNothing);
}

}  // namespace thalweg::python
