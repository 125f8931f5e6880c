// writeStream.start() and toTable().

#include <arrow/api.h>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/command/foreach_batch.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/python/python_rows.h"
#include "thalweg/connectors/foreach/foreach_sink.h"
#include "thalweg/plan/analyzer/path_option.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/session/commands/table_layout.h"
#include "thalweg/session/table_location.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using proto::WriteStreamOperationStart;

Result<stream::Trigger> TriggerOf(const WriteStreamOperationStart& start) {
  switch (start.trigger_case()) {
    case WriteStreamOperationStart::kProcessingTimeInterval:
      return stream::Trigger::ProcessingTime(start.processing_time_interval());
    case WriteStreamOperationStart::kAvailableNow:
      return stream::Trigger::AvailableNow();
    case WriteStreamOperationStart::kOnce:
      return stream::Trigger::Once();
    case WriteStreamOperationStart::kContinuousCheckpointInterval:
      return UnsupportedFeature("continuous processing");
    case WriteStreamOperationStart::kRealTimeBatchDuration:
      return UnsupportedFeature("real-time mode");
    case WriteStreamOperationStart::TRIGGER_NOT_SET:
      break;
  }
  return stream::Trigger();
}

Status CheckSink(const WriteStreamOperationStart& start) {
  if (start.foreach_writer().has_scala_function() || start.foreach_batch().has_scala_function()) {
    return UnsupportedFeature("foreach and foreachBatch with a function that needs the JVM");
  }
  if (!start.clustering_column_names().empty() && start.table_name().empty()) {
    return UnsupportedFeature("clusterBy() of a stream that does not write to a table");
  }
  return Status::OK();
}

Result<session::StreamWrite> MakeWrite(const WriteStreamOperationStart& start,
                                       const Settings& settings) {
  session::StreamWrite write;
  write.format = start.format();
  write.options = {start.options().begin(), start.options().end()};
  if (start.has_path()) {
    ARROW_RETURN_NOT_OK(
        plan::CheckPathOption(plan::PathCall::kStartStream, write.options, settings));
    std::erase_if(write.options,
                  [](const auto& option) { return ToLowerAscii(option.first) == "path"; });
    write.options["path"] = start.path();
  }
  write.partition_by = {start.partitioning_column_names().begin(),
                        start.partitioning_column_names().end()};
  write.query_name = start.query_name();
  if (!start.output_mode().empty()) write.output_mode = start.output_mode();
  ARROW_ASSIGN_OR_RAISE(write.trigger, TriggerOf(start));
  return write;
}

/// clusterBy(), which is of tables.
Status SetClustering(const WriteStreamOperationStart& start, plan::TableEntry* table) {
  if (start.clustering_column_names().empty()) return Status::OK();
  if (!table->partition_by.empty()) {
    return MakeError("SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED");
  }
  std::vector<std::vector<std::string>> columns;
  for (const std::string& name : start.clustering_column_names()) {
    ARROW_ASSIGN_OR_RAISE(auto parts, sql::ParseMultipartName(name));
    columns.push_back(std::move(parts));
  }
  return session::ClusteringText(columns, *table->schema)
      .Value(&table->properties[session::kClusteringProperty]);
}

/// toTable(): the table is made when it is new, and the query writes where it lies.
Status AimAtTable(Execution* execution, const plan::NodePtr& plan,
                  const WriteStreamOperationStart& start, session::StreamWrite* write) {
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(start.table_name()));
  session::Session& engine = execution->engine();
  const Settings settings = engine.SettingsSnapshot();
  auto table = engine.catalog().FindTable(name);
  if (table == nullptr) {
    ARROW_ASSIGN_OR_RAISE(const plan::TableName resolved, engine.catalog().Resolve(name));
    plan::TableEntry entry;
    entry.name = resolved.table;
    entry.database = resolved.database;
    entry.format =
        write->format.empty() ? settings.Get("spark.sql.sources.default") : write->format;
    ARROW_RETURN_NOT_OK(engine.providers().Find(entry.format).status());
    entry.schema = plan::OutputSchema(*plan);
    entry.partition_by = write->partition_by;
    const auto path = write->options.find("path");
    entry.location =
        path != write->options.end() ? path->second : session::DefaultLocation(&engine, resolved);
    // As in Spark a table without a place of its own is gone with its files when it is dropped.
    entry.is_managed = path == write->options.end();
    entry.created_millis = engine.clock()->NowMillis();
    ARROW_RETURN_NOT_OK(SetClustering(start, &entry));
    ARROW_RETURN_NOT_OK(engine.catalog().CreateTable(entry));
    table = engine.catalog().FindTable(name);
  }
  if (table->view != nullptr) {
    return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                     {{"operation", "toTable"}, {"viewName", plan::QuoteIdentifiers(name)}});
  }
  write->format = table->format;
  write->options["path"] = table->location;
  write->partition_by = table->partition_by;
  return Status::OK();
}

