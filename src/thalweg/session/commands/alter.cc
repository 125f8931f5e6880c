// ALTER VIEW and ALTER TABLE: names and properties.

#include <algorithm>

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/session/commands/insert_columns.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/session/commands/table_layout.h"
#include "thalweg/session/commands/table_text.h"
#include "thalweg/session/table_location.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

using TablePtr = std::shared_ptr<const plan::TableEntry>;

std::string TextOf(const plan::TableEntry& entry) { return FullName({entry.database, entry.name}); }

/// The entry that ALTER VIEW or ALTER TABLE (`statement.key`) names; a temporary view is none.
Result<TablePtr> FindAltered(Session* session, const Statement& statement,
                             const std::string& action) {
  const std::string operation = fmt::format("ALTER {} ... {}", statement.key, action);
  if (session->catalog().FindView(statement.name) != nullptr) {
    return MakeError("EXPECT_PERMANENT_VIEW_NOT_TEMP",
                     {{"viewName", QuoteName(statement.name)}, {"operation", operation}},
                     statement.position);
  }
  TablePtr found = session->catalog().FindTable(statement.name);
  if (found == nullptr) return CommandTableNotFound(session, statement);
  if (statement.key == "VIEW" && found->view == nullptr) {
    return MakeError("EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE",
                     {{"tableName", TextOf(*found)}, {"operation", operation}}, statement.position);
  }
  if (statement.key == "TABLE" && found->view != nullptr) {
    return MakeError("EXPECT_TABLE_NOT_VIEW.USE_ALTER_VIEW",
                     {{"viewName", TextOf(*found)}, {"operation", operation}}, statement.position);
  }
  return found;
}

Result<StatementOutcome> RenameTemporaryView(Session* session, const Statement& statement,
                                             const plan::ViewEntry& view) {
  plan::Catalog& catalog = session->catalog();
  const bool same_place = statement.new_name.size() == 1 ||
                          (view.is_global && statement.new_name.size() == 2 &&
                           ToLowerAscii(statement.new_name[0]) == plan::kGlobalTempDatabase);
  if (!same_place) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "Renaming a temporary view into a database"}},
                     statement.position);
  }
  plan::ViewEntry renamed = view;
  renamed.name = statement.new_name.back();
  if (view.is_global) {
    ARROW_RETURN_NOT_OK(catalog.shared()->CreateView(std::move(renamed), /*replace=*/false));
    catalog.shared()->DropView(view.name);
    return StatementOutcome{};
  }
  ARROW_RETURN_NOT_OK(catalog.CreateView(std::move(renamed), /*replace=*/false));
  catalog.DropView(view.name);
  return StatementOutcome{};
}

/// The files of a table that was made without a location go with its name.
Status MoveFiles(Session* session, const std::string& from, const std::string& to) {
  if (from == to || from.empty()) return Status::OK();
  FileSystem* files = session->file_system();
  ARROW_ASSIGN_OR_RAISE(const bool exists, files->Exists(from));
  return exists ? files->Rename(from, to, /*overwrite=*/false) : Status::OK();
}

}  // namespace

Result<StatementOutcome> Rename(Session* session, const Statement& statement) {
  plan::Catalog& catalog = session->catalog();
  if (const auto view = catalog.FindView(statement.name)) {
    return RenameTemporaryView(session, statement, *view);
  }
  ARROW_ASSIGN_OR_RAISE(const TablePtr found, FindAltered(session, statement, "RENAME TO"));
  if (statement.new_name.size() > 2) {
    return MakeError("IDENTIFIER_TOO_MANY_NAME_PARTS",
                     {{"identifier", QuoteName(statement.new_name)}, {"limit", "2"}},
                     statement.position);
  }
  plan::TableName name{found->database, statement.new_name[0]};
  if (statement.new_name.size() > 1) {
    ARROW_ASSIGN_OR_RAISE(name, catalog.Resolve(statement.new_name));
  }
  if (ToLowerAscii(name.database) != ToLowerAscii(found->database)) {
    return MakeError("RENAME_TABLE_SOURCE_DESTINATION_DATABASE_MISMATCH",
                     {{"sourceNamespace", QuoteName({found->database})},
                      {"destinationNamespace", QuoteName({name.database})}},
                     statement.position);
  }
  if (catalog.FindTable({name.database, name.table}) != nullptr) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS",
                     {{"relationName", QuoteName({name.database, name.table})}},
                     statement.position);
  }
  plan::TableEntry renamed = *found;
  renamed.name = name.table;
  if (found->view == nullptr && found->is_managed) {
    renamed.location = DefaultLocation(session, name);
  }
  const std::string location = renamed.location;
  ARROW_RETURN_NOT_OK(catalog.CreateTable(std::move(renamed)));
  const Status moved = MoveFiles(session, found->location, location);
  if (!moved.ok()) {
    catalog.DropTable({name.database, name.table});
    return moved;
  }
  catalog.DropTable({found->database, found->name});
  return StatementOutcome{};
}

