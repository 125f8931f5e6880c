#include "scenario_callbacks.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <arrow/api.h>

#include "thalweg/plan/spec/callback.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::tests {
namespace {

using Json = nlohmann::json;
using plan::spec::Callback;
using plan::spec::CallbackKind;
using plan::spec::CallbackMode;
using plan::spec::GroupFunction;

constexpr char kOutput[] = "k string, event string, n bigint";
constexpr char kTimedOutput[] = "k string, t timestamp, n bigint";

SchemaPtr Ddl(const std::string& text) { return ParseSchema(text).ValueOrDie(); }

Row OptionalNumber(const Row& key, const std::string& event, std::optional<int64_t> number) {
  if (!number) return Row::Of(key.value(0), event, nullptr);
  return Row::Of(key.value(0), event, *number);
}

/// A row that says what to do.
struct Command {
  std::string name;
  std::optional<int64_t> x;
  int64_t order = 0;
};

Result<std::vector<Command>> ReadCommands(BatchIterator* rows) {
  std::vector<Command> commands;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, rows->Next());
    if (batch == nullptr) break;
    for (int64_t i = 0; i < batch->num_rows(); ++i) {
      Row::Values values;
      for (const char* name : {"c", "x", "v"}) {
        ARROW_ASSIGN_OR_RAISE(auto value, batch->GetColumnByName(name)->GetScalar(i));
        values.push_back(std::move(value));
      }
      const Row row(std::move(values));
      Command command;
      ARROW_ASSIGN_OR_RAISE(command.name, row.Get<std::string>(0));
      if (!row.IsNull(1)) {
        ARROW_ASSIGN_OR_RAISE(command.x, row.Get<int64_t>(1));
      }
      ARROW_ASSIGN_OR_RAISE(command.order, row.Get<int64_t>(2));
      commands.push_back(std::move(command));
    }
  }
  std::stable_sort(commands.begin(), commands.end(),
                   [](const Command& a, const Command& b) { return a.order < b.order; });
  return commands;
}

Result<std::optional<int64_t>> Number(const std::optional<Row>& row) {
  if (!row || row->IsNull(0)) return std::optional<int64_t>();
  ARROW_ASSIGN_OR_RAISE(const int64_t number, row->Get<int64_t>(0));
  return std::optional<int64_t>(number);
}

/// Does with the GroupState what the rows say.
class ObeyGroup : public GroupFunction {
 public:
  Status Call(const Row& key, BatchIterator* rows, GroupState* state, RowCollector* out) override {
    if (state->HasTimedOut()) {
      ARROW_ASSIGN_OR_RAISE(const auto current, Number(state->GetOption()));
      ARROW_RETURN_NOT_OK(out->Emit(OptionalNumber(key, "timeout", current)));
      if (!current || *current % 2 == 0) {
        state->Remove();
      } else {
        ARROW_RETURN_NOT_OK(state->Update(Row::Of(*current)));
      }
    }
    ARROW_ASSIGN_OR_RAISE(const auto commands, ReadCommands(rows));
    for (const Command& command : commands) ARROW_RETURN_NOT_OK(Obey(key, command, state, out));
    return Status::OK();
  }

 private:
  static Status Obey(const Row& key, const Command& command, GroupState* state, RowCollector* out) {
    ARROW_ASSIGN_OR_RAISE(const auto current, Number(state->GetOption()));
    const std::string& name = command.name;
    if (name == "count") return state->Update(Row::Of(current.value_or(0) + 1));
    if (name == "set") return state->Update(Row::Of(*command.x));
    if (name == "null") return state->Update(Row());
    if (name == "get") return out->Emit(OptionalNumber(key, "get", current));
    if (name == "must") {
      ARROW_ASSIGN_OR_RAISE(const Row row, state->Get());
      ARROW_ASSIGN_OR_RAISE(const int64_t number, row.Get<int64_t>(0));
      return out->Emit(OptionalNumber(key, "must", number));
    }
    if (name == "remove") state->Remove();
    if (name == "duration") return state->SetTimeoutDuration(*command.x);
    if (name == "at") return state->SetTimeoutTimestamp(*command.x * 1000);
    if (name == "watermark") {
      ARROW_ASSIGN_OR_RAISE(const int64_t millis, state->GetCurrentWatermarkMs());
      return out->Emit(OptionalNumber(key, "watermark", millis));
    }
    if (name == "fail") throw std::runtime_error("told to fail");
    return Status::OK();
  }
};