/// foreachBatch(): the function's process becomes the sink.
Result<std::shared_ptr<ForeachBatchRunner>> AimAtFunction(ServerState* state, Execution* execution,
                                                          const plan::NodePtr& plan,
                                                          const proto::PythonUDF& function,
                                                          session::StreamWrite* write) {
  if (!plan->is_streaming()) return MakeError("WRITE_STREAM_NOT_ALLOWED");
  ARROW_ASSIGN_OR_RAISE(auto runner,
                        ForeachBatchRunner::Start(state, execution->session(), function));
  write->sink_name = "foreachBatch";
  write->sink = connectors::MakeForeachBatchSink(
      [runner, schema = plan::OutputSchema(*plan)](std::vector<Batch> batches, int64_t epoch) {
        return runner->Run(schema, std::move(batches), epoch);
      });
  return runner;
}

/// foreach(): the function stands at the end of the plan, and nothing is left for the sink.
Result<plan::spec::RelationPtr> CallForeach(Execution* execution, plan::spec::RelationPtr rows,
                                            const proto::PythonUDF& function,
                                            session::StreamWrite* write) {
  auto callback = std::make_shared<plan::spec::Callback>();
  callback->kind = plan::spec::CallbackKind::kMapPartitions;
  callback->operator_name = "foreach";
  callback->output_schema = arrow::schema(arrow::FieldVector{});
  ARROW_ASSIGN_OR_RAISE(callback->external,
                        MakePythonForeach(execution->session().get(), function));
  RelationDraft relation = Derive(RelationKind::kCallback, std::move(rows));
  relation->callback = std::move(callback);
  write->sink_name = "foreach";
  write->sink = connectors::MakeForeachSink(
      {nullptr, [](int64_t, int64_t, const Batch&) { return Status::OK(); }, nullptr});
  return plan::spec::RelationPtr(std::move(relation));
}

/// The reply to the start of `query`.
Status SendStarted(Execution* execution, const stream::StreamingQuery& query) {
  proto::ExecutePlanResponse response;
  auto* result = response.mutable_write_stream_operation_start_result();
  result->mutable_query_id()->set_id(query.id());
  result->mutable_query_id()->set_run_id(query.run_id());
  result->set_name(query.name().value_or(""));
  if (execution->session()->listeners().is_open()) {
    const int64_t now = execution->engine().clock()->NowMillis();
    result->set_query_started_event_json(StartedEventJson(
        {query.id(), query.run_id(), query.name(), stream::FormatProgressTimestamp(now)}));
  }
  return execution->Send(&response);
}

}  // namespace

Status KeepQuery(ConnectSession* session, const std::shared_ptr<stream::StreamingQuery>& query) {
  const Status kept = session->RememberQuery(query);
  if (kept.ok()) return kept;
  // Before the execution lets go of the session, which the query's function may hold.
  ARROW_RETURN_NOT_OK(query->Stop());
  return kept;
}

Status StartStream(ServerState* state, Execution* execution,
                   const WriteStreamOperationStart& start) {
  ARROW_RETURN_NOT_OK(CheckSink(start));
  ARROW_RETURN_NOT_OK(execution->session()->CheckQueries());
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(auto relation, translator.Translate(start.input()));
  ARROW_ASSIGN_OR_RAISE(auto write, MakeWrite(start, execution->engine().SettingsSnapshot()));
  if (start.has_foreach_writer()) {
    ARROW_ASSIGN_OR_RAISE(relation, CallForeach(execution, std::move(relation),
                                                start.foreach_writer().python_function(), &write));
  }
  ARROW_ASSIGN_OR_RAISE(const auto plan, execution->engine().Analyze(relation));
  if (start.has_table_name()) {
    if (!plan->is_streaming()) return MakeError("WRITE_STREAM_NOT_ALLOWED");
    ARROW_RETURN_NOT_OK(AimAtTable(execution, plan, start, &write));
  }
  std::shared_ptr<ForeachBatchRunner> runner;
  if (start.has_foreach_batch()) {
    ARROW_ASSIGN_OR_RAISE(runner, AimAtFunction(state, execution, plan,
                                                start.foreach_batch().python_function(), &write));
  }
  ARROW_ASSIGN_OR_RAISE(const auto query, execution->engine().StartPlan(plan, std::move(write)));
  if (runner != nullptr) runner->SetQuery(query);
  ConnectSession* session = execution->session().get();
  ARROW_RETURN_NOT_OK(KeepQuery(session, query));
  const Operation& operation = *execution->operation();
  session->RememberOrigin(query->run_id(), {operation.id(), operation.tags()});
  return SendStarted(execution, *query);
}

}  // namespace thalweg::connect
