// CREATE TABLE, also of a query and in place of another table, and CREATE TABLE ... LIKE.

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/connectors/file/path_text.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/session/commands/insert_columns.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/session/commands/self_read.h"
#include "thalweg/session/commands/table_layout.h"
#include "thalweg/session/persisted_rows.h"
#include "thalweg/session/table_location.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/distinct_names.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

using TablePtr = std::shared_ptr<const plan::TableEntry>;

constexpr char kMayReplaceFiles[] = "spark.sql.legacy.allowNonEmptyLocationInCTAS";

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
  write.buckets = table.buckets;
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

bool IsCaseSensitive(const Session& session) {
  return ToLowerAscii(session.SettingsSnapshot().Get("spark.sql.caseSensitive")) == "true";
}

/// The columns of a new table. Errors: COLUMN_ALREADY_EXISTS, COLUMN_NOT_DEFINED_IN_TABLE.
Result<SchemaPtr> ColumnsOf(const Session& session, const plan::TableEntry& table,
                            const SchemaPtr& schema) {
  const bool case_sensitive = IsCaseSensitive(session);
  ARROW_RETURN_NOT_OK(CheckDistinctNames(schema->field_names(), case_sensitive));
  ARROW_RETURN_NOT_OK(CheckDistinctNames(table.partition_by, case_sensitive));
  const SchemaPtr declared = DeclaredUnderSettings(schema, session.SettingsSnapshot());
  return WithPartitionsLast(declared, {table.database, table.name}, table.partition_by);
}

/// The table but for its columns and what they say.
Result<plan::TableEntry> Describe(Session* session, const Statement& statement,
                                  const plan::TableName& name) {
  plan::TableEntry table;
  table.name = name.table;
  table.database = name.database;
  table.format = statement.format.empty()
                     ? session->SettingsSnapshot().Get("spark.sql.sources.default")
                     : statement.format;
  ARROW_RETURN_NOT_OK(session->providers().Find(table.format).status());
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
  table.created_millis = session->clock()->NowMillis();
  return table;
}

/// Whether both lie at one place, however that is written.
bool HaveOnePlace(const plan::TableEntry& table, const plan::TableEntry& other) {
  return connectors::AbsolutePath(table.location) == connectors::AbsolutePath(other.location);
}

/// Whether the table lies where the files of `other` do, or below.
bool LiesWithin(const plan::TableEntry& table, const plan::TableEntry& other) {
  const std::string directory = connectors::AbsolutePath(other.location) + "/";
  return (connectors::AbsolutePath(table.location) + "/").starts_with(directory);
}

/// How a query may write into the place of a new table. `replaced`: null, or the table whose place
/// the new one takes.
Result<io::SaveMode> ModeOfWrite(Session* session, const Statement& statement,
                                 const plan::TableEntry& table, const TablePtr& replaced) {
  if (replaced != nullptr && HaveOnePlace(table, *replaced)) return io::SaveMode::kOverwrite;
  ARROW_ASSIGN_OR_RAISE(const bool exists, session->file_system()->Exists(table.location));
  if (!exists) return io::SaveMode::kErrorIfExists;
  ARROW_ASSIGN_OR_RAISE(const auto entries, session->file_system()->List(table.location));
  if (entries.empty()) return io::SaveMode::kAppend;
  const std::string location = connectors::QualifiedPath(table.location);
  if (table.is_managed) {
    return MakeError("LOCATION_ALREADY_EXISTS",
                     {{"location", "'" + location + "'"},
                      {"identifier", FullName({table.database, table.name})}},
                     statement.position);
  }
  if (statement.replace || session->SettingsSnapshot().Find(kMayReplaceFiles) == "true") {
    return io::SaveMode::kOverwrite;
  }
  return MakeError("_LEGACY_ERROR_TEMP_1241",
                   {{"config", kMayReplaceFiles}, {"tablePath", location}}, statement.position);
}

/// Writes what the table's query gives. What was there before goes when all is written.
Status WriteQuery(Session* session, const Statement& statement, const plan::NodePtr& plan,
                  const plan::TableEntry& table, const TablePtr& replaced, const BatchRun& run) {
  ARROW_ASSIGN_OR_RAISE(const io::SaveMode mode, ModeOfWrite(session, statement, table, replaced));
  BatchWrite write = WriteToTable(table, mode, run);
  // Of another table, partitions that have no rows any more go as well.
  write.options["partitionoverwritemode"] = "static";
  ARROW_RETURN_NOT_OK(session->WritePlan(plan, write));
  if (replaced == nullptr || LiesWithin(table, *replaced)) return Status::OK();
  return RemoveFiles(session, *replaced);
}

