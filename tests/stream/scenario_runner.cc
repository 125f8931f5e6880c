#include "scenario_runner.h"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <set>

#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "../sql/corpus_file.h"
#include "scenario_callbacks.h"
#include "thalweg/connectors/foreach/foreach_sink.h"
#include "thalweg/session/session.h"
#include "thalweg/sql/parser.h"
#include "thalweg/stream/progress.h"
#include "thalweg/testing/manual_clock.h"
#include "thalweg/testing/temporary_directory.h"
#include "thalweg/types/data_types.h"

namespace thalweg::tests {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;
using plan::spec::Relation;
using plan::spec::RelationKind;

/// Rows as the corpora write them.
Result<std::vector<std::string>> RenderRows(const session::Session& session,
                                            const std::vector<Batch>& batches) {
  std::vector<std::string> lines;
  const auto to_text = session.CellFormatter();
  for (const Batch& batch : batches) {
    std::vector<ArrayPtr> cells;
    for (const ArrayPtr& column : batch.columns) {
      const bool binary = column->type_id() == arrow::Type::BINARY;
      ARROW_ASSIGN_OR_RAISE(auto text, binary ? Result<ArrayPtr>(column) : to_text(column));
      cells.push_back(std::move(text));
    }
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      std::string line;
      for (size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line += "\t";
        if (cells[i]->IsNull(row)) {
          line += "NULL";
          continue;
        }
        const auto view = static_cast<const arrow::BinaryArray&>(*cells[i]).GetView(row);
        if (cells[i]->type_id() != arrow::Type::BINARY) {
          line += EscapeCell(view);
          continue;
        }
        std::string hex;
        for (unsigned char byte : view) hex += fmt::format("{:02X}", byte);
        line += EscapeCell(hex);
      }
      lines.push_back(std::move(line));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// The keys of a progress report in their order, and what kind of value each has.
std::string ShapeOf(const OrderedJson& value) {
  std::string text;
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) {
      text += (text.empty() ? "" : ",") + key + ":" + ShapeOf(child);
    }
    return "{" + text + "}";
  }
  if (value.is_array()) {
    for (const auto& child : value) text += (text.empty() ? "" : ",") + ShapeOf(child);
    return "[" + text + "]";
  }
  if (value.is_null()) return "null";
  return value.is_string() ? "text" : "number";
}

Json ProgressFacts(const std::string& report) {
  const OrderedJson json = OrderedJson::parse(report);
  Json facts;
  facts["shape"] = ShapeOf(json);
  facts["numOutputRows"] = json["sink"]["numOutputRows"].get<int64_t>();
  facts["partitions"] = Json::array();
  for (const auto& state : json["stateOperators"]) {
    facts["partitions"].push_back({state["numShufflePartitions"].get<int64_t>(),
                                   state["numStateStoreInstances"].get<int64_t>()});
  }
  const bool observed = json.contains("observedMetrics");
  facts["observedMetrics"] = observed ? Json::parse(json["observedMetrics"].dump()) : Json();
  return facts;
}

std::string ErrorText(const Status& status) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr) return "none: " + status.ToString();
  return detail->condition() + " " + (detail->sql_state().empty() ? "-" : detail->sql_state());
}

class ScenarioPlayer {
 public:
  ScenarioPlayer(const OrderedJson& scenario, std::map<std::string, std::string> settings)
      : scenario_(scenario),
        scenario_in_order_(scenario),
        settings_(std::move(settings)),
        clock_(kStartMillis) {}

  std::vector<std::string> Play() {
    const Status status = PlaySteps();
    if (!status.ok()) Differ("cannot play: " + RenderError(status));
    if (query_ != nullptr) (void)query_->Stop();
    query_.reset();
    return std::move(differences_);
  }

 private:
  static constexpr int64_t kStartMillis = 1'700'000'000'000;

  void Differ(std::string text) {
    differences_.push_back(fmt::format("step {}: {}", step_number_, text));
  }