/// The last row that ObeyGroup tells, or that it is done.
class ObeyGroupOnce : public GroupFunction {
 public:
  Status Call(const Row& key, BatchIterator* rows, GroupState* state, RowCollector* out) override {
    LastRow last;
    ARROW_RETURN_NOT_OK(function_.Call(key, rows, state, &last));
    if (!last.row) last.row = Row::Of(key.value(0), "done", nullptr);
    return out->Emit(*last.row);
  }

 private:
  struct LastRow : RowCollector {
    Status Emit(const std::shared_ptr<arrow::RecordBatch>&) override {
      return Status::Invalid("this function emits single rows");
    }
    Status Emit(const Row& emitted) override {
      row = emitted;
      return Status::OK();
    }
    std::optional<Row> row;
  };

  ObeyGroup function_;
};

class DescribeGroup : public GroupFunction {
 public:
  Status Call(const Row& key, BatchIterator* rows, GroupState*, RowCollector* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto commands, ReadCommands(rows));
    return out->Emit(OptionalNumber(key, "rows", static_cast<int64_t>(commands.size())));
  }
};

class PassThrough : public PartitionFunction {
 public:
  Status Process(const std::shared_ptr<arrow::RecordBatch>& rows, RowCollector* out) override {
    return out->Emit(rows);
  }
};

/// Does with its variables and timers what the rows say.
class Obey : public StatefulProcessor {
 public:
  explicit Obey(Json options) : options_(std::move(options)) {}

  Status Init(StatefulProcessorHandle* handle, const std::string&, TimeMode) override {
    handle_ = handle;
    const TtlConfig ttl{options_.value("ttl_ms", int64_t{0})};
    for (const Json& name : options_.value("delete", Json::array())) {
      ARROW_RETURN_NOT_OK(handle->DeleteIfExists(name.get<std::string>()));
    }
    const Json kinds =
        options_.value("variables", Json({{"value", "value"}, {"list", "list"}, {"map", "map"}}));
    for (const auto& [name, kind] : kinds.items()) {
      if (kind == "value") {
        const std::string schema = options_.value("value_schema", "n bigint");
        ARROW_ASSIGN_OR_RAISE(value_, handle->GetValueState(name, Ddl(schema), ttl));
      } else if (kind == "list") {
        ARROW_ASSIGN_OR_RAISE(list_, handle->GetListState(name, Ddl("n bigint"), ttl));
      } else {
        ARROW_ASSIGN_OR_RAISE(map_,
                              handle->GetMapState(name, Ddl("k string"), Ddl("n bigint"), ttl));
      }
    }
    return FailIn("init");
  }

  Status HandleInitialState(const Row& key, const Row& initial, const TimerValues&) override {
    ARROW_RETURN_NOT_OK(FailIn("initial"));
    ARROW_ASSIGN_OR_RAISE(const auto old, Value());
    ARROW_ASSIGN_OR_RAISE(const int64_t number, initial.Get<int64_t>(1));
    return value_->Update(Row::Of(old.value_or(0) + number));
  }

