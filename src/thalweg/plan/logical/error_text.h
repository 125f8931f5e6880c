#pragma once

// Names, types and expressions as Spark prints them in errors.

#include <string>
#include <string_view>
#include <vector>

#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::plan {

/// ASCII letters compare without case.
bool EqualsIgnoreCase(std::string_view left, std::string_view right);
/// `a`.`b`.
std::string QuoteIdentifiers(const std::vector<std::string>& parts);
/// "text" in double quotes: Spark's toSQLExpr.
std::string QuoteExpression(std::string_view text);
/// "BIGINT" in double quotes: Spark's toSQLType.
std::string QuoteType(const arrow::DataType& type);
/// "first", "second", ... for argument positions; `index` counts from 0.
std::string OrdinalWord(size_t index);
/// Where Spark looks for names, as it prints it in errors.
std::string SearchPath();

}  // namespace thalweg::plan
