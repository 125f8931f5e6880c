#include <algorithm>

#include <arrow/api.h>

#include "thalweg/connectors/file/file_batch_sink.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/session/commands/insert_columns.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/session/persisted_rows.h"
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

/// Partition columns are the last ones of a table, in the order of PARTITIONED BY.
/// Errors: COLUMN_NOT_DEFINED_IN_TABLE.
Result<SchemaPtr> WithPartitionsLast(const SchemaPtr& schema, const plan::TableName& table,
                                     const std::vector<std::string>& partition_by) {
  arrow::FieldVector data = schema->fields();
  arrow::FieldVector partitions;
  for (const std::string& name : partition_by) {
    const auto found = std::find_if(data.begin(), data.end(), [&](const FieldPtr& field) {
      return ToLowerAscii(field->name()) == ToLowerAscii(name);
    });
    if (found == data.end()) {
      return MakeError("COLUMN_NOT_DEFINED_IN_TABLE",
                       {{"colType", "partition"},
                        {"colName", QuoteName({name})},
                        {"tableName", FullName(table)},
                        {"tableCols", ListedNames(schema->field_names())}});
    }
    partitions.push_back(*found);
    data.erase(found);
  }
  data.insert(data.end(), partitions.begin(), partitions.end());
  return arrow::schema(std::move(data));
}

}  // namespace

Result<plan::NodePtr> CastToTable(const plan::NodePtr& plan, const arrow::Schema& target,
                                  const std::string& table) {
  const auto num_target = static_cast<size_t>(target.num_fields());
  if (plan->output.size() != num_target) {
    const bool many = plan->output.size() > num_target;
    std::vector<std::string> names;
    for (const auto& attribute : plan->output) names.push_back(attribute.name);
    return MakeError(many ? "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
                          : "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
                     {{"tableName", table},
                      {"tableColumns", ListedNames(target.field_names())},
                      {"dataColumns", ListedNames(names)}});
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
  if (table.schema != nullptr) {
    ARROW_RETURN_NOT_OK(CheckDefaults(session, *table.schema));
    ARROW_ASSIGN_OR_RAISE(table.schema, WithPartitionsLast(table.schema, name, table.partition_by));
  }
  if (statement.query != nullptr) {
    ARROW_ASSIGN_OR_RAISE(auto plan, session->Analyze(statement.query));
    ARROW_ASSIGN_OR_RAISE(table.schema,
                          WithPartitionsLast(plan::OutputSchema(*plan), name, table.partition_by));
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

/// TRUNCATE TABLE ... PARTITION: the directories below `directory`, which are those of the
/// partition column `level` and the ones after it.
Status TruncateBelow(Session* session, const connectors::StaticPartition& values,
                     const plan::TableEntry& table, size_t level, const std::string& directory) {
  FileSystem* files = session->file_system();
  if (level == table.partition_by.size()) return files->RemoveRecursively(directory);
  std::string wanted;
  for (const auto& value : values) {
    if (ToLowerAscii(value.first) == ToLowerAscii(table.partition_by[level])) {
      wanted = connectors::PartitionPath({value});
    }
  }
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(directory));
  for (const FileInfo& entry : entries) {
    const std::string name = BaseName(entry.path);
    if (!entry.is_directory || name.find('=') == std::string::npos) continue;
    if (!wanted.empty() && name != wanted) continue;
    ARROW_RETURN_NOT_OK(TruncateBelow(session, values, table, level + 1, entry.path));
  }
  return Status::OK();
}

Result<StatementOutcome> TruncatePartitions(Session* session, const Statement& statement,
                                            const plan::TableEntry& table) {
  if (table.partition_by.empty()) {
    return MakeError("_LEGACY_ERROR_TEMP_1267",
                     {{"tableIdentWithDB", FullName({table.database, table.name})}},
                     statement.position);
  }
  ARROW_RETURN_NOT_OK(CheckPartition(statement, table));
  ARROW_ASSIGN_OR_RAISE(const auto schema, TableSchema(session, table));
  ARROW_ASSIGN_OR_RAISE(const auto values, StaticPartition(session, statement, table, *schema));
  ARROW_RETURN_NOT_OK(TruncateBelow(session, values, table, 0, table.location));
  PersistedRows::RefreshPath(table.location);
  return StatementOutcome{};
}

Result<StatementOutcome> TruncateTable(Session* session, const Statement& statement) {
  const auto table = session->catalog().FindTable(statement.name);
  if (table == nullptr) return CommandTableNotFound(session, statement);
  if (table->view != nullptr) {
    return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                     {{"operation", "TRUNCATE TABLE"}, {"viewName", QuoteName(statement.name)}},
                     statement.position);
  }
  if (!table->is_managed) {
    return MakeError("CANNOT_TRUNCATE_EXTERNAL_TABLE",
                     {{"tableName", FullName({table->database, table->name})}}, statement.position);
  }
  FileSystem* files = session->file_system();
  if (!statement.partition.empty()) {
    return TruncatePartitions(session, statement, *table);
  }
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(table->location));
  for (const FileInfo& entry : entries) {
    ARROW_RETURN_NOT_OK(files->RemoveRecursively(entry.path));
  }
  PersistedRows::RefreshPath(table->location);
  return StatementOutcome{};
}

}  // namespace thalweg::session
