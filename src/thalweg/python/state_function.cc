#include "thalweg/python/state_function.h"

#include <arrow/api.h>
#include <nlohmann/json.hpp>

#include "thalweg/python/arrow_bridge.h"
#include "thalweg/python/capital_free_json.h"
#include "thalweg/python/pickle_reader.h"
#include "thalweg/python/python_values.h"
#include "thalweg/python/result_rows.h"
#include "thalweg/python/row_pickler.h"
#include "thalweg/python/stream_function.h"
#include "thalweg/types/data_types.h"

namespace thalweg::python {
namespace {

struct StateFunctionSpec {
  PythonSettings settings;
  TaskHeader header;
  SchemaPtr input_schema;
  SchemaPtr state_schema;
  SchemaPtr output_schema;
  StateTimeout timeout = StateTimeout::kNone;
  std::string operation;
};

const char* TimeoutName(StateTimeout timeout) {
  switch (timeout) {
    case StateTimeout::kProcessingTime:
      return "ProcessingTimeTimeout";
    case StateTimeout::kEventTime:
      return "EventTimeTimeout";
    default:
      return "NoTimeout";
  }
}

/// What describes a chunk: a piece of a group in a batch.
TypePtr ChunkType() {
  return arrow::struct_(
      {arrow::field("properties", arrow::utf8()), arrow::field("keyRowAsUnsafe", arrow::binary()),
       arrow::field("object", arrow::binary()), arrow::field("startOffset", arrow::int32()),
       arrow::field("numRows", arrow::int32()), arrow::field("isLastChunk", arrow::boolean())});
}

/// Descriptions of the chunks of the batch that is being filled.
class ChunkList {
 public:
  Status Add(const std::string& properties, const std::string& key, const std::string* object,
             int64_t offset, int64_t num_rows, bool last) {
    ARROW_RETURN_NOT_OK(properties_.Append(properties));
    ARROW_RETURN_NOT_OK(keys_.Append(key));
    ARROW_RETURN_NOT_OK(object != nullptr ? objects_.Append(*object) : objects_.AppendNull());
    ARROW_RETURN_NOT_OK(offsets_.Append(static_cast<int32_t>(offset)));
    ARROW_RETURN_NOT_OK(counts_.Append(static_cast<int32_t>(num_rows)));
    return lasts_.Append(last);
  }

  /// The column, filled up with nulls to `num_rows`. Below the nulls lie values: pandas makes
  /// floats of integers with nulls.
  Result<ArrayPtr> Finish(int64_t num_rows) {
    const int64_t chunks = counts_.length();
    std::vector<arrow::ArrayBuilder*> builders = {&properties_, &keys_,   &objects_,
                                                  &offsets_,    &counts_, &lasts_};
    arrow::ArrayVector columns;
    for (arrow::ArrayBuilder* builder : builders) {
      ARROW_RETURN_NOT_OK(builder->AppendEmptyValues(num_rows - chunks));
      ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), builder->Finish());
    }
    arrow::BooleanBuilder present;
    ARROW_RETURN_NOT_OK(present.AppendValues(std::vector<bool>(static_cast<size_t>(chunks), true)));
    ARROW_RETURN_NOT_OK(
        present.AppendValues(std::vector<bool>(static_cast<size_t>(num_rows - chunks), false)));
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr bits, present.Finish());
    return std::make_shared<arrow::StructArray>(ChunkType(), num_rows, std::move(columns),
                                                bits->data()->buffers[1]);
  }

 private:
  arrow::StringBuilder properties_;
  arrow::BinaryBuilder keys_;
  arrow::BinaryBuilder objects_;
  arrow::Int32Builder offsets_;
  arrow::Int32Builder counts_;
  arrow::BooleanBuilder lasts_;
};

class StateRun : public exec::ExternalStateRun {
 public:
  StateRun(std::shared_ptr<const StateFunctionSpec> spec, std::shared_ptr<const RowPickler> pickler,
           exec::ExternalStateTimes times, std::unique_ptr<WorkerTask> task, SchemaPtr wire_schema,
           std::unique_ptr<IpcEncoder> encoder)
      : spec_(std::move(spec)),
        pickler_(std::move(pickler)),
        times_(times),
        task_(std::move(task)),
        wire_schema_(std::move(wire_schema)),
        encoder_(std::move(encoder)) {
    encoder_->Begin(task_->queue());
  }

