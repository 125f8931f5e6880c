#pragma once

// One SQL statement: a query or a command.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/plan/spec/bucketing.h"
#include "thalweg/plan/spec/relation.h"
#include "thalweg/plan/spec/routine.h"

namespace thalweg::plan::spec {

enum class StatementKind {
  kQuery,                 // query
  kCreateView,            // name, query, query_text, column names and comments; replace,
                          // if_not_exists, is_global, is_persistent, schema_mode
  kCreateViewUsing,       // name, schema, format, options; replace, is_global (VIEW ... USING)
  kCreateTable,           // CREATE TABLE [USING] [LOCATION] [AS query]: name, format, ...;
                          // replace: of a query, in place of a table of the name, with
                          // refuses_self_read not if the query reads that
  kCreateTableLike,       // name, like, format, location, properties; if_not_exists
  kCreateStreamingTable,  // name, format, partition_by, location, options, query; if_not_exists
  kInsert,                // INSERT INTO name [columns] query (streaming or, with
                          // refuses_streams, not); overwrite,
                          // partition, by_name, if_not_exists, replace_where
  kInsertAll,             // FROM ... INSERT ... INSERT ...: parts, each a kInsert
  kAlterViewQuery,        // ALTER VIEW name AS query; query_text
  kRename,                // ALTER VIEW | TABLE name RENAME TO new_name; key: VIEW or TABLE
  kSetProperties,         // ALTER VIEW | TABLE name SET TBLPROPERTIES properties; key
  kUnsetProperties,       // the same with UNSET: column_names are the keys; if_exists
  kSetClustering,         // ALTER TABLE name CLUSTER BY cluster_by; none: NONE
  kAddColumns,            // ALTER TABLE name ADD COLUMNS schema
  kShowCreateTable,       // name
  kShowProperties,        // name; key with has_value: one of them
  kDropView,              // name; if_exists
  kDropTable,
  kTruncateTable,   // name; partition
  kCreateDatabase,  // name, comment, location, options; if_not_exists
  kDropDatabase,    // name; if_exists, cascade
  kUseDatabase,     // name
  kShowDatabases,   // pattern
  kShowTables,      // pattern; name: the database
  kShowViews,
  kShowFunctions,  // key: USER, SYSTEM or ALL; name: the database; pattern
  kShowColumns,    // name
  kShowStreams,
  kDescribeTable,     // name; extended
  kDescribeQuery,     // query
  kDescribeFunction,  // name
  kDescribeStream,    // name
  kExplain,           // query or inner statement; extended
  kExplainStream,     // name
  kSet,               // key, value; no key: list; key without value: show
  kReset,             // key or all
  kStopStream,        // name; if_exists, graceful
  kCacheTable,        // name, options; query (null: of the name), query_text; is_lazy
  kUncacheTable,      // name; if_exists
  kClearCache,
  kRefreshTable,      // name
  kRefreshPath,       // location
  kCreateFunction,    // name, routine; replace, if_not_exists, is_persistent
  kDropFunction,      // name; if_exists, is_persistent
  kDeclareVariable,   // names, type (null: that of the value), expressions[0] (none: NULL),
                      // value: its text; replace
  kSetVariable,       // names, expressions: a value each, null for DEFAULT; or query: a row of them
  kDropVariable,      // name; if_exists
  kExecuteImmediate,  // expressions[0]: the text; arguments: USING; names: INTO
  kInsertDirectory,   // location, format, options, query
};

/// One column of PARTITION (...).
struct PartitionValue {
  std::string name;
  ExpressionPtr value;  // null: the rows have it
};

struct Statement {
  StatementKind kind = StatementKind::kQuery;
  RelationPtr query;
  std::vector<std::string> name;
  std::vector<std::string> column_names;
  SchemaPtr schema;
  std::string format;
  std::string location;
  std::string comment;
  std::string pattern;
  std::vector<std::string> partition_by;
  std::optional<BucketSpec> buckets;                 // CLUSTERED BY
  std::vector<std::vector<std::string>> cluster_by;  // CLUSTER BY: the parts of names
  std::vector<std::string> like;
  std::map<std::string, std::string> options;     // keys as written; the properties too
  std::map<std::string, std::string> properties;  // what stands in TBLPROPERTIES
  std::string key;
  std::string value;
  bool has_value = false;
  bool replace = false;
  bool if_exists = false;
  bool if_not_exists = false;
  bool extended = false;
  bool graceful = false;
  bool overwrite = false;
  bool cascade = false;
  bool is_global = false;
  bool is_persistent = false;
  bool is_lazy = false;
  bool by_name = false;
  bool replace_where = false;
  bool refuses_self_read = false;
  bool refuses_streams = false;
  std::vector<PartitionValue> partition;
  std::vector<std::optional<std::string>> column_comments;
  std::vector<std::string> new_name;
  std::string query_text;   // of `query`, as written
  std::string schema_mode;  // WITH SCHEMA ...: BINDING, COMPENSATION, TYPE EVOLUTION, EVOLUTION
  std::vector<Statement> parts;
  RoutinePtr routine;
  TypePtr type;
  std::vector<std::vector<std::string>> names;
  std::vector<ExpressionPtr> expressions;
  std::vector<ExpressionPtr> arguments;  // kAlias: by name
  SqlPosition position;
  std::string text;  // the statement as written, without the closing semicolon
};

}  // namespace thalweg::plan::spec
