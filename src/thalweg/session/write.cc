// Batch and streaming writes of a session.

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/expr/cast/shown_text.h"
#include "thalweg/plan/analyzer/bucket_rows.h"
#include "thalweg/plan/analyzer/legality.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/session/persisted_rows.h"
#include "thalweg/session/session.h"
#include "thalweg/types/column_metadata.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

/// The format that shows values instead of storing them.
constexpr std::string_view kConsole = "console";

std::string TakeOption(io::Options* options, const std::string& key) {
  const auto found = options->find(key);
  if (found == options->end()) return "";
  std::string value = found->second;
  options->erase(found);
  return value;
}

io::Options LowerKeys(const io::Options& options) {
  io::Options lower;
  for (const auto& [key, value] : options) lower[ToLowerAscii(key)] = value;
  return lower;
}

bool IsCallbackSink(const std::string& name) { return name == "foreach" || name == "foreachbatch"; }

bool AllowsTemporaryCheckpoint(const std::string& name) {
  return IsCallbackSink(name) || name == "memory" || name == "console" || name == "noop";
}

/// A plan that reads what a memory sink collects.
plan::NodePtr MemoryTablePlan(const std::shared_ptr<connectors::MemoryTable>& table) {
  auto node = std::make_shared<plan::Node>();
  node->kind = plan::NodeKind::kScan;
  node->scan = connectors::MakeMemoryScan(table);
  for (int i = 0; i < table->schema()->num_fields(); ++i) {
    const auto& field = table->schema()->field(i);
    plan::Attribute attribute;
    attribute.name = field->name();
    attribute.type = ColumnTypeOf(*field);
    attribute.nullable = field->nullable();
    attribute.id = plan::NextAttributeId();
    node->output.push_back(std::move(attribute));
    node->source_columns.push_back(i);
  }
  return node;
}

Status CheckPartitioning(const plan::Node& plan, const std::string& sink,
                         const std::vector<std::string>& partition_by) {
  if (partition_by.empty()) return Status::OK();
  if (sink == "memory" || IsCallbackSink(sink)) {
    return MakeError("_LEGACY_ERROR_TEMP_1197", {{"operation", "partitionBy"}, {"source", sink}});
  }
  for (const std::string& name : partition_by) {
    bool found = false;
    for (const auto& attribute : plan.output) {
      found |= ToLowerAscii(attribute.name) == ToLowerAscii(name);
    }
    if (!found) {
      return MakeError(
          "_LEGACY_ERROR_TEMP_1155",
          {{"col", name},
           {"schemaCatalog", SimpleTypeName(*arrow::struct_(OutputSchema(plan)->fields()))}});
    }
  }
  return Status::OK();
}

}  // namespace

Result<io::OutputMode> ParseOutputMode(const std::string& text) {
  const std::string lower = ToLowerAscii(text);
  if (lower == "append") return io::OutputMode::kAppend;
  if (lower == "update") return io::OutputMode::kUpdate;
  if (lower == "complete") return io::OutputMode::kComplete;
  return MakeError("STREAMING_OUTPUT_MODE.INVALID", {{"outputMode", text}});
}

io::WriteArguments Session::MakeWriteArguments(const io::Options& options,
                                               const SchemaPtr& schema) const {
  io::WriteArguments arguments;
  arguments.schema = schema;
  arguments.options = options;
  const auto path = options.find("path");
  if (path != options.end()) arguments.path = path->second;
  arguments.session_time_zone = SettingsSnapshot().Get("spark.sql.session.timeZone");
  arguments.file_system = file_system_;
  arguments.clock = clock_;
  arguments.settings = SettingsSnapshot().Effective();
  arguments.to_text = CellFormatter();
  return arguments;
}

Status Session::Write(const BatchWrite& write) {
  ARROW_ASSIGN_OR_RAISE(auto analyzed, Analyze(write.input));
  return WritePlan(analyzed, write);
}

