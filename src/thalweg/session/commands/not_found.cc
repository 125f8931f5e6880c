#include "thalweg/session/commands/not_found.h"

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::session {
namespace {

Status NotFound(const std::string& name, const std::string& path, const Statement& statement) {
  return MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", name}, {"searchPath", path}},
                   statement.position);
}

}  // namespace

std::string FullName(const plan::TableName& name) {
  return QuoteName({plan::kSessionCatalogName, name.database, name.table});
}

Status QueriedTableNotFound(const Statement& statement) {
  return NotFound(QuoteName(statement.name), plan::SearchPath(), statement);
}

Status CommandTableNotFound(Session* session, const Statement& statement) {
  const std::string path =
      QuoteName({plan::kSessionCatalogName, session->catalog().current_database()});
  return NotFound(QuoteName(statement.name), "[`system`.`session`, " + path + "]", statement);
}

Status DroppedNotFound(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const plan::TableName name, session->catalog().Resolve(statement.name));
  const std::string path = QuoteName({plan::kSessionCatalogName, name.database});
  return NotFound(FullName(name), "[" + path + "]", statement);
}

}  // namespace thalweg::session
