// INSERT, from batches and from streams.

#include <arrow/api.h>

#include "thalweg/plan/analyzer/legality.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/session/commands/insert_columns.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/session/commands/self_read.h"
#include "thalweg/session/persisted_rows.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

constexpr char kOverwriteMode[] = "partitionoverwritemode";

/// The options of the table and of the statement. Errors: _LEGACY_ERROR_TEMP_1151.
Result<io::Options> WriteOptions(const Statement& statement, const plan::TableEntry& table) {
  io::Options options = table.options;
  for (const auto& [key, value] : statement.options) {
    const std::string name = ToLowerAscii(key);
    if (name == "path") continue;  // the table has its place
    const auto [entry, added] = options.emplace(name, value);
    if (added || entry->second == value) continue;
    return MakeError("_LEGACY_ERROR_TEMP_1151",
                     {{"table", FullName({table.database, table.name})}, {"key", key}},
                     statement.position);
  }
  return options;
}

/// Whether an overwrite replaces only the partitions that it writes.
bool IsDynamic(Session* session, const Statement& statement, const plan::TableEntry& table,
               const io::Options& options) {
  std::string mode = session->SettingsSnapshot().Get("spark.sql.sources.partitionOverwriteMode");
  const auto option = options.find(kOverwriteMode);
  if (option != options.end()) mode = option->second;
  size_t fixed = 0;
  for (const auto& value : statement.partition) fixed += value.value != nullptr;
  return ToLowerAscii(mode) == "dynamic" && fixed < table.partition_by.size();
}

Status InsertBatch(Session* session, const Statement& statement, const plan::TableEntry& table,
                   const arrow::Schema& schema, const plan::NodePtr& plan, const BatchRun& run) {
  BatchWrite write;
  write.format = table.format;
  ARROW_ASSIGN_OR_RAISE(write.options, WriteOptions(statement, table));
  write.path = table.location;
  write.partition_by = table.partition_by;
  write.buckets = table.buckets;
  write.run = run;
  write.save_mode = statement.overwrite ? io::SaveMode::kOverwrite : io::SaveMode::kAppend;
  if (!statement.overwrite) return session->WritePlan(plan, write);
  const bool dynamic = IsDynamic(session, statement, table, write.options);
  if (!table.partition_by.empty()) write.options[kOverwriteMode] = dynamic ? "dynamic" : "static";
  if (!dynamic) {
    ARROW_RETURN_NOT_OK(CheckDoesNotRead(session->catalog(), *statement.query, table));
  }
  ARROW_ASSIGN_OR_RAISE(write.static_partition, StaticPartition(session, statement, table, schema));
  if (statement.if_not_exists) {
    const std::string directory =
        JoinPath(table.location, connectors::PartitionPath(write.static_partition));
    ARROW_ASSIGN_OR_RAISE(const bool exists, session->file_system()->Exists(directory));
    if (exists) return Status::OK();
  }
  return session->WritePlan(plan, write);
}

Result<StatementOutcome> InsertStream(Session* session, const Statement& statement,
                                      const plan::TableEntry& table, const plan::NodePtr& plan) {
  if (statement.overwrite) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "INSERT OVERWRITE from a stream"}},
                     statement.position);
  }
  ARROW_ASSIGN_OR_RAISE(auto options, TakeStreamingOptions(*session, statement.options));
  StreamWrite write;
  write.format = table.format;
  write.options = table.options;
  for (const auto& [key, value] : options.rest) write.options[key] = value;
  write.options["path"] = table.location;
  if (!write.options.contains("checkpointlocation") &&
      !session->SettingsSnapshot().Find("spark.sql.streaming.checkpointLocation")) {
    write.options["checkpointlocation"] = JoinPath(table.location, "_checkpoint");
  }
  write.partition_by = table.partition_by;
  write.query_name = table.name;
  write.output_mode = options.output_mode;
  write.trigger = options.trigger;
  StatementOutcome outcome;
  outcome.kind = StatementOutcome::Kind::kStreamStarted;
  ARROW_ASSIGN_OR_RAISE(outcome.stream, session->StartPlan(plan, std::move(write)));
  return outcome;
}

}  // namespace

Result<StatementOutcome> Insert(Session* session, const Statement& statement, const BatchRun& run) {
  const auto table = session->catalog().FindTable(statement.name);
  if (session->catalog().FindView(statement.name) != nullptr ||
      (table != nullptr && table->view != nullptr)) {
    const std::string name = table != nullptr && table->view != nullptr
                                 ? FullName({table->database, table->name})
                                 : QuoteName(statement.name);
    return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                     {{"operation", "INSERT"}, {"viewName", name}}, statement.position);
  }
  if (table == nullptr) return QueriedTableNotFound(statement);
  if (statement.replace_where) {
    return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                     {{"tableName", FullName({table->database, table->name})},
                      {"operation", "INSERT INTO ... REPLACE WHERE"}},
                     statement.position);
  }
  ARROW_RETURN_NOT_OK(CheckPartition(statement, *table));
  ARROW_ASSIGN_OR_RAISE(const auto schema, TableSchema(session, *table));
  ARROW_ASSIGN_OR_RAISE(const auto query, ReplaceDefaults(statement, *table, *schema));
  ARROW_ASSIGN_OR_RAISE(const auto analyzed, session->Analyze(query));
  ARROW_ASSIGN_OR_RAISE(const auto plan,
                        ArrangeColumns(session, statement, *table, *schema, analyzed));
  if (statement.refuses_streams) ARROW_RETURN_NOT_OK(plan::CheckBatch(plan));
  if (plan->is_streaming()) return InsertStream(session, statement, *table, plan);
  ARROW_RETURN_NOT_OK(InsertBatch(session, statement, *table, *schema, plan, run));
  session->persisted().Refresh(table);
  return StatementOutcome{};
}

Result<StatementOutcome> InsertAll(Session* session, const Statement& statement,
                                   const BatchRun& run) {
  for (const Statement& part : statement.parts) {
    ARROW_RETURN_NOT_OK(Insert(session, part, run).status());
  }
  return StatementOutcome{};
}

}  // namespace thalweg::session
