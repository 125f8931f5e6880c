#pragma once

// Names that the sessions of one process share: databases with their tables, and the global
// temporary views.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "thalweg/plan/catalog/catalog.h"

namespace thalweg::plan {

inline constexpr char kSessionCatalogName[] = "spark_catalog";
inline constexpr char kDefaultDatabase[] = "default";
inline constexpr char kGlobalTempDatabase[] = "global_temp";

struct DatabaseEntry {
  std::string name;
  std::string comment;
  /// Where tables without a location of their own lie; empty: the warehouse.
  std::string location;
  std::map<std::string, std::string> properties;
};

/// Names are case-insensitive. Thread-safe. Returned entries are immutable and stay valid after a
/// drop. There always is the database `default`.
class SharedCatalog {
 public:
  SharedCatalog();

  /// Errors: SCHEMA_ALREADY_EXISTS.
  Status CreateDatabase(DatabaseEntry database);
  /// Takes its tables out too and gives them. Errors: SCHEMA_NOT_FOUND;
  /// UNSUPPORTED_FEATURE.DROP_DATABASE for `default`; SCHEMA_NOT_EMPTY unless `cascade`.
  Result<std::vector<std::shared_ptr<const TableEntry>>> DropDatabase(const std::string& name,
                                                                      bool cascade);
  /// Null if there is none.
  std::shared_ptr<const DatabaseEntry> FindDatabase(const std::string& name) const;
  /// Sorted by name.
  std::vector<std::shared_ptr<const DatabaseEntry>> Databases() const;

  /// Into `table.database`. Errors: SCHEMA_NOT_FOUND, TABLE_OR_VIEW_ALREADY_EXISTS.
  Status CreateTable(TableEntry table);
  /// In place of what has this name, if anything has. Errors: SCHEMA_NOT_FOUND.
  Status ReplaceTable(TableEntry table);
  /// What was taken out; null if there is no such table.
  std::shared_ptr<const TableEntry> DropTable(const std::string& database, const std::string& name);
  std::shared_ptr<const TableEntry> FindTable(const std::string& database,
                                              const std::string& name) const;
  /// Sorted by name; empty if there is no such database.
  std::vector<std::shared_ptr<const TableEntry>> Tables(const std::string& database) const;

  /// A function made by CREATE FUNCTION, into `function->database`; in place of one of its name
  /// only if `replace`. Errors: SCHEMA_NOT_FOUND; ROUTINE_ALREADY_EXISTS.
  Status CreateFunction(SqlFunctionPtr function, bool replace);
  /// False if there is none.
  bool DropFunction(const std::string& database, const std::string& name);
  /// Null if there is none.
  SqlFunctionPtr FindFunction(const std::string& database, const std::string& name) const;
  /// Sorted by name; empty if there is no such database.
  std::vector<SqlFunctionPtr> Functions(const std::string& database) const;

  /// Global temporary views. Errors: TEMP_TABLE_OR_VIEW_ALREADY_EXISTS unless `replace`.
  Status CreateView(ViewEntry view, bool replace);
  bool DropView(const std::string& name);
  std::shared_ptr<const ViewEntry> FindView(const std::string& name) const;
  std::vector<std::shared_ptr<const ViewEntry>> Views() const;
  /// Forgets them all, and with them what their plans keep alive.
  void DropViews();

 private:
  struct Database {
    std::shared_ptr<const DatabaseEntry> entry;
    std::map<std::string, std::shared_ptr<const TableEntry>> tables;  // by lower-case name
    std::map<std::string, SqlFunctionPtr> functions;                  // by lower-case name
  };

  mutable std::mutex mutex_;
  std::map<std::string, Database> databases_;                      // by lower-case name
  std::map<std::string, std::shared_ptr<const ViewEntry>> views_;  // by lower-case name
};

/// SCHEMA_NOT_FOUND, and its like for tables, as clients get them.
Status SchemaNotFound(const std::string& name);

}  // namespace thalweg::plan