  Status HandleInputRows(const Row& key, BatchIterator* rows, const TimerValues& timers,
                         RowCollector* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto commands, ReadCommands(rows));
    const auto emit = [&](const std::string& event, std::optional<int64_t> number) {
      return out->Emit(OptionalNumber(key, event, number));
    };
    for (const Command& command : commands) {
      const std::string& name = command.name;
      const bool of_list = name.find("list") != std::string::npos || name.starts_with("append") ||
                           name.starts_with("put");
      if (name.find("map") != std::string::npos) {
        ARROW_RETURN_NOT_OK(DoWithMap(command, emit));
      } else if (of_list) {
        ARROW_RETURN_NOT_OK(DoWithList(command, emit));
      } else if (name.find("time") != std::string::npos) {
        ARROW_RETURN_NOT_OK(DoWithTimers(command, timers, emit));
      } else {
        ARROW_RETURN_NOT_OK(Do(command, timers, emit));
      }
    }
    return Status::OK();
  }

  Status HandleExpiredTimer(const Row& key, const TimerValues&, int64_t time,
                            RowCollector* out) override {
    ARROW_RETURN_NOT_OK(FailIn("timer"));
    const bool hidden = options_.value("hide_times", false);
    ARROW_RETURN_NOT_OK(out->Emit(OptionalNumber(
        key, "expired", hidden ? std::nullopt : std::optional<int64_t>(time / 1000))));
    ARROW_ASSIGN_OR_RAISE(const auto left, Value());
    if (!left || *left <= 0) return Status::OK();
    ARROW_RETURN_NOT_OK(value_->Update(Row::Of(*left - 1)));
    return handle_->RegisterTimer(time + options_.value("again_ms", int64_t{10'000}));
  }

  Status Close() override { return FailIn("close"); }

 private:
  using Emit = std::function<Status(const std::string&, std::optional<int64_t>)>;

  Status FailIn(const char* place) const {
    if (options_.value("fail_in", "") == place) throw std::runtime_error("told to fail");
    return Status::OK();
  }

  Result<std::optional<int64_t>> Value() {
    ARROW_ASSIGN_OR_RAISE(const auto row, value_->Get());
    return Number(row);
  }

  Status Do(const Command& command, const TimerValues& timers, const Emit& emit) {
    const std::string& name = command.name;
    if (name == "count") {
      ARROW_ASSIGN_OR_RAISE(const auto old, Value());
      return value_->Update(Row::Of(old.value_or(0) + 1));
    }
    if (name == "set") return value_->Update(Row::Of(*command.x));
    if (name == "null") return value_->Update(Row::Of(nullptr));
    if (name == "get") {
      ARROW_ASSIGN_OR_RAISE(const auto number, Value());
      return emit("get", number);
    }
    if (name == "exists") {
      ARROW_ASSIGN_OR_RAISE(const bool exists, value_->Exists());
      return emit("exists", exists);
    }
    if (name == "clear") return value_->Clear();
    if (name == "watermark") {
      ARROW_ASSIGN_OR_RAISE(const int64_t millis, timers.GetCurrentWatermarkInMs());
      return emit("watermark", millis);
    }
    if (name == "declare") return handle_->GetValueState("late", Ddl("n bigint"), {}).status();
    if (name == "fail") throw std::runtime_error("told to fail");
    return Status::OK();
  }

  Status DoWithList(const Command& command, const Emit& emit) {
    const std::string& name = command.name;
    if (name == "append") return list_->AppendValue(Row::Of(*command.x));
    if (name == "append_two") {
      return list_->AppendList({Row::Of(*command.x), Row::Of(*command.x + 1)});
    }
    if (name == "put") return list_->Put({Row::Of(*command.x)});
    if (name == "put_nothing") return list_->Put({});
    if (name == "clear_list") return list_->Clear();
    ARROW_ASSIGN_OR_RAISE(const bool exists, list_->Exists());
    ARROW_RETURN_NOT_OK(emit("list_exists", exists));
    ARROW_ASSIGN_OR_RAISE(const auto elements, list_->Get());
    const auto& numbers = static_cast<const arrow::Int64Array&>(*elements->column(0));
    for (int64_t i = 0; i < elements->num_rows(); ++i) {
      ARROW_RETURN_NOT_OK(emit("list_" + std::to_string(i), numbers.Value(i)));
    }
    return Status::OK();
  }

  Status DoWithMap(const Command& command, const Emit& emit) {
    const std::string& name = command.name;
    if (name == "clear_map") return map_->Clear();
    if (name == "map") return ShowMap(emit);
    const Row key = Row::Of("m" + std::to_string(*command.x));
    if (name == "map_set") return map_->UpdateValue(key, Row::Of(command.order));
    if (name == "map_remove") return map_->RemoveKey(key);
    if (name == "map_has") {
      ARROW_ASSIGN_OR_RAISE(const bool has, map_->ContainsKey(key));
      return emit("map_has", has);
    }
    ARROW_ASSIGN_OR_RAISE(const auto row, map_->GetValue(key));
    ARROW_ASSIGN_OR_RAISE(const auto number, Number(row));
    return emit("map_get", number);
  }

  Status ShowMap(const Emit& emit) {
    ARROW_ASSIGN_OR_RAISE(const bool exists, map_->Exists());
    ARROW_RETURN_NOT_OK(emit("map_exists", exists));
    ARROW_ASSIGN_OR_RAISE(const auto entries, map_->Iterator());
    const auto& keys = static_cast<const arrow::StringArray&>(*entries.first->column(0));
    const auto& values = static_cast<const arrow::Int64Array&>(*entries.second->column(0));
    for (int64_t i = 0; i < keys.length(); ++i) {
      ARROW_RETURN_NOT_OK(emit("map_" + keys.GetString(i), values.Value(i)));
    }
    ARROW_ASSIGN_OR_RAISE(const auto all_keys, map_->Keys());
    ARROW_RETURN_NOT_OK(emit("map_keys", all_keys->num_rows()));
    ARROW_ASSIGN_OR_RAISE(const auto all_values, map_->Values());
    int64_t sum = 0;
    const auto& summed = static_cast<const arrow::Int64Array&>(*all_values->column(0));
    for (int64_t i = 0; i < summed.length(); ++i) sum += summed.Value(i);
    return emit("map_values", sum);
  }

  Status DoWithTimers(const Command& command, const TimerValues& timers, const Emit& emit) {
    const std::string& name = command.name;
    if (name == "timer") return handle_->RegisterTimer(*command.x * 1000);
    if (name == "untimer") return handle_->DeleteTimer(*command.x * 1000);
    if (name == "timer_in") {
      ARROW_ASSIGN_OR_RAISE(const int64_t now, timers.GetCurrentProcessingTimeInMs());
      return handle_->RegisterTimer(now + *command.x);
    }
    ARROW_ASSIGN_OR_RAISE(const auto times, handle_->ListTimers());
    for (size_t i = 0; i < times.size(); ++i) {
      ARROW_RETURN_NOT_OK(emit("timer_" + std::to_string(i), times[i] / 1000));
    }
    return Status::OK();
  }

  Json options_;
  StatefulProcessorHandle* handle_ = nullptr;
  ValueState* value_ = nullptr;
  ListState* list_ = nullptr;
  MapState* map_ = nullptr;
};

/// Counts rows and tells the count at the ten seconds in which they lie.
class CountAtTimer : public StatefulProcessor {
 public:
  explicit CountAtTimer(Json options) : options_(std::move(options)) {}

  Status Init(StatefulProcessorHandle* handle, const std::string&, TimeMode) override {
    handle_ = handle;
    ARROW_ASSIGN_OR_RAISE(counts_,
                          handle->GetMapState("counts", Ddl("t bigint"), Ddl("n bigint"), {}));
    return Status::OK();
  }

  Status HandleInputRows(const Row&, BatchIterator* rows, const TimerValues&,
                         RowCollector*) override {
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const auto batch, rows->Next());
      if (batch == nullptr) return Status::OK();
      const auto times = batch->GetColumnByName("t");
      for (int64_t i = 0; i < batch->num_rows(); ++i) {
        constexpr int64_t kTenSeconds = 10'000'000;
        const int64_t time = static_cast<const arrow::TimestampArray&>(*times).Value(i);
        const int64_t end = (time / kTenSeconds + 1) * 10;
        ARROW_ASSIGN_OR_RAISE(const auto row, counts_->GetValue(Row::Of(end)));
        ARROW_ASSIGN_OR_RAISE(const auto count, Number(row));
        ARROW_RETURN_NOT_OK(counts_->UpdateValue(Row::Of(end), Row::Of(count.value_or(0) + 1)));
        ARROW_RETURN_NOT_OK(handle_->RegisterTimer(end * 1000));
      }
    }
  }

  Status HandleExpiredTimer(const Row& key, const TimerValues&, int64_t time,
                            RowCollector* out) override {
    const int64_t end = time / 1000;
    ARROW_ASSIGN_OR_RAISE(const auto row, counts_->GetValue(Row::Of(end)));
    ARROW_ASSIGN_OR_RAISE(const auto count, Number(row));
    ARROW_RETURN_NOT_OK(counts_->RemoveKey(Row::Of(end)));
    const int64_t at = end - options_.value("back_s", int64_t{0});
    return out->Emit(Row::Of(key.value(0), at * 1'000'000, count.value()));
  }

 private:
  Json options_;
  StatefulProcessorHandle* handle_ = nullptr;
  MapState* counts_ = nullptr;
};