  Status SendGroup(exec::ExternalStateGroup group, const exec::EmitRows& emit,
                   const exec::TakeStateUpdate& take) override {
    const std::string properties = Properties(group);
    std::string object;
    if (group.state.has_value()) object = pickler_->PickleRow(*group.state, 0);
    const int64_t limit = spec_->settings.chunks.max_rows > 0 ? spec_->settings.chunks.max_rows
                                                              : group.rows.num_rows + num_rows_;
    for (int64_t begin = 0; begin < group.rows.num_rows;) {
      const int64_t count = std::min(group.rows.num_rows - begin, limit - num_rows_);
      const bool last = begin + count == group.rows.num_rows;
      ARROW_RETURN_NOT_OK(chunks_.Add(properties, group.key,
                                      group.state.has_value() ? &object : nullptr, num_rows_, count,
                                      last));
      rows_.push_back(SliceBatch(group.rows, begin, count));
      num_rows_ += count;
      begin += count;
      if (num_rows_ >= limit) ARROW_RETURN_NOT_OK(SendBatch(emit, take));
    }
    return Status::OK();
  }

  Status Finish(const exec::EmitRows& emit, const exec::TakeStateUpdate& take) override {
    if (num_rows_ > 0) ARROW_RETURN_NOT_OK(SendBatch(emit, take));
    encoder_->End(task_->queue());
    task_->EndInput();
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool more, task_->WaitForResults());
      if (!more) return Status::OK();
      ARROW_RETURN_NOT_OK(TakeResults(emit, take));
    }
  }

 private:
  std::string Properties(const exec::ExternalStateGroup& group) const {
    const nlohmann::json json = {{"optionalValue", nullptr},
                                 {"batchProcessingTimeMs", times_.batch_millis},
                                 {"eventTimeWatermarkMs", times_.watermark_millis.value_or(-1)},
                                 {"timeoutConf", TimeoutName(spec_->timeout)},
                                 {"hasTimedOut", group.has_timed_out},
                                 {"watermarkPresent", times_.watermark_millis.has_value()},
                                 {"defined", group.state.has_value()},
                                 {"updated", false},
                                 {"removed", false},
                                 {"timeoutTimestamp", group.timeout_millis}};
    return json.dump();
  }

  Status SendBatch(const exec::EmitRows& emit, const exec::TakeStateUpdate& take) {
    ARROW_ASSIGN_OR_RAISE(const Batch rows, ConcatenateBatches(rows_));
    arrow::ArrayVector columns;
    for (size_t column = 0; column < rows.columns.size(); ++column) {
      ARROW_ASSIGN_OR_RAISE(
          columns.emplace_back(),
          ToWire(rows.columns[column], wire_schema_->field(static_cast<int>(column))->type()));
    }
    ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), chunks_.Finish(rows.num_rows));
    rows_.clear();
    num_rows_ = 0;
    const auto batch = arrow::RecordBatch::Make(wire_schema_, rows.num_rows, std::move(columns));
    ARROW_RETURN_NOT_OK(encoder_->Put(*batch, task_->queue()));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool done, task_->Send());
      ARROW_RETURN_NOT_OK(TakeResults(emit, take));
      if (done) return Status::OK();
    }
  }

  /// A result is three structs side by side: numbers of rows and of states (in the first row),
  /// rows, states.
  Status TakeResults(const exec::EmitRows& emit, const exec::TakeStateUpdate& take) {
    for (const auto& result : task_->TakeBatches()) {
      if (result->num_columns() != 3 || result->num_rows() == 0) return BadResult();
      ARROW_ASSIGN_OR_RAISE(const auto counts, FlattenStruct(result->column(0)));
      ARROW_ASSIGN_OR_RAISE(auto rows, FlattenStruct(result->column(1)));
      ARROW_ASSIGN_OR_RAISE(const auto states, FlattenStruct(result->column(2)));
      if (counts.size() != 2 || states.size() != 4) return BadResult();
      const int64_t num_rows = static_cast<const arrow::Int32Array&>(*counts[0]).Value(0);
      const int64_t num_states = static_cast<const arrow::Int32Array&>(*counts[1]).Value(0);
      if (num_rows > 0) {
        Batch out;
        out.num_rows = num_rows;
        for (ArrayPtr& column : rows) column = column->Slice(0, num_rows);
        ARROW_ASSIGN_OR_RAISE(out.columns,
                              FromWire(rows, spec_->output_schema->fields(), spec_->operation));
        ARROW_RETURN_NOT_OK(emit(std::move(out)));
      }
      for (int64_t row = 0; row < num_states; ++row) {
        ARROW_ASSIGN_OR_RAISE(exec::ExternalStateUpdate update, ReadUpdate(states, row));
        ARROW_RETURN_NOT_OK(take(std::move(update)));
      }
    }
    return Status::OK();
  }

  Result<exec::ExternalStateUpdate> ReadUpdate(const std::vector<ArrayPtr>& states,
                                               int64_t row) const {
    const auto json = nlohmann::json::parse(
        static_cast<const arrow::StringArray&>(*states[0]).GetView(row), nullptr, false);
    if (!json.is_object()) return BadResult();
    exec::ExternalStateUpdate update;
    update.key = static_cast<const arrow::BinaryArray&>(*states[1]).GetString(row);
    update.updated = json.value("updated", false);
    update.removed = json.value("removed", false);
    update.timeout_millis = json.value("timeoutTimestamp", int64_t{-1});
    if (states[2]->IsNull(row)) return update;
    ARROW_ASSIGN_OR_RAISE(
        const auto value,
        ReadPickle(static_cast<const arrow::BinaryArray&>(*states[2]).GetView(row)));
    ARROW_ASSIGN_OR_RAISE(const auto builder,
                          arrow::MakeBuilder(arrow::struct_(spec_->state_schema->fields())));
    ARROW_RETURN_NOT_OK(AppendPythonValue(*value, builder.get()));
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr whole, builder->Finish());
    Batch state;
    state.num_rows = 1;
    ARROW_ASSIGN_OR_RAISE(state.columns, FlattenStruct(whole));
    update.state = std::move(state);
    return update;
  }

  static Status BadResult() {
    return MakeError("PYTHON_WORKER_FAILED.PROTOCOL",
                     {{"reason", "rows and states are not apart"}});
  }

  std::shared_ptr<const StateFunctionSpec> spec_;
  std::shared_ptr<const RowPickler> pickler_;
  exec::ExternalStateTimes times_;
  std::unique_ptr<WorkerTask> task_;
  SchemaPtr wire_schema_;
  std::unique_ptr<IpcEncoder> encoder_;
  /// The batch that is being filled.
  std::vector<Batch> rows_;
  int64_t num_rows_ = 0;
  ChunkList chunks_;
};

