#include <arrow/api.h>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/session/commands/commands.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

struct NameRow {
  std::string database;
  std::string name;
  bool is_temporary = false;
};

/// (namespace, name, isTemporary) rows, as SHOW TABLES and SHOW VIEWS give them.
Result<StatementOutcome> NameRows(const std::string& name_column,
                                  const std::vector<NameRow>& names) {
  std::vector<std::vector<std::string>> texts;
  arrow::BooleanBuilder temporary;
  for (const NameRow& row : names) {
    texts.push_back({row.database, row.name});
    ARROW_RETURN_NOT_OK(temporary.Append(row.is_temporary));
  }
  ARROW_ASSIGN_OR_RAISE(auto outcome, TextRows({"namespace", name_column}, texts));
  ARROW_ASSIGN_OR_RAISE(
      outcome.rows.schema,
      outcome.rows.schema->AddField(2, arrow::field("isTemporary", arrow::boolean(), false)));
  if (!outcome.rows.batches.empty()) {
    ARROW_ASSIGN_OR_RAISE(auto flags, temporary.Finish());
    outcome.rows.batches[0].columns.push_back(std::move(flags));
  }
  return outcome;
}

/// The views in sight of `database`: all global ones for theirs, and the session's own.
void AddViews(Session* session, const std::string& database, const std::string& pattern,
              std::vector<NameRow>* rows) {
  const plan::Catalog& catalog = session->catalog();
  if (ToLowerAscii(database) == plan::kGlobalTempDatabase) {
    for (const auto& view : catalog.shared()->Views()) {
      if (MatchesPattern(view->name, pattern)) {
        rows->push_back({plan::kGlobalTempDatabase, view->name, true});
      }
    }
  }
  for (const auto& view : catalog.Views()) {
    if (MatchesPattern(view->name, pattern)) rows->push_back({"", view->name, true});
  }
}

/// The database that SHOW ... IN names, else the current one. Errors: SCHEMA_NOT_FOUND.
Result<std::string> DatabaseOf(Session* session, const Statement& statement) {
  if (statement.name.empty()) return session->catalog().current_database();
  const std::string& name = statement.name.back();
  if (ToLowerAscii(name) == plan::kGlobalTempDatabase) return name;
  const auto database = session->catalog().shared()->FindDatabase(name);
  if (database == nullptr) return plan::SchemaNotFound(name);
  return database->name;
}

}  // namespace

Result<StatementOutcome> ShowTables(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const std::string database, DatabaseOf(session, statement));
  std::vector<NameRow> rows;
  for (const auto& table : session->catalog().shared()->Tables(database)) {
    if (MatchesPattern(table->name, statement.pattern)) {
      rows.push_back({database, table->name, false});
    }
  }
  AddViews(session, database, statement.pattern, &rows);
  return NameRows("tableName", rows);
}

Result<StatementOutcome> ShowViews(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const std::string database, DatabaseOf(session, statement));
  std::vector<NameRow> rows;
  for (const auto& table : session->catalog().shared()->Tables(database)) {
    if (table->view != nullptr && MatchesPattern(table->name, statement.pattern)) {
      rows.push_back({database, table->name, false});
    }
  }
  AddViews(session, database, statement.pattern, &rows);
  return NameRows("viewName", rows);
}

Result<StatementOutcome> ShowColumns(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto schema, session->SchemaOf(TableRelation(statement.name)));
  std::vector<std::vector<std::string>> rows;
  for (const auto& field : schema->fields()) rows.push_back({field->name()});
  return TextRows({"col_name"}, rows);
}

}  // namespace thalweg::session
