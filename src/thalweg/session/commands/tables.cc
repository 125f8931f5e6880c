#include <arrow/api.h>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/session/table_location.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

io::Options LowerOptions(const std::map<std::string, std::string>& options) {
  io::Options lower;
  for (const auto& [key, value] : options) {
    std::string name = key;
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    lower[name] = value;
  }
  return lower;
}

BatchWrite WriteToTable(const plan::TableEntry& table, io::SaveMode mode, const BatchRun& run) {
  BatchWrite write;
  write.format = table.format;
  write.options = table.options;
  write.path = table.location;
  write.partition_by = table.partition_by;
  write.save_mode = mode;
  write.run = run;
  return write;
}

/// The columns an INSERT must give: the table's, in order.
Result<SchemaPtr> TableSchema(Session* session, const plan::TableEntry& table) {
  if (table.schema != nullptr) return table.schema;
  return session->SchemaOf(TableRelation({table.database, table.name}));
}

Status ArityMismatch(const plan::Node& plan, const std::vector<std::string>& columns,
                     const std::string& table) {
  std::string table_columns, data_columns;
  for (const std::string& name : columns)
    table_columns += (table_columns.empty() ? "`" : ", `") + name + "`";
  for (const auto& attribute : plan.output)
    data_columns += (data_columns.empty() ? "`" : ", `") + attribute.name + "`";
  return MakeError(
      plan.output.size() > columns.size() ? "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
                                          : "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
      {{"tableName", table}, {"tableColumns", table_columns}, {"dataColumns", data_columns}});
}

/// INSERT INTO t (columns): the columns of `target` in its order, NULL for those not named.
Result<plan::NodePtr> ArrangeColumns(const plan::NodePtr& plan, const arrow::Schema& target,
                                     const std::vector<std::string>& columns,
                                     const std::string& table) {
  std::vector<int> source(static_cast<size_t>(target.num_fields()), -1);
  for (size_t i = 0; i < columns.size(); ++i) {
    int found = -1;
    for (int field = 0; field < target.num_fields(); ++field) {
      if (ToLowerAscii(target.field(field)->name()) == ToLowerAscii(columns[i])) found = field;
    }
    if (found < 0) {
      std::string proposal;
      for (const auto& field : target.fields())
        proposal += (proposal.empty() ? "`" : ", `") + field->name() + "`";
      return MakeError("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                       {{"objectName", QuoteName({columns[i]})}, {"proposal", proposal}});
    }
    if (source[found] >= 0) {
      return MakeError("COLUMN_ALREADY_EXISTS",
                       {{"columnName", QuoteName({ToLowerAscii(columns[i])})}});
    }
    source[found] = static_cast<int>(i);
  }
  if (plan->output.size() != columns.size()) return ArityMismatch(*plan, columns, table);
  std::vector<plan::NamedExpression> projections;
  for (int field = 0; field < target.num_fields(); ++field) {
    if (source[field] >= 0) {
      projections.push_back(plan::PassThrough(plan->output[source[field]]));
      continue;
    }
    plan::NamedExpression missing;
    missing.expression = expr::Literal::Null(target.field(field)->type());
    missing.output.name = target.field(field)->name();
    missing.output.type = target.field(field)->type();
    missing.output.id = plan::NextAttributeId();
    projections.push_back(std::move(missing));
  }
  return plan::BuildProject(plan, std::move(projections));
}

}  // namespace

Result<plan::NodePtr> CastToTable(const plan::NodePtr& plan, const arrow::Schema& target,
                                  const std::string& table) {
  const auto num_target = static_cast<size_t>(target.num_fields());
  if (plan->output.size() != num_target) {
    return ArityMismatch(*plan, target.field_names(), table);
  }
  std::vector<plan::NamedExpression> projections;
  for (size_t i = 0; i < num_target; ++i) {
    const auto& field = target.field(static_cast<int>(i));
    const plan::Attribute& from = plan->output[i];
    if (!CanStoreAssign(*from.type, *field->type())) {
      return MakeError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
                       {{"tableName", table},
                        {"colName", "`" + field->name() + "`"},
                        {"srcType", "\"" + SqlTypeName(*from.type) + "\""},
                        {"targetType", "\"" + SqlTypeName(*field->type()) + "\""}});
    }
    plan::NamedExpression projection;
    projection.expression = expr::Cast::Make(from.Reference(), field->type());
    projection.output = from;
    projection.output.name = field->name();
    projection.output.type = field->type();
    if (projection.expression->kind() != expr::ExpressionKind::kAttribute) {
      projection.output.id = plan::NextAttributeId();
    }
    projections.push_back(std::move(projection));
  }
  return plan::BuildProject(plan, std::move(projections));
}