class StateFunction : public exec::ExternalStateFunction {
 public:
  StateFunction(std::shared_ptr<WorkerPool> pool, StateFunctionSpec spec,
                std::unique_ptr<RowPickler> pickler)
      : pool_(std::move(pool)),
        spec_(std::make_shared<StateFunctionSpec>(std::move(spec))),
        pickler_(std::move(pickler)) {}

  const SchemaPtr& input_schema() const override { return spec_->input_schema; }
  const SchemaPtr& state_schema() const override { return spec_->state_schema; }
  const SchemaPtr& output_schema() const override { return spec_->output_schema; }

  Result<std::unique_ptr<exec::ExternalStateRun>> Start(
      const exec::ExternalTask& task, const exec::ExternalStateTimes& times) override {
    const SchemaPtr data =
        ToWireSchema(*spec_->input_schema, {task.session_time_zone, spec_->settings.large_types});
    ARROW_ASSIGN_OR_RAISE(const SchemaPtr schema,
                          data->AddField(data->num_fields(), arrow::field("__state", ChunkType())));
    ARROW_ASSIGN_OR_RAISE(auto encoder, IpcEncoder::Make(schema));
    ARROW_ASSIGN_OR_RAISE(auto worker, StartTask(pool_, spec_->settings, spec_->header, task));
    return std::make_unique<StateRun>(spec_, pickler_, times, std::move(worker), schema,
                                      std::move(encoder));
  }

 private:
  std::shared_ptr<WorkerPool> pool_;
  std::shared_ptr<const StateFunctionSpec> spec_;
  std::shared_ptr<const RowPickler> pickler_;
};

}  // namespace

Result<std::shared_ptr<exec::ExternalStateFunction>> MakeStateFunction(
    std::shared_ptr<WorkerPool> pool, const PythonSettings& settings,
    const PythonFunction& function, const GroupColumns& input, const SchemaPtr& state,
    const SchemaPtr& output, StateTimeout timeout) {
  if (function.eval_type != EvalType::kGroupedMapPandasWithState) {
    return Status::Invalid("not a function with state");
  }
  StateFunctionSpec spec;
  spec.settings = settings;
  spec.header = MakeHeader(settings, {function});
  spec.header.functions.push_back({{function.command}, GroupArguments(input), 0});
  spec.header.eval_conf["state_value_schema"] = WithoutCapitals(SchemaToJson(*state));
  spec.input_schema = input.schema;
  spec.state_schema = state;
  spec.output_schema = output;
  spec.timeout = timeout;
  spec.operation = std::string(EvalTypeName(function.eval_type));
  ARROW_ASSIGN_OR_RAISE(auto pickler, RowPickler::Make(state, RowPickler::Rows::kAlwaysRows, true));
  return std::make_shared<StateFunction>(std::move(pool), std::move(spec), std::move(pickler));
}

}  // namespace thalweg::python
