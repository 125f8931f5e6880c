#include <arrow/api.h>

#include "thalweg/session/commands/commands.h"

namespace thalweg::session {
namespace {

/// (namespace, name, isTemporary) rows, as SHOW TABLES and SHOW VIEWS give them.
Result<StatementOutcome> NameRows(const std::string& name_column,
                                  const std::vector<std::pair<std::string, bool>>& names) {
  std::vector<std::vector<std::string>> texts;
  arrow::BooleanBuilder temporary;
  for (const auto& [name, is_temporary] : names) {
    texts.push_back({"", name});
    ARROW_RETURN_NOT_OK(temporary.Append(is_temporary));
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

}  // namespace

Result<StatementOutcome> ShowTables(Session* session, const Statement& statement) {
  std::vector<std::pair<std::string, bool>> names;
  for (const auto& table : session->catalog().Tables()) {
    if (MatchesPattern(table->name, statement.pattern)) names.emplace_back(table->name, false);
  }
  for (const auto& view : session->catalog().Views()) {
    if (MatchesPattern(view->name, statement.pattern)) names.emplace_back(view->name, true);
  }
  return NameRows("tableName", names);
}

Result<StatementOutcome> ShowViews(Session* session, const Statement& statement) {
  std::vector<std::pair<std::string, bool>> names;
  for (const auto& view : session->catalog().Views()) {
    if (MatchesPattern(view->name, statement.pattern)) names.emplace_back(view->name, true);
  }
  return NameRows("viewName", names);
}

Result<StatementOutcome> ShowFunctions(Session* session, const Statement& statement) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& name : session->functions().Names()) {
    if (MatchesPattern(name, statement.pattern)) rows.push_back({name});
  }
  return TextRows({"function"}, rows);
}

Result<StatementOutcome> ShowColumns(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto schema, session->SchemaOf(TableRelation(statement.name)));
  std::vector<std::vector<std::string>> rows;
  for (const auto& field : schema->fields()) rows.push_back({field->name()});
  return TextRows({"col_name"}, rows);
}

}  // namespace thalweg::session
