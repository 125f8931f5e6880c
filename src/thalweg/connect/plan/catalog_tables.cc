// Tables and views.

#include <algorithm>

#include <arrow/api.h>
#include <arrow/util/key_value_metadata.h>

#include "thalweg/connect/plan/catalog_answer.h"
#include "thalweg/connect/proto/data_type.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/statement.h"
#include "thalweg/session/commands/table_layout.h"
#include "thalweg/session/commands/table_text.h"
#include "thalweg/session/persisted_rows.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using plan::spec::Statement;
using plan::spec::StatementKind;
using proto::Catalog;
using NameParts = std::vector<std::string>;
using TablePtr = std::shared_ptr<const plan::TableEntry>;
using ViewPtr = std::shared_ptr<const plan::ViewEntry>;

struct TableRow {
  std::string name;
  std::optional<std::string> database;  // of views too, if it is global_temp
  std::optional<std::string> comment;
  std::string type;
  bool is_temporary = false;
};

TableRow RowOf(const plan::TableEntry& table) {
  TableRow row;
  row.name = table.name;
  row.database = table.database;
  if (!table.comment.empty()) row.comment = table.comment;
  row.type = table.view != nullptr ? "VIEW" : table.is_managed ? "MANAGED" : "EXTERNAL";
  return row;
}

TableRow RowOf(const plan::ViewEntry& view) {
  TableRow row;
  row.name = view.name;
  if (view.is_global) row.database = plan::kGlobalTempDatabase;
  row.type = "TEMPORARY";
  row.is_temporary = true;
  return row;
}

Result<RelationDraft> AnswerTables(const std::vector<TableRow>& rows) {
  TextColumn names, catalogs, databases, comments, types;
  std::vector<bool> temporary;
  for (const TableRow& row : rows) {
    names.emplace_back(row.name);
    catalogs.push_back(row.is_temporary ? std::nullopt
                                        : std::optional<std::string>(plan::kSessionCatalogName));
    databases.push_back(row.database);
    comments.push_back(row.comment);
    types.emplace_back(row.type);
    temporary.push_back(row.is_temporary);
  }
  AnswerTable table;
  table.AddText("name", names);
  table.AddText("catalog", catalogs);
  table.AddTextLists("namespace", databases);
  table.AddText("description", comments);
  table.AddText("tableType", types);
  table.AddBoolean("isTemporary", temporary);
  return table.Finish();
}

/// Tables, then the global views if `database` is theirs, then those of the session.
Result<RelationDraft> ListTables(plan::Catalog* catalog, const std::string& database_text,
                                 const std::string& pattern, bool with_tables) {
  const bool is_global = ToLowerAscii(database_text) == plan::kGlobalTempDatabase;
  std::vector<TableRow> rows;
  if (is_global) {
    for (const ViewPtr& view : catalog->shared()->Views()) {
      if (MatchesCatalogPattern(view->name, pattern)) rows.push_back(RowOf(*view));
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(const std::string database, FindDatabaseName(catalog, database_text));
    for (const TablePtr& table : catalog->shared()->Tables(database)) {
      if (with_tables || table->view != nullptr) {
        if (MatchesCatalogPattern(table->name, pattern)) rows.push_back(RowOf(*table));
      }
    }
  }
  for (const ViewPtr& view : catalog->Views()) {
    if (MatchesCatalogPattern(view->name, pattern)) rows.push_back(RowOf(*view));
  }
  return AnswerTables(rows);
}

/// Where the catalog looks for tables, which is not where it looks for functions.
std::string TablePath(const plan::Catalog& catalog) {
  return "[`system`.`session`, " +
         plan::QuoteIdentifiers({plan::kSessionCatalogName, catalog.current_database()}) + "]";
}

Status TableNotFound(const plan::Catalog& catalog, const NameParts& name) {
  ARROW_RETURN_NOT_OK(catalog.Resolve(name).status());
  return MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", plan::QuoteIdentifiers(name)},
                                               {"searchPath", TablePath(catalog)}});
}

Result<TablePtr> FindTable(plan::Catalog* catalog, const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(text));
  TablePtr table = catalog->FindTable(name);
  if (table == nullptr) return TableNotFound(*catalog, name);
  return table;
}

Result<RelationDraft> GetTable(plan::Catalog* catalog, const NameParts& name) {
  if (const ViewPtr view = catalog->FindView(name)) return AnswerTables({RowOf(*view)});
  if (const TablePtr table = catalog->FindTable(name)) return AnswerTables({RowOf(*table)});
  return TableNotFound(*catalog, name);
}

RelationDraft TableRelation(NameParts name) {
  RelationDraft table = Derive(RelationKind::kTable, nullptr);
  table->table_name = std::move(name);
  return table;
}

bool HasName(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& known) {
    return ToLowerAscii(known) == ToLowerAscii(name);
  });
}

