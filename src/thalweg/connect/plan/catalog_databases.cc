// Catalogs, of which there is one, and databases.

#include "thalweg/connect/plan/catalog_answer.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/spec/statement.h"
#include "thalweg/session/table_location.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using plan::spec::Statement;
using plan::spec::StatementKind;
using proto::Catalog;

using DatabasePtr = std::shared_ptr<const plan::DatabaseEntry>;

Result<RelationDraft> AnswerDatabases(session::Session* engine,
                                      const std::vector<DatabasePtr>& databases) {
  TextColumn names;
  TextColumn comments;
  TextColumn locations;
  for (const DatabasePtr& database : databases) {
    names.emplace_back(database->name);
    comments.emplace_back(database->comment);
    locations.emplace_back("file:" + session::DatabaseLocation(*engine, *database));
  }
  AnswerTable table;
  table.AddText("name", names);
  table.AddText("catalog", TextColumn(names.size(), plan::kSessionCatalogName));
  table.AddText("description", comments);
  table.AddText("locationUri", locations);
  return table.Finish();
}

Result<RelationDraft> ListDatabases(session::Session* engine, const std::string& pattern) {
  std::vector<DatabasePtr> databases;
  for (DatabasePtr& database : engine->catalog().shared()->Databases()) {
    if (MatchesCatalogPattern(database->name, pattern)) databases.push_back(std::move(database));
  }
  return AnswerDatabases(engine, databases);
}

Result<RelationDraft> AnswerCatalogs(const std::string& pattern) {
  TextColumn names;
  if (MatchesCatalogPattern(plan::kSessionCatalogName, pattern)) {
    names.emplace_back(plan::kSessionCatalogName);
  }
  AnswerTable table;
  table.AddText("name", names);
  table.AddText("description", TextColumn(names.size()));
  return table.Finish();
}

Result<RelationDraft> UseCatalog(const std::string& name) {
  if (ToLowerAscii(name) == plan::kSessionCatalogName) return AnswerNothing();
  return MakeError("CATALOG_NOT_FOUND", {{"catalogName", QuoteIdentifier(name)},
                                         {"config", "\"spark.sql.catalog." + name + "\""}});
}

Result<RelationDraft> Create(session::Session* engine, const proto::CreateDatabase& create) {
  Statement statement;
  statement.kind = StatementKind::kCreateDatabase;
  ARROW_ASSIGN_OR_RAISE(statement.name, sql::ParseMultipartName(create.db_name()));
  statement.if_not_exists = create.if_not_exists();
  for (const auto& [key, value] : create.properties()) {
    const std::string lower = ToLowerAscii(key);
    if (lower == "comment") {
      statement.comment = value;
    } else if (lower == "location") {
      statement.location = value;
    } else {
      statement.options[key] = value;
    }
  }
  ARROW_RETURN_NOT_OK(engine->Execute(statement).status());
  return AnswerNothing();
}

Result<RelationDraft> Drop(session::Session* engine, const proto::DropDatabase& drop) {
  Statement statement;
  statement.kind = StatementKind::kDropDatabase;
  ARROW_ASSIGN_OR_RAISE(statement.name, sql::ParseMultipartName(drop.db_name()));
  statement.if_exists = drop.if_exists();
  statement.cascade = drop.cascade();
  ARROW_RETURN_NOT_OK(engine->Execute(statement).status());
  return AnswerNothing();
}

}  // namespace

Result<RelationDraft> TranslateDatabaseCall(Translator* translator, const Catalog& call) {
  session::Session* engine = &translator->session()->engine();
  plan::Catalog* catalog = &engine->catalog();
  switch (call.cat_type_case()) {
    case Catalog::kCurrentDatabase:
      return AnswerText("value", catalog->current_database());
    case Catalog::kSetCurrentDatabase: {
      ARROW_ASSIGN_OR_RAISE(const std::string name,
                            FindDatabaseName(catalog, call.set_current_database().db_name()));
      ARROW_RETURN_NOT_OK(catalog->UseDatabase(name));
      return AnswerNothing();
    }
    case Catalog::kListDatabases:
      return ListDatabases(engine, call.list_databases().pattern());
    case Catalog::kGetDatabase: {
      ARROW_ASSIGN_OR_RAISE(const std::string name,
                            FindDatabaseName(catalog, call.get_database().db_name()));
      const DatabasePtr database = catalog->shared()->FindDatabase(name);
      if (database == nullptr) return plan::SchemaNotFound(name);
      return AnswerDatabases(engine, {database});
    }
    case Catalog::kDatabaseExists:
      return AnswerBoolean(FindDatabaseName(catalog, call.database_exists().db_name()).ok());
    case Catalog::kCreateDatabase:
      return Create(engine, call.create_database());
    case Catalog::kDropDatabase:
      return Drop(engine, call.drop_database());
    case Catalog::kCurrentCatalog:
      return AnswerText("value", plan::kSessionCatalogName);
    case Catalog::kSetCurrentCatalog:
      return UseCatalog(call.set_current_catalog().catalog_name());
    case Catalog::kListCatalogs:
      return AnswerCatalogs(call.list_catalogs().pattern());
    default:
      return TranslateFunctionCall(translator, call);
  }
}

}  // namespace thalweg::connect