Status Session::WritePlan(const plan::NodePtr& analyzed, const BatchWrite& write) {
  ARROW_RETURN_NOT_OK(plan::CheckBatch(analyzed));
  ARROW_RETURN_NOT_OK(CheckPartitioning(*analyzed, ToLowerAscii(write.format), write.partition_by));
  const std::string format =
      write.format.empty() ? SettingsSnapshot().Get("spark.sql.sources.default") : write.format;
  ARROW_ASSIGN_OR_RAISE(auto provider, providers_->Find(format));
  io::WriteArguments arguments =
      MakeWriteArguments(LowerKeys(write.options), plan::OutputSchema(*analyzed));
  if (ToLowerAscii(format) == kConsole) arguments.to_text = expr::ShownTextIn(MakeEvalContext());
  if (!write.path.empty()) arguments.path = write.path;
  arguments.partition_by = write.partition_by;
  arguments.save_mode = write.save_mode;
  arguments.static_partition = write.static_partition;
  ARROW_ASSIGN_OR_RAISE(auto sink, provider->MakeBatchSink(arguments));
  // A save mode may say that what is there already stays.
  ARROW_ASSIGN_OR_RAISE(bool nothing_to_do, sink->IsCommitted(0));
  if (nothing_to_do) return Status::OK();
  exec::PlanOptions options = MakePlanOptions();
  options.output_mode = io::OutputMode::kComplete;
  plan::NodePtr rows = analyzed;
  if (write.buckets) {
    const Settings settings = SettingsSnapshot();
    ARROW_ASSIGN_OR_RAISE(rows,
                          plan::BucketRows(MakeAnalyzerContext(&settings), rows, *write.buckets));
  }
  ARROW_ASSIGN_OR_RAISE(const plan::NodePtr optimized, Optimize(rows));
  ARROW_ASSIGN_OR_RAISE(auto plan, exec::MakeQueryPlan(optimized, options));
  ARROW_RETURN_NOT_OK(sink->BeginEpoch(0, io::OutputMode::kAppend));
  exec::EpochContext context = MakeBatchContext();
  if (write.run.cancelled != nullptr) context.cancelled = write.run.cancelled;
  auto result = plan->RunEpoch(context, {}, sink.get());
  Status status = result.status();
  if (status.ok()) status = sink->CommitEpoch(0, std::move(result->reports));
  if (!status.ok()) sink->AbortEpoch(0);
  // What was kept of the files before is not what they have now, whether all were written or not.
  if (!arguments.path.empty()) PersistedRows::RefreshPath(arguments.path);
  ARROW_RETURN_NOT_OK(status);
  ReportObserved(result->observed);
  if (write.run.observer) {
    std::for_each(result->observed.begin(), result->observed.end(), write.run.observer);
  }
  return sink->Stop();
}

Result<std::shared_ptr<stream::StreamingQuery>> Session::Start(StreamWrite write) {
  ARROW_ASSIGN_OR_RAISE(auto analyzed, Analyze(write.input));
  return StartPlan(analyzed, std::move(write));
}

Result<std::shared_ptr<stream::StreamingQuery>> Session::StartPlan(const plan::NodePtr& analyzed,
                                                                   StreamWrite write) {
  ARROW_ASSIGN_OR_RAISE(auto mode, ParseOutputMode(write.output_mode));
  if (!analyzed->is_streaming()) {
    return MakeError("WRITE_STREAM_NOT_ALLOWED");
  }
  ARROW_RETURN_NOT_OK(plan::CheckStreaming(analyzed, mode, SettingsSnapshot()));
  io::Options options = LowerKeys(write.options);
  stream::StartRequest request;
  request.checkpoint_location = TakeOption(&options, "checkpointlocation");
  if (write.query_name.empty()) write.query_name = TakeOption(&options, "queryname");
  const std::string sink_name =
      ToLowerAscii(write.sink             ? write.sink_name
                   : write.format.empty() ? SettingsSnapshot().Get("spark.sql.sources.default")
                                          : write.format);
  ARROW_RETURN_NOT_OK(CheckPartitioning(*analyzed, sink_name, write.partition_by));
  if (write.sink == nullptr) {
    ARROW_ASSIGN_OR_RAISE(auto provider, providers_->Find(sink_name));
    io::WriteArguments arguments = MakeWriteArguments(options, plan::OutputSchema(*analyzed));
    if (sink_name == kConsole) arguments.to_text = expr::ShownTextIn(MakeEvalContext());
    arguments.partition_by = write.partition_by;
    arguments.query_name = write.query_name;
    ARROW_ASSIGN_OR_RAISE(write.sink, provider->MakeStreamSink(arguments));
  }
  ARROW_ASSIGN_OR_RAISE(request.plan, Optimize(analyzed));
  if (!write.query_name.empty()) request.name = write.query_name;
  request.allows_temporary_checkpoint = AllowsTemporaryCheckpoint(sink_name);
  request.recovers_from_checkpoint = sink_name != "memory" || mode == io::OutputMode::kComplete;
  request.output_mode = mode;
  request.trigger = write.trigger;
  request.sink = std::move(write.sink);
  request.settings = SettingsSnapshot();
  request.file_system = file_system_;
  request.clock = clock_;
  request.num_workers = num_workers();
  request.scheduler = scheduler_;
  ARROW_ASSIGN_OR_RAISE(auto query, queries_->Start(std::move(request)));
  if (sink_name == "memory") {
    const auto table = memory_tables_->Find(write.query_name);
    if (table != nullptr) {
      ARROW_RETURN_NOT_OK(catalog_->CreateView(
          {.name = write.query_name, .relation = nullptr, .plan = MemoryTablePlan(table)},
          /*replace=*/true));
    }
  }
  return query;
}

}  // namespace thalweg::session
