#include "thalweg/session/table_location.h"

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {

std::string DatabaseLocation(const Session& session, const plan::DatabaseEntry& database) {
  if (!database.location.empty()) return database.location;
  const std::string warehouse = session.SettingsSnapshot().Get("spark.sql.warehouse.dir");
  const std::string name = ToLowerAscii(database.name);
  return name == plan::kDefaultDatabase ? warehouse : JoinPath(warehouse, name + ".db");
}

std::string DefaultLocation(Session* session, const plan::TableName& name) {
  const auto found = session->catalog().shared()->FindDatabase(name.database);
  plan::DatabaseEntry database;
  database.name = name.database;
  return JoinPath(DatabaseLocation(*session, found == nullptr ? database : *found), name.table);
}

}  // namespace thalweg::session