Result<RelationDraft> ListColumns(Translator* translator, const NameParts& name) {
  const plan::Catalog& catalog = translator->session()->engine().catalog();
  const bool is_view = catalog.FindView(name) != nullptr;
  const TablePtr table = is_view ? nullptr : catalog.FindTable(name);
  if (!is_view && table == nullptr) return TableNotFound(catalog, name);
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(TableRelation(name)));
  TextColumn names, types, comments;
  std::vector<bool> nullable, is_partition, is_bucket, is_cluster;
  std::vector<std::string> clustering;
  if (table != nullptr) {
    for (const auto& column : session::ClusteringColumns(*table)) {
      if (column.size() == 1) clustering.push_back(column[0]);
    }
  }
  for (const FieldPtr& field : schema->fields()) {
    names.emplace_back(field->name());
    types.emplace_back(SimpleTypeName(*field->type()));
    nullable.push_back(field->nullable());
    is_partition.push_back(table != nullptr && HasName(table->partition_by, field->name()));
    is_bucket.push_back(table != nullptr && table->buckets &&
                        HasName(table->buckets->columns, field->name()));
    is_cluster.push_back(HasName(clustering, field->name()));
    const auto comment = field->metadata() == nullptr ? Result<std::string>(Status::KeyError(""))
                                                      : field->metadata()->Get("comment");
    comments.push_back(comment.ok() ? std::optional<std::string>(*comment) : std::nullopt);
  }
  AnswerTable columns;
  columns.AddText("name", names);
  columns.AddText("description", comments);
  columns.AddText("dataType", types);
  columns.AddBoolean("nullable", nullable);
  columns.AddBoolean("isPartition", is_partition);
  columns.AddBoolean("isBucket", is_bucket);
  columns.AddBoolean("isCluster", is_cluster);
  return columns.Finish();
}

/// The answer is the table itself.
template <typename Create>
Result<RelationDraft> CreateTable(Translator* translator, const Create& create,
                                  const std::string& comment) {
  Statement statement;
  statement.kind = StatementKind::kCreateTable;
  ARROW_ASSIGN_OR_RAISE(statement.name, sql::ParseMultipartName(create.table_name()));
  statement.format = create.source();
  statement.location = create.path();
  statement.options = {create.options().begin(), create.options().end()};
  statement.comment = comment;
  if (create.has_schema()) {
    ARROW_ASSIGN_OR_RAISE(const auto declared, DeclaredSchemaFromProto(create.schema()));
    statement.schema = NoteDeclaredTypes(declared);
    if (statement.schema->num_fields() == 0) statement.schema = nullptr;
  }
  ARROW_RETURN_NOT_OK(translator->session()->engine().Execute(statement).status());
  return TableRelation(statement.name);
}

Result<RelationDraft> Run(Translator* translator, StatementKind kind, const std::string& name,
                          bool if_exists) {
  Statement statement;
  statement.kind = kind;
  ARROW_ASSIGN_OR_RAISE(statement.name, sql::ParseMultipartName(name));
  statement.if_exists = if_exists;
  ARROW_RETURN_NOT_OK(translator->session()->engine().Execute(statement).status());
  return AnswerNothing();
}

std::string TableText(const plan::TableEntry& table) {
  return plan::QuoteIdentifiers({plan::kSessionCatalogName, table.database, table.name});
}

/// The directories "a=1/b=2" below `directory`, one level for each column that is left.
Status FindPartitions(FileSystem* files, const std::string& directory, const std::string& prefix,
                      size_t levels, TextColumn* found) {
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(directory));
  for (const FileInfo& entry : entries) {
    const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    if (!entry.is_directory || name.find('=') == std::string::npos) continue;
    if (levels == 1) {
      found->emplace_back(prefix + name);
    } else {
      ARROW_RETURN_NOT_OK(
          FindPartitions(files, entry.path, prefix + name + "/", levels - 1, found));
    }
  }
  return Status::OK();
}

Result<RelationDraft> ListPartitions(session::Session* engine, const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const TablePtr table, FindTable(&engine->catalog(), name));
  if (table->partition_by.empty()) {
    return MakeError("INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY",
                     {{"name", TableText(*table)}});
  }
  TextColumn partitions;
  ARROW_RETURN_NOT_OK(FindPartitions(engine->file_system(), table->location, "",
                                     table->partition_by.size(), &partitions));
  AnswerTable answer;
  answer.AddText("partition", partitions);
  return answer.Finish();
}

/// Partitions are found in the directories at each read: there is nothing to put right.
Result<RelationDraft> RecoverPartitions(plan::Catalog* catalog, const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const TablePtr table, FindTable(catalog, name));
  if (!table->partition_by.empty()) return AnswerNothing();
  return MakeError("NOT_A_PARTITIONED_TABLE", {{"operation", "ALTER TABLE RECOVER PARTITIONS"},
                                               {"tableIdentWithDB", TableText(*table)}});
}

