#pragma once

// What CREATE FUNCTION asks of a function before it is kept.

#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/catalog/sql_function.h"

namespace thalweg::plan {

/// `function` with the type or columns that it returns, and whether it is deterministic and reads
/// tables. Errors: USER_DEFINED_FUNCTIONS.*, DUPLICATE_ROUTINE_PARAMETER_NAMES,
/// DUPLICATE_ROUTINE_RETURNS_COLUMNS, ROUTINE_NOT_FOUND, CYCLIC_FUNCTION_REFERENCE,
/// INVALID_TEMP_OBJ_REFERENCE, INVALID_SQL_FUNCTION_DATA_ACCESS and those of the body.
Result<SqlFunction> CheckSqlFunction(const AnalyzerContext& context, SqlFunction function);

}  // namespace thalweg::plan
