#pragma once

// The variables of a session: DECLARE VARIABLE.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/plan/spec/expression.h"

namespace thalweg::plan {

/// Immutable: setting a variable puts another one in its place.
struct Variable {
  std::string name;  // as written at its declaration
  TypePtr type;
  /// What it was declared as if that has CHAR or VARCHAR in it (types/char_type.h), else null.
  TypePtr declared;
  std::shared_ptr<arrow::Scalar> value;  // of `type`
  /// What SET VARIABLE v = DEFAULT evaluates; null: NULL.
  spec::ExpressionPtr default_value;
};

using VariablePtr = std::shared_ptr<const Variable>;

/// Names are case-insensitive. Thread-safe.
class Variables {
 public:
  /// In place of one of the same name, if there is one.
  void Put(Variable variable);
  /// Null if there is none.
  VariablePtr Find(const std::string& name) const;
  /// False if there is none.
  bool Remove(const std::string& name);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, VariablePtr> variables_;  // by lower-case name
};

/// The name of a variable as "v", "session.v" or "system.session.v"; nothing if `parts` can be
/// none.
std::optional<std::string> VariableName(const std::vector<std::string>& parts);

}  // namespace thalweg::plan