Result<StatementOutcome> CreateTable(Session* session, const Statement& statement,
                                     const BatchRun& run) {
  ARROW_ASSIGN_OR_RAISE(const plan::TableName name, session->catalog().Resolve(statement.name));
  if (session->catalog().FindTable(statement.name) != nullptr) {
    if (statement.if_not_exists) return StatementOutcome{};
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", FullName(name)}},
                     statement.position);
  }
  if (session->catalog().shared()->FindDatabase(name.database) == nullptr) {
    return plan::SchemaNotFound(name.database);
  }
  plan::TableEntry table;
  table.name = name.table;
  table.database = name.database;
  table.format = statement.format.empty()
                     ? session->SettingsSnapshot().Get("spark.sql.sources.default")
                     : statement.format;
  ARROW_RETURN_NOT_OK(session->providers().Find(table.format).status());
  table.schema = statement.schema;
  table.options = LowerOptions(statement.options);
  table.partition_by = statement.partition_by;
  table.comment = statement.comment;
  table.properties = statement.properties;
  table.location = statement.location;
  if (const auto path = table.options.find("path");
      table.location.empty() && path != table.options.end()) {
    table.location = path->second;
  }
  table.is_managed = table.location.empty();
  if (table.is_managed) table.location = DefaultLocation(session, name);
  if (statement.query != nullptr) {
    ARROW_ASSIGN_OR_RAISE(auto plan, session->Analyze(statement.query));
    table.schema = plan::OutputSchema(*plan);
    ARROW_RETURN_NOT_OK(
        session->WritePlan(plan, WriteToTable(table, io::SaveMode::kErrorIfExists, run)));
  } else {
    ARROW_RETURN_NOT_OK(session->file_system()->CreateDirectories(table.location));
  }
  ARROW_RETURN_NOT_OK(session->catalog().CreateTable(std::move(table)));
  return StatementOutcome{};
}

Status RemoveFiles(Session* session, const plan::TableEntry& table) {
  return table.is_managed ? session->file_system()->RemoveRecursively(table.location)
                          : Status::OK();
}

Result<StatementOutcome> DropTable(Session* session, const Statement& statement) {
  if (session->catalog().FindView(statement.name) != nullptr) return DropView(session, statement);
  const auto table = session->catalog().DropTable(statement.name);
  if (table != nullptr) {
    ARROW_RETURN_NOT_OK(RemoveFiles(session, *table));
  } else if (!statement.if_exists) {
    return DroppedNotFound(session, statement);
  }
  return StatementOutcome{};
}

Result<StatementOutcome> TruncateTable(Session* session, const Statement& statement) {
  const auto table = session->catalog().FindTable(statement.name);
  if (table == nullptr) return CommandTableNotFound(session, statement);
  if (!table->is_managed) {
    return MakeError("CANNOT_TRUNCATE_EXTERNAL_TABLE",
                     {{"tableName", FullName({table->database, table->name})}}, statement.position);
  }
  FileSystem* files = session->file_system();
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(table->location));
  for (const FileInfo& entry : entries) {
    ARROW_RETURN_NOT_OK(files->RemoveRecursively(entry.path));
  }
  return StatementOutcome{};
}

Result<StatementOutcome> Insert(Session* session, const Statement& statement, const BatchRun& run) {
  if (session->catalog().FindView(statement.name) != nullptr) {
    return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                     {{"operation", "INSERT"}, {"viewName", QuoteName(statement.name)}},
                     statement.position);
  }
  const auto table = session->catalog().FindTable(statement.name);
  if (table == nullptr) return QueriedTableNotFound(statement);
  ARROW_ASSIGN_OR_RAISE(auto analyzed, session->Analyze(statement.query));
  ARROW_ASSIGN_OR_RAISE(auto schema, TableSchema(session, *table));
  const std::string full_name = FullName({table->database, table->name});
  if (!statement.column_names.empty()) {
    ARROW_ASSIGN_OR_RAISE(analyzed,
                          ArrangeColumns(analyzed, *schema, statement.column_names, full_name));
  }
  ARROW_ASSIGN_OR_RAISE(auto plan, CastToTable(analyzed, *schema, full_name));
  StatementOutcome outcome;
  if (!plan->is_streaming()) {
    const auto mode = statement.overwrite ? io::SaveMode::kOverwrite : io::SaveMode::kAppend;
    ARROW_RETURN_NOT_OK(session->WritePlan(plan, WriteToTable(*table, mode, run)));
    return outcome;
  }
  if (statement.overwrite) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "INSERT OVERWRITE from a stream"}},
                     statement.position);
  }
  ARROW_ASSIGN_OR_RAISE(auto options, TakeStreamingOptions(*session, statement.options));
  StreamWrite write;
  write.format = table->format;
  write.options = table->options;
  for (const auto& [key, value] : options.rest) write.options[key] = value;
  write.options["path"] = table->location;
  if (!write.options.contains("checkpointlocation") &&
      !session->SettingsSnapshot().Find("spark.sql.streaming.checkpointLocation")) {
    write.options["checkpointlocation"] = JoinPath(table->location, "_checkpoint");
  }
  write.partition_by = table->partition_by;
  write.query_name = table->name;
  write.output_mode = options.output_mode;
  write.trigger = options.trigger;
  outcome.kind = StatementOutcome::Kind::kStreamStarted;
  ARROW_ASSIGN_OR_RAISE(outcome.stream, session->StartPlan(plan, std::move(write)));
  return outcome;
}

}  // namespace thalweg::session
