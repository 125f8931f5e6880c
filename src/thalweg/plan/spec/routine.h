#pragma once

// What CREATE FUNCTION says: a function whose body is SQL.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan::spec {

/// A parameter of a function, or a column of the table that one returns.
struct RoutineColumn {
  std::string name;
  TypePtr type;
  /// Null: a call must give the argument.
  ExpressionPtr default_value;
  std::string default_text;  // as written
  std::optional<std::string> comment;
  bool not_null = false;
};

/// Immutable once parsed.
struct RoutineDefinition {
  std::vector<RoutineColumn> parameters;
  /// Of a scalar function; null: that of the body.
  TypePtr return_type;
  bool is_table = false;
  /// Of a table function; without any: those of the body.
  std::vector<RoutineColumn> columns;
  /// Exactly one of them is set.
  ExpressionPtr expression;
  RelationPtr query;
  std::string body_text;  // as written
  std::string comment;
  std::optional<bool> deterministic;
  std::optional<bool> contains_sql;  // false: READS SQL DATA
};

using RoutinePtr = std::shared_ptr<const RoutineDefinition>;

}  // namespace thalweg::plan::spec