Result<RelationDraft> GetProperties(plan::Catalog* catalog, const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const TablePtr table, FindTable(catalog, name));
  TextColumn keys, values;
  for (const auto& [key, value] : table->properties) {
    keys.emplace_back(key);
    values.emplace_back(value);
  }
  AnswerTable answer;
  answer.AddText("key", keys);
  answer.AddText("value", values);
  return answer.Finish();
}

Result<RelationDraft> GetCreateText(Translator* translator, const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const TablePtr table,
                        FindTable(&translator->session()->engine().catalog(), name));
  ARROW_ASSIGN_OR_RAISE(const auto schema,
                        translator->SchemaOf(TableRelation({table->database, table->name})));
  return AnswerText("createtab_stmt", table->view != nullptr
                                          ? session::CreateViewText(*table)
                                          : session::CreateTableText(*table, *schema));
}

/// What came with version 4.2 of the protocol.
Result<RelationDraft> TranslateNewerCall(Translator* translator, const Catalog& call) {
  session::Session* engine = &translator->session()->engine();
  switch (call.cat_type_case()) {
    case Catalog::kDropTable:
      return Run(translator, StatementKind::kDropTable, call.drop_table().table_name(),
                 call.drop_table().if_exists());
    case Catalog::kDropView:
      return Run(translator, StatementKind::kDropView, call.drop_view().view_name(),
                 call.drop_view().if_exists());
    case Catalog::kTruncateTable:
      return Run(translator, StatementKind::kTruncateTable, call.truncate_table().table_name(),
                 /*if_exists=*/false);
    case Catalog::kAnalyzeTable:
      // No statistics are kept.
      ARROW_RETURN_NOT_OK(
          FindTable(&engine->catalog(), call.analyze_table().table_name()).status());
      return AnswerNothing();
    case Catalog::kListPartitions:
      return ListPartitions(engine, call.list_partitions().table_name());
    case Catalog::kGetTableProperties:
      return GetProperties(&engine->catalog(), call.get_table_properties().table_name());
    case Catalog::kGetCreateTableString:
      return GetCreateText(translator, call.get_create_table_string().table_name());
    default:
      return TranslateCacheCall(translator, call);
  }
}

/// A view that is dropped takes along what is kept of it.
void ForgetRows(Translator* translator, const std::vector<std::string>& name) {
  session::Session& engine = translator->session()->engine();
  if (engine.persisted().empty()) return;
  if (const session::CatalogEntry view = engine.catalog().FindView(name)) {
    engine.persisted().Unpersist({"", view});
  }
}

}  // namespace

Result<RelationDraft> TranslateTableCall(Translator* translator, const Catalog& call) {
  plan::Catalog* catalog = &translator->session()->engine().catalog();
  switch (call.cat_type_case()) {
    case Catalog::kListTables:
      return ListTables(catalog, call.list_tables().db_name(), call.list_tables().pattern(),
                        /*with_tables=*/true);
    case Catalog::kListViews:
      return ListTables(catalog, call.list_views().db_name(), call.list_views().pattern(),
                        /*with_tables=*/false);
    case Catalog::kGetTable: {
      ARROW_ASSIGN_OR_RAISE(const auto name,
                            CatalogName(call.get_table().table_name(), call.get_table().db_name()));
      return GetTable(catalog, name);
    }
    case Catalog::kTableExists: {
      const proto::TableExists& exists = call.table_exists();
      ARROW_ASSIGN_OR_RAISE(const auto name, CatalogName(exists.table_name(), exists.db_name()));
      return AnswerBoolean(catalog->FindView(name) != nullptr ||
                           catalog->FindTable(name) != nullptr);
    }
    case Catalog::kListColumns: {
      const proto::ListColumns& list = call.list_columns();
      ARROW_ASSIGN_OR_RAISE(const auto name, CatalogName(list.table_name(), list.db_name()));
      return ListColumns(translator, name);
    }
    case Catalog::kCreateTable:
      return CreateTable(translator, call.create_table(), call.create_table().description());
    case Catalog::kCreateExternalTable:
      return CreateTable(translator, call.create_external_table(), "");
    case Catalog::kDropTempView:
      ForgetRows(translator, {call.drop_temp_view().view_name()});
      return AnswerBoolean(catalog->DropView(call.drop_temp_view().view_name()));
    case Catalog::kDropGlobalTempView:
      ForgetRows(translator, {"global_temp", call.drop_global_temp_view().view_name()});
      return AnswerBoolean(catalog->shared()->DropView(call.drop_global_temp_view().view_name()));
    case Catalog::kRecoverPartitions:
      return RecoverPartitions(catalog, call.recover_partitions().table_name());
    default:
      return TranslateNewerCall(translator, call);
  }
}

}  // namespace thalweg::connect
