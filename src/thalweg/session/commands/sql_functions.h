#pragma once

// What other commands use of functions in SQL.

#include <string>

#include "thalweg/plan/catalog/sql_function.h"
#include "thalweg/session/commands/commands.h"

namespace thalweg::session {

/// FORBIDDEN_OPERATION: the engine's own functions stay.
Status FunctionForbidden(const std::string& name, const Statement& statement);

/// DESCRIBE FUNCTION of one in SQL.
Result<StatementOutcome> DescribeSqlFunction(const plan::SqlFunction& function, bool extended);

}  // namespace thalweg::session