Result<StatementOutcome> CreateFromQuery(Session* session, const Statement& statement,
                                         plan::TableEntry table, const TablePtr& replaced,
                                         const BatchRun& run) {
  ARROW_ASSIGN_OR_RAISE(const auto plan, session->Analyze(statement.query));
  ARROW_ASSIGN_OR_RAISE(table.schema, ColumnsOf(*session, table, plan::OutputSchema(*plan)));
  ARROW_RETURN_NOT_OK(SetLayout(statement, &table));
  ARROW_RETURN_NOT_OK(WriteQuery(session, statement, plan, table, replaced, run));
  ARROW_RETURN_NOT_OK(replaced != nullptr ? session->catalog().ReplaceTable(std::move(table))
                                          : session->catalog().CreateTable(std::move(table)));
  return StatementOutcome{};
}

/// The table that a new one of the name replaces; null if there is none.
/// Errors: TABLE_OR_VIEW_ALREADY_EXISTS, EXPECT_TABLE_NOT_VIEW, UNSUPPORTED_OVERWRITE.TABLE.
Result<TablePtr> FindReplaced(Session* session, const Statement& statement, const TablePtr& found) {
  if (found == nullptr) return found;
  const std::string name = FullName({found->database, found->name});
  if (!statement.replace) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", name}}, statement.position);
  }
  if (found->view != nullptr) {
    return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                     {{"operation", "REPLACE TABLE"}, {"viewName", name}}, statement.position);
  }
  if (statement.refuses_self_read) {
    ARROW_RETURN_NOT_OK(CheckDoesNotRead(session->catalog(), *statement.query, *found));
  }
  return found;
}

/// The columns and the layout of another table or view, for a new one.
Status TakeOver(Session* session, const Statement& statement, plan::TableEntry* table) {
  const bool is_view = session->catalog().FindView(statement.like) != nullptr;
  const TablePtr source = is_view ? nullptr : session->catalog().FindTable(statement.like);
  if (!is_view && source == nullptr) {
    Statement named = statement;
    named.name = statement.like;
    return CommandTableNotFound(session, named);
  }
  ARROW_ASSIGN_OR_RAISE(const auto schema, session->SchemaOf(TableRelation(statement.like)));
  table->schema = DeclaredUnderSettings(schema, session->SettingsSnapshot());
  if (source == nullptr || source->view != nullptr) return Status::OK();
  if (statement.format.empty()) table->format = source->format;
  table->partition_by = source->partition_by;
  table->buckets = source->buckets;
  for (const auto& [key, value] : source->options) {
    if (key != "path" && !source->properties.contains(key)) table->options.emplace(key, value);
  }
  return Status::OK();
}

}  // namespace

Result<StatementOutcome> CreateTable(Session* session, const Statement& statement,
                                     const BatchRun& run) {
  ARROW_ASSIGN_OR_RAISE(const plan::TableName name, session->catalog().Resolve(statement.name));
  const TablePtr found = session->catalog().FindTable(statement.name);
  if (found != nullptr && statement.if_not_exists) return StatementOutcome{};
  ARROW_ASSIGN_OR_RAISE(const TablePtr replaced, FindReplaced(session, statement, found));
  if (session->catalog().shared()->FindDatabase(name.database) == nullptr) {
    return plan::SchemaNotFound(name.database);
  }
  ARROW_ASSIGN_OR_RAISE(plan::TableEntry table, Describe(session, statement, name));
  if (statement.query != nullptr) {
    return CreateFromQuery(session, statement, std::move(table), replaced, run);
  }
  table.schema = statement.schema;
  if (table.schema != nullptr) {
    ARROW_RETURN_NOT_OK(CheckDefaults(session, *table.schema));
    ARROW_ASSIGN_OR_RAISE(table.schema, ColumnsOf(*session, table, table.schema));
    ARROW_RETURN_NOT_OK(SetLayout(statement, &table));
  } else if (statement.buckets || !statement.cluster_by.empty()) {
    return MakeError("SPECIFY_BUCKETING_IS_NOT_ALLOWED", {}, statement.position);
  }
  ARROW_RETURN_NOT_OK(session->file_system()->CreateDirectories(table.location));
  ARROW_RETURN_NOT_OK(session->catalog().CreateTable(std::move(table)));
  return StatementOutcome{};
}

Result<StatementOutcome> CreateTableLike(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const plan::TableName name, session->catalog().Resolve(statement.name));
  const TablePtr found = session->catalog().FindTable(statement.name);
  if (found != nullptr && statement.if_not_exists) return StatementOutcome{};
  if (found != nullptr) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS",
                     {{"relationName", QuoteName({name.database, name.table})}},
                     statement.position);
  }
  if (session->catalog().shared()->FindDatabase(name.database) == nullptr) {
    return plan::SchemaNotFound(name.database);
  }
  ARROW_ASSIGN_OR_RAISE(plan::TableEntry table, Describe(session, statement, name));
  ARROW_RETURN_NOT_OK(TakeOver(session, statement, &table));
  ARROW_RETURN_NOT_OK(session->file_system()->CreateDirectories(table.location));
  ARROW_RETURN_NOT_OK(session->catalog().CreateTable(std::move(table)));
  return StatementOutcome{};
}

}  // namespace thalweg::session
