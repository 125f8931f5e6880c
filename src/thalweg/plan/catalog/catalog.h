#pragma once

// Names of a session: its temporary views and functions, and the tables that it sees.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/io/provider.h"
#include "thalweg/plan/catalog/sql_function.h"
#include "thalweg/plan/catalog/variable.h"
#include "thalweg/plan/logical/node.h"
#include "thalweg/plan/spec/bucketing.h"
#include "thalweg/plan/spec/relation.h"
#include "thalweg/types/eval_mode.h"

namespace thalweg::plan {

namespace spec {
class ExternalTable;  // external_table.h
}  // namespace spec

/// A temporary view: an unresolved relation that is analysed anew at each use, or an analysed plan
/// (a DataFrame's) whose attribute ids are renewed at each use. Exactly one is set.
struct ViewEntry {
  std::string name;  // as written at creation
  spec::RelationPtr relation;
  NodePtr plan;
  /// The same read as a stream, of views made by CREATE TEMPORARY VIEW ... USING: what STREAM means
  /// for them. Null for all others.
  spec::RelationPtr stream_relation = nullptr;
  /// Stands in `global_temp`, for all sessions.
  bool is_global = false;
  /// The mode in which `relation` is analyzed.
  EvalMode eval_mode = EvalMode::kAnsi;
};

/// What makes a table of the catalog a view: CREATE VIEW.
struct ViewDefinition {
  std::string text;  // of the query, as written
  spec::RelationPtr relation;
  std::string database;                    // what names without a database meant when it was made
  std::vector<std::string> query_columns;  // what the query called the columns of the schema
  /// BINDING, COMPENSATION, TYPE EVOLUTION or EVOLUTION: what a use does where the query has other
  /// columns than at first.
  std::string schema_mode;
  EvalMode eval_mode = EvalMode::kAnsi;  // of the session that made it
};

/// A table made by CREATE TABLE or CREATE STREAMING TABLE: files or another source at a location.
struct TableEntry {
  std::string name;
  std::string format;
  SchemaPtr schema;  // null: inferred at each read
  std::string location;
  std::vector<std::string> partition_by;
  io::Options options;  // keys in lower case
  std::string comment;
  bool is_streaming_table = false;
  std::string database = "default";
  /// Its files go with it: it was made without a location.
  bool is_managed = false;
  std::map<std::string, std::string> properties = {};
  /// Null for tables. A view has a schema and neither a format nor a location.
  std::shared_ptr<const ViewDefinition> view = nullptr;
  /// What batch writes keep to.
  std::optional<spec::BucketSpec> buckets = std::nullopt;
  /// Milliseconds since the epoch; 0: not known.
  int64_t created_millis = 0;
};

/// A table's name with its database.
struct TableName {
  std::string database;
  std::string table;
};

class SharedCatalog;  // shared_catalog.h

/// Names are case-insensitive. Thread-safe. Returned entries are immutable and stay valid after a
/// drop. One catalog serves one session; what it shares with others is in a SharedCatalog, its own
/// until Share().
class Catalog {
 public:
  Catalog();

  /// From now on tables and global views are those of `shared`. Before any is looked up.
  void Share(std::shared_ptr<SharedCatalog> shared);
  SharedCatalog* shared() const { return shared_.get(); }
  const std::shared_ptr<SharedCatalog>& shared_pointer() const { return shared_; }

  /// The database of names that say none.
  std::string current_database() const;
  /// Errors: SCHEMA_NOT_FOUND.
  Status UseDatabase(const std::string& name);
  /// Which table "t", "d.t" or "spark_catalog.d.t" means, whether it is there or not.
  /// Errors: REQUIRES_SINGLE_PART_NAMESPACE.
  Result<TableName> Resolve(const std::vector<std::string>& name) const;

  /// Errors: TEMP_TABLE_OR_VIEW_ALREADY_EXISTS unless `replace`.
  Status CreateView(ViewEntry view, bool replace);
  /// Errors: SCHEMA_NOT_FOUND, TABLE_OR_VIEW_ALREADY_EXISTS.
  Status CreateTable(TableEntry table);
  /// False if there is no such view.
  bool DropView(const std::string& name);
  /// What was taken out; null if there is no such table.
  std::shared_ptr<const TableEntry> DropTable(const std::vector<std::string>& name);
  /// In place of the table or view of the same name and database, if there is one.
  /// Errors: SCHEMA_NOT_FOUND.
  Status ReplaceTable(TableEntry table);

  /// Null if there is none. A view hides a table of the same name.
  std::shared_ptr<const ViewEntry> FindView(const std::string& name) const;
  /// The view that a query means by "v" (a temporary one) or "global_temp.v"; null if there is
  /// none.
  std::shared_ptr<const ViewEntry> FindView(const std::vector<std::string>& name) const;
  /// Null if there is none.
  std::shared_ptr<const TableEntry> FindTable(const std::vector<std::string>& name) const;
  /// The temporary views of the session, sorted by name.
  std::vector<std::shared_ptr<const ViewEntry>> Views() const;

  /// A function that a program registered, for SQL text to call; replaces one of its name.
  void RegisterFunction(const std::string& name,
                        std::shared_ptr<const spec::ExternalScalar> function);
  /// Null if there is none.
  std::shared_ptr<const spec::ExternalScalar> FindFunction(const std::string& name) const;
  /// The same for table functions.
  void RegisterTableFunction(const std::string& name,
                             std::shared_ptr<const spec::ExternalTable> function);
  std::shared_ptr<const spec::ExternalTable> FindTableFunction(const std::string& name) const;
  /// Of the functions and table functions that the program registered: in lower case, sorted.
  std::vector<std::string> FunctionNames() const;
  /// The temporary ones that CREATE FUNCTION made; programs' functions are others.
  SqlFunctions& sql_functions() { return sql_functions_; }
  const SqlFunctions& sql_functions() const { return sql_functions_; }
  /// False if the program registered no function of that name.
  bool DropFunction(const std::string& name);
  Variables& variables() { return variables_; }
  const Variables& variables() const { return variables_; }
  /// Takes over the functions of `other`.
  void CopyFunctions(const Catalog& other);

  /// The stream that an earlier analysis made of this very relation object, so that every use of
  /// it in a query shares one source (semantics 2.1); null if there is none. The catalog does not
  /// keep relations alive.
  std::shared_ptr<const StreamRelation> FindStream(const spec::RelationPtr& relation) const;
  /// Remembers `stream` for `relation`; gives what is remembered if another analysis was first.
  std::shared_ptr<const StreamRelation> RememberStream(
      const spec::RelationPtr& relation, std::shared_ptr<const StreamRelation> stream);

 private:
  struct StreamEntry {
    std::weak_ptr<const spec::Relation> relation;
    std::shared_ptr<const StreamRelation> stream;
  };

  std::shared_ptr<SharedCatalog> shared_;
  mutable std::mutex mutex_;
  std::string current_database_;
  std::map<std::string, std::shared_ptr<const ViewEntry>> views_;  // by lower-case name
  // by lower-case name
  std::map<std::string, std::shared_ptr<const spec::ExternalScalar>> functions_;
  std::map<std::string, std::shared_ptr<const spec::ExternalTable>> table_functions_;
  std::map<const spec::Relation*, StreamEntry> streams_;
  SqlFunctions sql_functions_;
  Variables variables_;
};

}  // namespace thalweg::plan
