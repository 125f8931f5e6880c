#pragma once

// Functions made by CREATE FUNCTION ... RETURN: those of a session, and what they are.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "thalweg/plan/spec/routine.h"
#include "thalweg/types/eval_mode.h"

namespace thalweg::plan {

/// Immutable once it is in a catalog.
struct SqlFunction {
  std::string name;      // as written at creation
  std::string database;  // empty: a temporary one
  /// With the type or the columns that it returns, also where the statement left them out.
  spec::RoutinePtr definition;
  bool deterministic = true;
  bool contains_sql = true;  // false: it reads tables or views
  int64_t created_millis = 0;
  std::map<std::string, std::string> settings = {};  // that DESCRIBE shows
  EvalMode eval_mode = EvalMode::kAnsi;              // in which the body is analyzed

  bool is_temporary() const { return database.empty(); }
  /// "f" of a temporary function, else "spark_catalog.default.f".
  std::string FullName() const;
  /// Its parts.
  std::vector<std::string> NameParts() const;
};

using SqlFunctionPtr = std::shared_ptr<const SqlFunction>;

/// The temporary functions of a session. Names are case-insensitive. Thread-safe.
class SqlFunctions {
 public:
  /// In place of one of the same name, if there is one.
  void Put(SqlFunctionPtr function);
  /// Null if there is none.
  SqlFunctionPtr Find(const std::string& name) const;
  /// False if there is none.
  bool Remove(const std::string& name);
  /// Sorted by name.
  std::vector<SqlFunctionPtr> All() const;
  void CopyFrom(const SqlFunctions& other);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, SqlFunctionPtr> functions_;  // by lower-case name
};

}  // namespace thalweg::plan