  void Compare(const std::string& what, const std::string& expected, const std::string& actual) {
    if (expected != actual) {
      Differ(fmt::format("{}\n  expected {}\n  actual   {}", what, expected, actual));
    }
  }

  Status PlaySteps() {
    session::SessionOptions options;
    options.clock = &clock_;
    options.settings = settings_;
    const Json conf = scenario_.value("conf", Json::object());
    for (const auto& [key, value] : conf.items()) {
      options.settings[key] = value.get<std::string>();
    }
    ARROW_ASSIGN_OR_RAISE(session_, session::Session::Make(std::move(options)));
    ARROW_RETURN_NOT_OK(MakeViews());
    for (const Json& step : scenario_["steps"]) {
      ++step_number_;
      ARROW_RETURN_NOT_OK(PlayStep(step));
      if (differences_.size() > 5) return Status::OK();
    }
    return Status::OK();
  }

  Status PlayStep(const Json& step) {
    if (step.contains("add")) return AddFiles(step["add"]);
    if (step.contains("conf")) {
      for (const auto& [key, value] : step["conf"].items()) {
        ARROW_RETURN_NOT_OK(session_->settings().Set(key, value.get<std::string>()));
      }
      return Status::OK();
    }
    if (step.contains("change")) {
      for (const auto& [key, value] : step["change"].items()) scenario_[key] = value;
      return Status::OK();
    }
    if (step.contains("stop")) {
      const Status stopped = query_->Stop();
      query_.reset();
      return stopped;
    }
    if (step.contains("start")) return Start(step);
    if (step.contains("read")) return Read(step["read"], step["expected"]);
    if (step.contains("process_all")) return ProcessAll(step["expected"]);
    return Status::Invalid("unknown step ", step.dump());
  }

  Status MakeViews() {
    const Json inputs = scenario_.value("inputs", Json::object());
    for (const auto& [name, input] : inputs.items()) {
      ARROW_RETURN_NOT_OK(session_->file_system()->CreateDirectories(directory_.Child(name)));
      ARROW_RETURN_NOT_OK(MakeView(name, input["schema"], input.value("options", Json::object()),
                                   /*is_stream=*/true));
    }
    const Json statics = scenario_.value("statics", Json::object());
    for (const auto& [name, table] : statics.items()) {
      ARROW_RETURN_NOT_OK(session_->file_system()->CreateDirectories(directory_.Child(name)));
      std::ofstream out(directory_.Child(name) + "/rows.json");
      for (const Json& row : table["rows"]) out << row.dump() << "\n";
      out.close();
      ARROW_RETURN_NOT_OK(MakeView(name, table["schema"], Json::object(), /*is_stream=*/false));
    }
    const Json frames = scenario_.value("frames", Json::object());
    for (const auto& [name, frame] : frames.items()) {
      ARROW_ASSIGN_OR_RAISE(auto relation, BuildRelation(frame));
      ARROW_RETURN_NOT_OK(session_->catalog().CreateView(
          {.name = name, .relation = relation, .plan = nullptr}, true));
    }
    return Status::OK();
  }

