#include "query_run.h"

#include <algorithm>

#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/api/memory_stream_provider.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/foreach/foreach_sink.h"
#include "thalweg/io/compactible_log.h"
#include "thalweg/sql/parser.h"
#include "thalweg/stream/progress.h"
#include "thalweg/types/data_types.h"
#include "scenario_callbacks.h"

namespace thalweg::tests {
namespace {

using plan::spec::Relation;
using plan::spec::RelationKind;

constexpr int64_t kStartMillis = 1'800'000'000'000;
constexpr const char* kStreamNames[] = {"events", "others"};

Batch ToBatch(const SchemaPtr& schema, const std::vector<InputRow>& rows) {
  arrow::TimestampBuilder times(schema->field(0)->type(), arrow::default_memory_pool());
  arrow::StringBuilder keys;
  arrow::Int32Builder values;
  for (const InputRow& row : rows) {
    ARROW_UNUSED(times.Append(row.millis * 1000));
    ARROW_UNUSED(row.key ? keys.Append(*row.key) : keys.AppendNull());
    ARROW_UNUSED(values.Append(row.value));
  }
  Batch batch;
  batch.columns = {times.Finish().ValueOrDie(), keys.Finish().ValueOrDie(),
                   values.Finish().ValueOrDie()};
  batch.num_rows = static_cast<int64_t>(rows.size());
  return batch;
}

std::string ToJsonLines(const std::vector<InputRow>& rows) {
  std::string text;
  for (const InputRow& row : rows) {
    text +=
        fmt::format("{{\"ts\":\"{}\",{}\"v\":{}}}\n", stream::FormatProgressTimestamp(row.millis),
                    row.key ? fmt::format("\"k\":\"{}\",", *row.key) : "", row.value);
  }
  return text;
}

Result<BatchRows> RenderRows(const session::Session& session, const std::vector<Batch>& batches) {
  BatchRows lines;
  const auto to_text = session.CellFormatter();
  for (const Batch& batch : batches) {
    std::vector<std::string> rows(static_cast<size_t>(batch.num_rows));
    for (const ArrayPtr& column : batch.columns) {
      ARROW_ASSIGN_OR_RAISE(const ArrayPtr cells, to_text(column));
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        rows[row] += cells->IsNull(row)
                         ? "NULL|"
                         : static_cast<const arrow::StringArray&>(*cells).GetString(row) + "|";
      }
    }
    lines.insert(lines.end(), rows.begin(), rows.end());
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

BatchRows Lines(const std::string& text) {
  BatchRows lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

QueryRun::QueryRun(const Workload& workload, testing::FaultInjectingFileSystem* file_system)
    : workload_(workload),
      file_system_(file_system),
      clock_(kStartMillis),
      input_schema_(ParseSchema("ts TIMESTAMP, k STRING, v INT").ValueOrDie()) {
  for (const char* name : kStreamNames) {
    streams_.push_back(std::make_shared<connectors::MemoryStream>(input_schema_));
    ARROW_UNUSED(file_system_->CreateDirectories(std::string("/in/") + name));
  }
}

QueryRun::~QueryRun() {
  Stop();
  SwapRuns();
  Stop();
}

void QueryRun::SwapRuns() {
  std::swap(session_, other_session_);
  std::swap(query_, other_query_);
}

void QueryRun::AddRows(size_t stream, const std::vector<InputRow>& rows) {
  if (workload_.input == InputKind::kMemory) {
    streams_[stream]->AddData(ToBatch(input_schema_, rows));
    return;
  }
  const std::string path = fmt::format("/in/{}/{:04}.json", kStreamNames[stream], next_step_);
  file_system_->Damage(path, ToJsonLines(rows));
  ARROW_UNUSED(file_system_->SetModificationTime(
      path, kStartMillis + 1000 * static_cast<int64_t>(next_step_)));
}

void QueryRun::Feed() {
  const Step& step = workload_.steps[next_step_];
  AddRows(0, step.events);
  AddRows(1, step.others);
  ++next_step_;
  clock_.Advance(workload_.shape->millis_per_step);
}

void QueryRun::Refeed(size_t steps) {
  while (next_step_ < steps) Feed();
}

Status QueryRun::MakeView(const std::string& name, size_t stream) {
  auto relation = std::make_shared<Relation>();
  relation->is_stream = true;
  relation->kind = RelationKind::kRead;
  if (workload_.input == InputKind::kFiles) {
    relation->format = "json";
    relation->schema = input_schema_;
    relation->paths = {"/in/" + name};
  } else {
    relation->format = api::MemoryStreamProvider::kName;
    relation->options["stream"] = std::to_string(stream);
  }
  return session_->catalog().CreateView({.name = name, .relation = relation, .plan = nullptr},
                                        true);
}

Status QueryRun::MakeSession(const std::map<std::string, std::string>& settings,
                             FileSystem* file_system) {
  session::SessionOptions options;
  options.clock = &clock_;
  options.file_system = file_system;
  options.settings = workload_.settings;
  for (const auto& [key, value] : settings) options.settings[key] = value;
  ARROW_ASSIGN_OR_RAISE(session_, session::Session::Make(std::move(options)));
  auto provider = std::make_unique<api::MemoryStreamProvider>();
  for (const auto& stream : streams_) provider->Add(stream);
  session_->providers().Add(std::move(provider));
  for (size_t i = 0; i < streams_.size(); ++i) ARROW_RETURN_NOT_OK(MakeView(kStreamNames[i], i));
  return Status::OK();
}

Result<plan::spec::RelationPtr> QueryRun::MakeRelation() {
  ARROW_ASSIGN_OR_RAISE(auto relation, MakeRelationBelow());
  if (workload_.shape->above == nullptr) return relation;
  ARROW_RETURN_NOT_OK(session_->catalog().CreateView(
      {.name = "below", .relation = std::move(relation), .plan = nullptr}, true));
  ARROW_ASSIGN_OR_RAISE(auto statement, sql::ParseStatement(workload_.shape->above, {"UTC", {}}));
  return statement.query;
}

Result<plan::spec::RelationPtr> QueryRun::MakeRelationBelow() {
  ARROW_ASSIGN_OR_RAISE(auto statement, sql::ParseStatement(workload_.shape->query, {"UTC", {}}));
  if (workload_.shape->callback != nullptr) {
    return ApplyCallback(statement.query, nlohmann::json::parse(workload_.shape->callback),
                         {"UTC", {}});
  }
  if (workload_.shape->drop_duplicates.empty()) return statement.query;
  auto relation = std::make_shared<Relation>();
  relation->kind = RelationKind::kDeduplicate;
  relation->input = statement.query;
  relation->within_watermark = workload_.shape->within_watermark;
  relation->column_names = workload_.shape->drop_duplicates;
  return plan::spec::RelationPtr(std::move(relation));
}

Status QueryRun::Start(const std::map<std::string, std::string>& settings, FileSystem* through) {
  state_rows_.clear();
  ARROW_RETURN_NOT_OK(MakeSession(settings, through == nullptr ? file_system_ : through));
  session::StreamWrite write;
  ARROW_ASSIGN_OR_RAISE(write.input, MakeRelation());
  write.output_mode = workload_.shape->output_mode;
  write.options["checkpointLocation"] = "/checkpoint";
  if (workload_.output == OutputKind::kFiles) {
    write.format = "json";
    write.options["path"] = "/out";
  } else {
    write.sink_name = "foreachBatch";
    write.sink = connectors::MakeForeachBatchSink(
        [this, session = session_.get()](std::vector<Batch> batches, int64_t epoch) {
          return TakeBatches(*session, batches, epoch);
        });
  }
  ARROW_ASSIGN_OR_RAISE(query_, session_->Start(std::move(write)));
  return Status::OK();
}

Status QueryRun::TakeBatches(const session::Session& session, const std::vector<Batch>& batches,
                             int64_t epoch) {
  ARROW_ASSIGN_OR_RAISE(auto rows, RenderRows(session, batches));
  if (ignore_output_ && ignore_output_()) return Status::OK();
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto [before, first] = rows_.emplace(epoch, rows);
  if (!first && before->second != rows && repeated_otherwise_.empty()) {
    repeated_otherwise_ = fmt::format("batch {} gave {} rows, then {} other ones", epoch,
                                      before->second.size(), rows.size());
  }
  return Status::OK();
}

Status QueryRun::AwaitIdle(const std::function<bool()>& gives_up) {
  // The query is idle when it waits for its next look at the sources.
  const auto ended = [&] { return !query_->IsActive() || (gives_up && gives_up()); };
  for (int round = 0; round < 2; ++round) {
    if (!clock_.AwaitWaiter(ended)) break;
    clock_.Advance(10);
  }
  clock_.AwaitWaiter(ended);
  NoteProgress();
  const auto failure = query_->exception();
  return failure ? failure->cause : Status::OK();
}

void QueryRun::NoteProgress() {
  for (const auto& progress : query_->recent_progress()) {
    // Idle entries carry the id of a batch that has not run.
    if (!progress->duration_millis.contains("addBatch")) continue;
    acknowledged_batch_ = std::max(acknowledged_batch_, progress->batch_id);
    state_rows_.clear();
    for (const auto& state : progress->state_operators) {
      state_rows_.push_back(state.num_rows_total);
    }
  }
}

void QueryRun::Stop() {
  if (query_ != nullptr) ARROW_UNUSED(query_->Stop());
  query_.reset();
  session_.reset();
}

std::string QueryRun::repeated_otherwise() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return repeated_otherwise_;
}

Result<std::map<int64_t, BatchRows>> QueryRun::Output() {
  if (workload_.output == OutputKind::kFiles) return FileOutput();
  const std::lock_guard<std::mutex> lock(mutex_);
  return rows_;
}

Result<std::map<int64_t, BatchRows>> QueryRun::FileOutput() {
  ARROW_ASSIGN_OR_RAISE(
      auto log, io::CompactibleLog::Make(file_system_, &clock_, "/out/_spark_metadata", {}));
  std::map<int64_t, BatchRows> output;
  const auto add = [&](int64_t batch, const std::string& entry) -> Status {
    const auto json = nlohmann::json::parse(entry, nullptr, false);
    if (!json.is_object()) return Status::Invalid("manifest entry ", entry);
    ARROW_ASSIGN_OR_RAISE(const std::string text,
                          file_system_->ReadFile(connectors::UriToPath(json.value("path", ""))));
    const BatchRows rows = Lines(text);
    output[batch].insert(output[batch].end(), rows.begin(), rows.end());
    return Status::OK();
  };
  ARROW_ASSIGN_OR_RAISE(const auto all, log->AllEntries());
  std::set<std::string> seen;
  for (int64_t batch = 0; batch <= log->latest_id().value_or(-1); ++batch) {
    ARROW_ASSIGN_OR_RAISE(const auto entries, log->Read(batch));
    if (!entries) {
      output.clear();
      for (const std::string& entry : all) ARROW_RETURN_NOT_OK(add(0, entry));
      break;
    }
    output[batch];
    for (const std::string& entry : *entries) {
      if (seen.insert(entry).second) ARROW_RETURN_NOT_OK(add(batch, entry));
    }
  }
  for (auto& [batch, rows] : output) std::sort(rows.begin(), rows.end());
  return output;
}

}  // namespace thalweg::tests