GroupStateTimeout TimeoutOf(const std::string& name) {
  if (name == "ProcessingTimeTimeout") return GroupStateTimeout::kProcessingTimeTimeout;
  if (name == "EventTimeTimeout") return GroupStateTimeout::kEventTimeTimeout;
  return GroupStateTimeout::kNoTimeout;
}

Result<TimeMode> TimeModeOf(std::string name) {
  name = ToLowerAscii(name);
  if (name == "none") return TimeMode::kNone;
  if (name == "processingtime") return TimeMode::kProcessingTime;
  if (name == "eventtime") return TimeMode::kEventTime;
  return MakeError("STATEFUL_PROCESSOR_UNKNOWN_TIME_MODE", {{"timeMode", name}});
}

Status DescribeCallback(const Json& description, Callback* callback) {
  const std::string name = description["function"];
  const Json options = description.value("options", Json::object());
  const bool of_scala = description.value("api", "python") == "scala";
  const std::string mode = description.value("output_mode", "update");
  callback->output_mode = mode == "append"   ? CallbackMode::kAppend
                          : mode == "update" ? CallbackMode::kUpdate
                                             : CallbackMode::kComplete;
  callback->output_schema = Ddl(kOutput);
  if (name == "describe_group") {
    callback->kind = CallbackKind::kFlatMapGroups;
    callback->make_group_function = [] { return std::make_unique<DescribeGroup>(); };
  } else if (name == "obey_group_once") {
    callback->kind = CallbackKind::kMapGroupsWithState;
    callback->output_mode = CallbackMode::kUpdate;
    callback->state_schema = Ddl("n bigint");
    callback->timeout = TimeoutOf(description.value("timeout", "NoTimeout"));
    callback->make_group_function = [] { return std::make_unique<ObeyGroupOnce>(); };
  } else if (name == "obey_group") {
    callback->kind = CallbackKind::kFlatMapGroupsWithState;
    if (!of_scala) callback->operator_name = "applyInPandasWithState";
    callback->state_schema = Ddl("n bigint");
    callback->timeout = TimeoutOf(description.value("timeout", "NoTimeout"));
    callback->make_group_function = [] { return std::make_unique<ObeyGroup>(); };
  } else {
    callback->kind = CallbackKind::kTransformWithState;
    if (!of_scala) callback->operator_name = "transformWithStateInPySparkExec";
    ARROW_ASSIGN_OR_RAISE(callback->time_mode, TimeModeOf(description.value("time_mode", "none")));
    callback->event_time_column = description.value("event_time_column", "");
    if (name == "count_at_timer") {
      callback->output_schema = Ddl(kTimedOutput);
      callback->make_processor = [options] { return std::make_unique<CountAtTimer>(options); };
    } else {
      callback->make_processor = [options] { return std::make_unique<Obey>(options); };
    }
  }
  return Status::OK();
}

