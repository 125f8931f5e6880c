#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/session/commands/commands.h"
#include "thalweg/session/table_location.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

/// The name of a database, alone or behind that of the one catalog.
Result<std::string> DatabaseName(const Statement& statement) {
  const std::vector<std::string>& name = statement.name;
  const bool has_catalog = name.size() == 2 && ToLowerAscii(name[0]) == plan::kSessionCatalogName;
  if (name.size() == 1 || has_catalog) return name.back();
  return MakeError("REQUIRES_SINGLE_PART_NAMESPACE", {{"sessionCatalog", plan::kSessionCatalogName},
                                                      {"identifier", QuoteName(name)}});
}

}  // namespace

Result<StatementOutcome> CreateDatabase(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const std::string name, DatabaseName(statement));
  plan::SharedCatalog* catalog = session->catalog().shared();
  if (statement.if_not_exists && catalog->FindDatabase(name) != nullptr) return StatementOutcome{};
  ARROW_RETURN_NOT_OK(catalog->CreateDatabase({.name = ToLowerAscii(name),
                                               .comment = statement.comment,
                                               .location = statement.location,
                                               .properties = statement.options}));
  return StatementOutcome{};
}

Result<StatementOutcome> DropDatabase(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const std::string name, DatabaseName(statement));
  plan::SharedCatalog* catalog = session->catalog().shared();
  if (statement.if_exists && catalog->FindDatabase(name) == nullptr) return StatementOutcome{};
  ARROW_ASSIGN_OR_RAISE(const auto tables, catalog->DropDatabase(name, statement.cascade));
  for (const auto& table : tables) ARROW_RETURN_NOT_OK(RemoveFiles(session, *table));
  return StatementOutcome{};
}

Result<StatementOutcome> UseDatabase(Session* session, const Statement& statement) {
  // The catalog itself may be named too.
  const bool is_catalog =
      statement.name.size() == 1 && ToLowerAscii(statement.name[0]) == plan::kSessionCatalogName;
  if (is_catalog) return StatementOutcome{};
  const Result<std::string> found = DatabaseName(statement);
  if (!found.ok()) {
    return MakeError("SCHEMA_NOT_FOUND", {{"schemaName", QuoteName({plan::kSessionCatalogName}) +
                                                             "." + QuoteName(statement.name)}});
  }
  const std::string& name = *found;
  ARROW_RETURN_NOT_OK(session->catalog().UseDatabase(name));
  return StatementOutcome{};
}

Result<StatementOutcome> ShowDatabases(Session* session, const Statement& statement) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& database : session->catalog().shared()->Databases()) {
    if (MatchesPattern(database->name, statement.pattern)) rows.push_back({database->name});
  }
  return TextRows({"namespace"}, rows);
}

}  // namespace thalweg::session