  Status MakeView(const std::string& name, const std::string& schema, const Json& options,
                  bool is_stream) {
    auto relation = std::make_shared<Relation>();
    relation->is_stream = is_stream;
    relation->kind = RelationKind::kRead;
    relation->format = "json";
    ARROW_ASSIGN_OR_RAISE(relation->schema, ParseSchema(schema));
    for (const auto& [key, value] : options.items()) {
      relation->options[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    relation->paths = {directory_.Child(name)};
    return session_->catalog().CreateView({.name = name, .relation = relation, .plan = nullptr},
                                          true);
  }

  Status AddFiles(const Json& inputs) {
    for (const auto& [name, rows] : inputs.items()) {
      const std::string hidden = directory_.Child(fmt::format("next-{}", ++num_files_));
      std::ofstream out(hidden);
      for (const Json& row : rows) {
        out << (row.is_string() ? row.get<std::string>() : row.dump()) << "\n";
      }
      out.close();
      ARROW_RETURN_NOT_OK(
          session_->file_system()->SetModificationTime(hidden, kStartMillis + num_files_ * 1000));
      ARROW_RETURN_NOT_OK(session_->file_system()->Rename(
          hidden, directory_.Child(fmt::format("{}/{:06}.json", name, num_files_)), false));
    }
    return Status::OK();
  }

  /// The relation of a query text and the deduplication called on it.
  Result<plan::spec::RelationPtr> BuildRelation(const Json& description) {
    ARROW_ASSIGN_OR_RAISE(
        auto statement,
        sql::ParseStatement(description["query"].get<std::string>(),
                            {session_->settings().Get("spark.sql.session.timeZone"), {}}));
    plan::spec::RelationPtr relation = statement.query;
    for (const char* key : {"drop_duplicates", "drop_duplicates_within_watermark"}) {
      if (!description.contains(key) || description[key].is_null()) continue;
      auto dedup = std::make_shared<Relation>();
      dedup->kind = RelationKind::kDeduplicate;
      dedup->input = relation;
      dedup->within_watermark = std::string_view(key) != "drop_duplicates";
      for (const Json& column : description[key]) {
        dedup->column_names.push_back(column.get<std::string>());
      }
      relation = std::move(dedup);
    }
    if (description.contains("callback")) {
      ARROW_ASSIGN_OR_RAISE(
          relation, ApplyCallback(relation, description["callback"],
                                  {session_->settings().Get("spark.sql.session.timeZone"), {}}));
    }
    return Observe(std::move(relation));
  }

  Result<plan::spec::RelationPtr> Observe(plan::spec::RelationPtr relation) {
    const OrderedJson observed = scenario_in_order_.value("observe", OrderedJson::object());
    for (const auto& [name, metrics] : observed.items()) {
      auto observe = std::make_shared<Relation>();
      observe->kind = RelationKind::kObserve;
      observe->input = relation;
      observe->alias = name;
      for (const auto& metric : metrics) {
        ARROW_ASSIGN_OR_RAISE(
            auto expression,
            sql::ParseExpression(metric.get<std::string>(),
                                 {session_->settings().Get("spark.sql.session.timeZone"), {}}));
        observe->expressions.push_back(std::move(expression));
      }
      relation = std::move(observe);
    }
    return relation;
  }

  Status StartQuery(const std::string& trigger) {
    ARROW_ASSIGN_OR_RAISE(auto relation, BuildRelation(scenario_));
    session::StreamWrite write;
    write.input = relation;
    write.output_mode = scenario_["output_mode"];
    write.options["checkpointLocation"] = directory_.Child("checkpoint");
    if (trigger == "availableNow") write.trigger = stream::Trigger::AvailableNow();
    if (trigger == "once") write.trigger = stream::Trigger::Once();
    // Time passes between runs: what they wait for by processing time is due or far away.
    if (started_) clock_.Advance(1000);
    if (scenario_.value("sink", "") == "memory") {
      write.format = "memory";
      write.query_name = "result";
    } else {
      write.sink_name = "foreachBatch";
      write.sink = connectors::MakeForeachBatchSink(
          [this](std::vector<Batch> batches, int64_t epoch) -> Status {
            ARROW_ASSIGN_OR_RAISE(auto rows, RenderRows(*session_, batches));
            std::lock_guard<std::mutex> lock(mutex_);
            rows_[epoch] = std::move(rows);
            return Status::OK();
          });
    }
    last_batch_ = -1;
    ARROW_ASSIGN_OR_RAISE(query_, session_->Start(std::move(write)));
    started_ = true;
    return Status::OK();
  }

  Status Start(const Json& step) {
    const Status status = StartQuery(step.value("trigger", ""));
    if (!step.contains("expect_error")) return status;
    if (status.ok()) {
      Differ("expected the start to be refused with " + step["expect_error"].dump());
      return Status::OK();
    }
    CompareError(step["expect_error"], status);
    return Status::OK();
  }

  /// A condition in parentheses is the class of an exception without condition, STREAM_FAILED the
  /// wrapping of such a one: any error will do.
  void CompareError(const Json& expected, const Status& status) {
    const std::string condition = expected["condition"];
    if (condition.starts_with("(") || condition == "STREAM_FAILED") return;
    const std::string state = expected.contains("sqlstate") && expected["sqlstate"].is_string()
                                  ? expected["sqlstate"].get<std::string>()
                                  : "-";
    Compare("error", condition + " " + state, ErrorText(status));
  }

  /// Reads the checkpoint with a batch source, as the view `state`.
  Status Read(const Json& read, const Json& expected) {
    auto relation = std::make_shared<Relation>();
    relation->kind = RelationKind::kRead;
    relation->format = read["format"];
    relation->paths = {directory_.Child("checkpoint")};
    const Json options = read.value("options", Json::object());
    for (const auto& [key, value] : options.items()) {
      relation->options[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    if (read.contains("columns")) {
      auto columns = std::make_shared<Relation>();
      columns->kind = RelationKind::kProject;
      columns->input = relation;
      for (const Json& name : read["columns"]) {
        columns->expressions.push_back(plan::spec::MakeAttribute({name.get<std::string>()}));
      }
      relation = std::move(columns);
    }
    ARROW_RETURN_NOT_OK(session_->catalog().CreateView(
        {.name = "state", .relation = relation, .plan = nullptr}, true));
    plan::spec::RelationPtr rows = relation;
    if (read.contains("query")) {
      ARROW_ASSIGN_OR_RAISE(rows, BuildRelation({{"query", read["query"]}}));
    }
    const Status status = CompareRead(rows, expected);
    if (!expected.contains("error")) return status;
    if (status.ok()) {
      Differ("expected the read to be refused with " + expected["error"].dump());
    } else {
      CompareError(expected["error"], status);
    }
    return Status::OK();
  }

  Status CompareRead(const plan::spec::RelationPtr& relation, const Json& expected) {
    ARROW_ASSIGN_OR_RAISE(const auto plan, session_->Analyze(relation));
    std::vector<Batch> batches;
    ARROW_RETURN_NOT_OK(session_->RunBatchPlan(plan, [&](const Batch& batch) {
      batches.push_back(batch);
      return Status::OK();
    }));
    if (expected.contains("error")) return Status::OK();
    const auto type = arrow::struct_(plan::OutputSchema(*plan)->fields());
    Compare("schema", expected["schema"], SimpleTypeName(*type));
    ARROW_ASSIGN_OR_RAISE(const auto rows, RenderRows(*session_, batches));
    Compare("rows", expected["rows"].dump(1), Json(rows).dump(1));
    return Status::OK();
  }

  Status ProcessAll(const Json& expected) {
    if (!started_) {
      const Status refused = StartQuery("");
      // What fails in Spark's first batch may be refused here before it runs.
      if (!refused.ok() && expected.contains("error") && expected["batches"].empty()) {
        CompareError(expected["error"], refused);
        return Status::OK();
      }
      ARROW_RETURN_NOT_OK(refused);
    }
    // The query is idle when it waits for its next look at the sources.
    const auto ended = [this] { return !query_->IsActive(); };
    for (int round = 0; round < 2; ++round) {
      if (!clock_.AwaitWaiter(ended)) break;
      clock_.Advance(10);
    }
    clock_.AwaitWaiter(ended);
    const auto failure = query_->exception();
    if (expected.contains("error")) {
      if (!failure) {
        Differ("expected the query to fail with " + expected["error"].dump());
      } else {
        CompareError(expected["error"], failure->cause);
      }
    } else if (failure) {
      Differ("the query failed: " + RenderError(failure->ToStatus()));
    }
    CompareBatches(expected.value("batches", Json::array()));
    if (expected.contains("table")) ARROW_RETURN_NOT_OK(CompareTable(expected["table"]));
    return Status::OK();
  }

  Status CompareTable(const Json& expected) {
    ARROW_ASSIGN_OR_RAISE(auto outcome, session_->ExecuteSql("SELECT * FROM result"));
    ARROW_ASSIGN_OR_RAISE(auto rows, RenderRows(*session_, outcome.rows.batches));
    Compare("table", expected.dump(), Json(rows).dump());
    return Status::OK();
  }

  std::vector<Json> NewBatches() {
    std::vector<Json> batches;
    for (const auto& progress : query_->recent_progress()) {
      const std::string report = stream::ToJson(*progress);
      Json json = Json::parse(report);
      const int64_t id = json["batchId"];
      // Idle entries carry the id of a batch that has not run.
      if (id <= last_batch_ || !json["durationMs"].contains("addBatch")) continue;
      last_batch_ = id;
      json["progress"] = ProgressFacts(report);
      batches.push_back(std::move(json));
    }
    return batches;
  }

  void CompareBatches(const Json& expected) {
    const std::vector<Json> actual = NewBatches();
    std::vector<int64_t> expected_ids, actual_ids;
    for (const Json& batch : expected) expected_ids.push_back(batch["batchId"]);
    for (const Json& batch : actual) actual_ids.push_back(batch["batchId"]);
    Compare("batches", Json(expected_ids).dump(), Json(actual_ids).dump());
    for (size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
      CompareBatch(expected[i], actual[i]);
    }
  }

  void CompareBatch(const Json& expected, const Json& actual) {
    const int64_t id = expected["batchId"];
    const std::string name = fmt::format("batch {} ", id);
    if (expected.contains("rows")) {
      std::lock_guard<std::mutex> lock(mutex_);
      Compare(name + "rows", expected["rows"].dump(1), Json(rows_[id]).dump(1));
    }
    Compare(name + "numInputRows", expected["numInputRows"].dump(), actual["numInputRows"].dump());
    if (expected.contains("progress")) {
      Compare(name + "progress", expected["progress"].dump(1), actual["progress"].dump(1));
    }
    Json event_time = actual.value("eventTime", Json::object());
    Json watermark = event_time.contains("watermark") ? event_time["watermark"] : Json();
    event_time.erase("watermark");
    Json expected_times = expected.value("eventTime", Json::object());
    expected_times.erase("watermark");
    Compare(name + "watermark", expected["watermark"].dump(), watermark.dump());
    Compare(name + "eventTime", expected_times.dump(), event_time.dump());
    Json operators = Json::array();
    for (const Json& state : actual["stateOperators"]) {
      Json kept;
      for (const char* key : {"operatorName", "numRowsTotal", "numRowsUpdated", "numRowsRemoved",
                              "numRowsDroppedByWatermark"}) {
        kept[key] = state[key];
      }
      operators.push_back(std::move(kept));
    }
    Compare(name + "stateOperators", expected["stateOperators"].dump(), operators.dump());
  }

  Json scenario_;
  OrderedJson scenario_in_order_;
  std::map<std::string, std::string> settings_;
  testing::ManualClock clock_;
  testing::TemporaryDirectory directory_;
  std::shared_ptr<session::Session> session_;
  std::shared_ptr<stream::StreamingQuery> query_;
  bool started_ = false;
  std::mutex mutex_;
  std::map<int64_t, std::vector<std::string>> rows_;  // by epoch; guarded by mutex_
  int64_t last_batch_ = -1;
  int64_t num_files_ = 0;
  int step_number_ = 0;
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> RunScenario(const std::string& path,
                                     const std::map<std::string, std::string>& settings) {
  std::ifstream in(path);
  OrderedJson scenario = OrderedJson::parse(in, nullptr, /*allow_exceptions=*/false);
  if (scenario.is_discarded()) return {"cannot read " + path};
  return ScenarioPlayer(scenario, settings).Play();
}

}  // namespace thalweg::tests