std::vector<plan::spec::ExpressionPtr> Keys(const Json& names) {
  std::vector<plan::spec::ExpressionPtr> keys;
  for (const Json& name : names) {
    keys.push_back(plan::spec::MakeAttribute({name.get<std::string>()}));
  }
  return keys;
}

}  // namespace

Result<plan::spec::RelationPtr> ApplyCallback(const plan::spec::RelationPtr& input,
                                              const Json& callback,
                                              const sql::ParserOptions& options) {
  auto relation = std::make_shared<plan::spec::Relation>();
  auto described = std::make_shared<Callback>();
  relation->kind = plan::spec::RelationKind::kCallback;
  relation->input = input;
  if (callback["function"] == "pass_through") {
    described->output_schema = Ddl(callback["schema"].get<std::string>());
    described->make_partition_function = [] { return std::make_unique<PassThrough>(); };
  } else {
    ARROW_RETURN_NOT_OK(DescribeCallback(callback, described.get()));
    relation->expressions = Keys(callback["keys"]);
  }
  relation->callback = std::move(described);
  if (callback.contains("initial")) {
    ARROW_ASSIGN_OR_RAISE(
        auto statement,
        sql::ParseStatement(callback["initial"]["query"].get<std::string>(), options));
    relation->right = statement.query;
    relation->outputs = Keys(callback["initial"]["keys"]);
  }
  return plan::spec::RelationPtr(std::move(relation));
}

}  // namespace thalweg::tests
