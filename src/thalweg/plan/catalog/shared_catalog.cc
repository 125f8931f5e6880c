#include "thalweg/plan/catalog/shared_catalog.h"

#include <utility>

#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

std::string DatabaseText(const std::string& name) {
  return QuoteIdentifier(kSessionCatalogName) + "." + QuoteIdentifier(name);
}

template <typename Entry>
std::vector<Entry> ValuesOf(const std::map<std::string, Entry>& entries) {
  std::vector<Entry> values;
  for (const auto& [key, entry] : entries) values.push_back(entry);
  return values;
}

template <typename Entry>
Entry Find(const std::map<std::string, Entry>& entries, const std::string& name) {
  const auto found = entries.find(ToLowerAscii(name));
  return found == entries.end() ? nullptr : found->second;
}

}  // namespace

Status SchemaNotFound(const std::string& name) {
  return MakeError("SCHEMA_NOT_FOUND", {{"schemaName", DatabaseText(name)}});
}

SharedCatalog::SharedCatalog() {
  databases_[kDefaultDatabase].entry = std::make_shared<const DatabaseEntry>(DatabaseEntry{
      .name = kDefaultDatabase, .comment = "default database", .location = "", .properties = {}});
}

Status SharedCatalog::CreateDatabase(DatabaseEntry database) {
  const std::string key = ToLowerAscii(database.name);
  const std::lock_guard lock(mutex_);
  const auto [added, is_new] = databases_.try_emplace(key);
  if (!is_new) {
    return MakeError("SCHEMA_ALREADY_EXISTS", {{"schemaName", QuoteIdentifier(database.name)}});
  }
  added->second.entry = std::make_shared<const DatabaseEntry>(std::move(database));
  return Status::OK();
}

Result<std::vector<std::shared_ptr<const TableEntry>>> SharedCatalog::DropDatabase(
    const std::string& name, bool cascade) {
  const std::string key = ToLowerAscii(name);
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(key);
  if (found == databases_.end()) return SchemaNotFound(name);
  if (key == kDefaultDatabase) {
    return MakeError("UNSUPPORTED_FEATURE.DROP_DATABASE", {{"database", DatabaseText(key)}});
  }
  if (!cascade && !(found->second.tables.empty() && found->second.functions.empty())) {
    return MakeError("SCHEMA_NOT_EMPTY", {{"schemaName", QuoteIdentifier(name)}});
  }
  auto tables = ValuesOf(found->second.tables);
  databases_.erase(found);
  return tables;
}

std::shared_ptr<const DatabaseEntry> SharedCatalog::FindDatabase(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(ToLowerAscii(name));
  return found == databases_.end() ? nullptr : found->second.entry;
}

std::vector<std::shared_ptr<const DatabaseEntry>> SharedCatalog::Databases() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const DatabaseEntry>> entries;
  for (const auto& [key, database] : databases_) entries.push_back(database.entry);
  return entries;
}

Status SharedCatalog::CreateTable(TableEntry table) {
  const std::string key = ToLowerAscii(table.name);
  const std::lock_guard lock(mutex_);
  const auto database = databases_.find(ToLowerAscii(table.database));
  if (database == databases_.end()) return SchemaNotFound(table.database);
  auto& tables = database->second.tables;
  if (tables.count(key) > 0) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS",
                     {{"relationName", DatabaseText(database->second.entry->name) + "." +
                                           QuoteIdentifier(table.name)}});
  }
  tables[key] = std::make_shared<const TableEntry>(std::move(table));
  return Status::OK();
}

Status SharedCatalog::ReplaceTable(TableEntry table) {
  const std::lock_guard lock(mutex_);
  const auto database = databases_.find(ToLowerAscii(table.database));
  if (database == databases_.end()) return SchemaNotFound(table.database);
  const std::string key = ToLowerAscii(table.name);
  database->second.tables[key] = std::make_shared<const TableEntry>(std::move(table));
  return Status::OK();
}

std::shared_ptr<const TableEntry> SharedCatalog::DropTable(const std::string& database,
                                                           const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(ToLowerAscii(database));
  if (found == databases_.end()) return nullptr;
  auto dropped = found->second.tables.extract(ToLowerAscii(name));
  return dropped ? dropped.mapped() : nullptr;
}

std::shared_ptr<const TableEntry> SharedCatalog::FindTable(const std::string& database,
                                                           const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(ToLowerAscii(database));
  return found == databases_.end() ? nullptr : Find(found->second.tables, name);
}

std::vector<std::shared_ptr<const TableEntry>> SharedCatalog::Tables(
    const std::string& database) const {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(ToLowerAscii(database));
  if (found == databases_.end()) return {};
  return ValuesOf(found->second.tables);
}

Status SharedCatalog::CreateFunction(SqlFunctionPtr function, bool replace) {
  const std::string key = ToLowerAscii(function->name);
  const std::lock_guard lock(mutex_);
  const auto database = databases_.find(ToLowerAscii(function->database));
  if (database == databases_.end()) return SchemaNotFound(function->database);
  auto& functions = database->second.functions;
  if (!replace && functions.count(key) > 0) {
    return MakeError("ROUTINE_ALREADY_EXISTS",
                     {{"newRoutineType", "routine"},
                      {"routineName", DatabaseText(database->second.entry->name) + "." +
                                          QuoteIdentifier(function->name)},
                      {"existingRoutineType", "routine"}});
  }
  functions[key] = std::move(function);
  return Status::OK();
}

bool SharedCatalog::DropFunction(const std::string& database, const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(ToLowerAscii(database));
  return found != databases_.end() && found->second.functions.erase(ToLowerAscii(name)) > 0;
}

SqlFunctionPtr SharedCatalog::FindFunction(const std::string& database,
                                           const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(ToLowerAscii(database));
  return found == databases_.end() ? nullptr : Find(found->second.functions, name);
}

std::vector<SqlFunctionPtr> SharedCatalog::Functions(const std::string& database) const {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(ToLowerAscii(database));
  if (found == databases_.end()) return {};
  return ValuesOf(found->second.functions);
}

Status SharedCatalog::CreateView(ViewEntry view, bool replace) {
  const std::string key = ToLowerAscii(view.name);
  const auto entry = std::make_shared<const ViewEntry>(std::move(view));
  // The one that is replaced may keep a whole session alive: it ends outside of the lock.
  std::shared_ptr<const ViewEntry> replaced;
  const std::lock_guard lock(mutex_);
  if (!replace && views_.count(key) > 0) {
    return MakeError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS",
                     {{"relationName", QuoteIdentifier(entry->name)}});
  }
  replaced = std::exchange(views_[key], entry);
  return Status::OK();
}

bool SharedCatalog::DropView(const std::string& name) {
  std::map<std::string, std::shared_ptr<const ViewEntry>>::node_type dropped;
  const std::lock_guard lock(mutex_);
  dropped = views_.extract(ToLowerAscii(name));
  return !dropped.empty();
}

std::shared_ptr<const ViewEntry> SharedCatalog::FindView(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return Find(views_, name);
}

std::vector<std::shared_ptr<const ViewEntry>> SharedCatalog::Views() const {
  const std::lock_guard lock(mutex_);
  return ValuesOf(views_);
}

void SharedCatalog::DropViews() {
  std::map<std::string, std::shared_ptr<const ViewEntry>> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(views_);
}

}  // namespace thalweg::plan