Result<StatementOutcome> SetProperties(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const TablePtr found, FindAltered(session, statement, "SET TBLPROPERTIES"));
  plan::TableEntry entry = *found;
  for (const auto& [key, value] : statement.properties) entry.properties[key] = value;
  ARROW_RETURN_NOT_OK(session->catalog().ReplaceTable(std::move(entry)));
  return StatementOutcome{};
}

Result<StatementOutcome> UnsetProperties(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const TablePtr found,
                        FindAltered(session, statement, "UNSET TBLPROPERTIES"));
  plan::TableEntry entry = *found;
  for (const std::string& key : statement.column_names) entry.properties.erase(key);
  ARROW_RETURN_NOT_OK(session->catalog().ReplaceTable(std::move(entry)));
  return StatementOutcome{};
}

Result<StatementOutcome> SetClustering(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const TablePtr found, FindAltered(session, statement, "CLUSTER BY"));
  ARROW_ASSIGN_OR_RAISE(const auto schema,
                        session->SchemaOf(TableRelation({found->database, found->name})));
  plan::TableEntry entry = *found;
  ARROW_ASSIGN_OR_RAISE(entry.properties[kClusteringProperty],
                        ClusteringText(statement.cluster_by, *schema));
  ARROW_RETURN_NOT_OK(session->catalog().ReplaceTable(std::move(entry)));
  return StatementOutcome{};
}

Result<StatementOutcome> AddColumns(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const TablePtr found, FindAltered(session, statement, "ADD COLUMNS"));
  ARROW_RETURN_NOT_OK(CheckDefaults(session, *statement.schema));
  ARROW_ASSIGN_OR_RAISE(const auto schema,
                        session->SchemaOf(TableRelation({found->database, found->name})));
  arrow::FieldVector fields = schema->fields();
  for (const FieldPtr& field : statement.schema->fields()) {
    const bool exists = std::any_of(fields.begin(), fields.end(), [&](const FieldPtr& other) {
      return plan::EqualsIgnoreCase(other->name(), field->name());
    });
    if (exists) {
      return MakeError("COLUMN_ALREADY_EXISTS",
                       {{"columnName", QuoteName({ToLowerAscii(field->name())})}});
    }
    // Rows that are there already have no value of it.
    if (!field->nullable()) {
      return MakeError("UNSUPPORTED_FEATURE",
                       {{"feature", "ALTER TABLE ... ADD COLUMNS with NOT NULL"}},
                       statement.position);
    }
    // Partition columns stay the last.
    fields.insert(fields.end() - static_cast<std::ptrdiff_t>(found->partition_by.size()), field);
  }
  plan::TableEntry entry = *found;
  entry.schema =
      DeclaredUnderSettings(arrow::schema(std::move(fields)), session->SettingsSnapshot());
  ARROW_RETURN_NOT_OK(session->catalog().ReplaceTable(std::move(entry)));
  return StatementOutcome{};
}

Result<StatementOutcome> ShowCreateTable(Session* session, const Statement& statement) {
  if (session->catalog().FindView(statement.name) != nullptr) {
    return MakeError("EXPECT_PERMANENT_VIEW_NOT_TEMP",
                     {{"viewName", QuoteName(statement.name)}, {"operation", "SHOW CREATE TABLE"}},
                     statement.position);
  }
  const TablePtr found = session->catalog().FindTable(statement.name);
  if (found == nullptr) return CommandTableNotFound(session, statement);
  ARROW_ASSIGN_OR_RAISE(const auto columns,
                        session->SchemaOf(TableRelation({found->database, found->name})));
  const SchemaPtr schema = DeclaredUnderSettings(columns, session->SettingsSnapshot());
  return TextRows(
      {"createtab_stmt"},
      {{found->view != nullptr ? CreateViewText(*found) : CreateTableText(*found, *schema)}});
}

Result<StatementOutcome> ShowProperties(Session* session, const Statement& statement) {
  const std::vector<std::string> names = {"key", "value"};
  if (session->catalog().FindView(statement.name) != nullptr) return TextRows(names, {});
  const TablePtr found = session->catalog().FindTable(statement.name);
  if (found == nullptr) return CommandTableNotFound(session, statement);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [key, value] : found->properties) {
    if (!statement.has_value || key == statement.key) rows.push_back({key, value});
  }
  if (statement.has_value && rows.empty()) {
    rows.push_back({statement.key, fmt::format("Table {}.{}.{} does not have property: {}",
                                               plan::kSessionCatalogName, found->database,
                                               found->name, statement.key)});
  }
  return TextRows(names, rows);
}

}  // namespace thalweg::session
