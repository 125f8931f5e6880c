#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/base/clock.h"
#include "thalweg/base/file_system.h"
#include "thalweg/base/settings.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/io/provider.h"
#include "thalweg/plan/catalog/catalog.h"
#include "thalweg/types/eval_mode.h"

namespace thalweg::plan {

struct OuterQuery;       // subquery.h
class SubqueryAnalyzer;  // subquery.h
class PlanColumns;
class RowCache;       // row_cache.h
struct OpenFunction;  // sql_function_call.h

/// What an analysis used besides tables.
struct UsedObjects {
  /// Temporary ones, by kind: "FUNCTION" or "VARIABLE", and name.
  std::vector<std::pair<std::string, std::string>> temporary;
  /// Whether a function in SQL that reads tables or views was called.
  bool reads_sql_data = false;
};

/// What an analysis reads besides the query itself. Everything pointed to outlives the analyzer.
struct AnalyzerContext {
  Catalog* catalog = nullptr;
  std::shared_ptr<const functions::FunctionRegistry> functions;
  const io::ProviderRegistry* providers = nullptr;
  const Settings* settings = nullptr;
  FileSystem* file_system = nullptr;
  Clock* clock = nullptr;
  /// Null where no rows are kept.
  RowCache* row_cache = nullptr;
  /// Set while a query is resolved: who resolves subqueries in its expressions.
  SubqueryAnalyzer* subqueries = nullptr;
  /// Set while a subquery is resolved: the query around it.
  const OuterQuery* outer = nullptr;
  /// Of the analysis under way; null where no relation has an id.
  PlanColumns* plan_columns = nullptr;
  /// The function in SQL whose body is being resolved, and who called it; null: none.
  const OpenFunction* open_function = nullptr;
  /// Whether names of temporary functions and variables mean nothing: in what the catalog keeps.
  bool hides_temporary = false;
  /// Of the view or function in SQL that is being resolved: that of the session that made it. None:
  /// the mode of the settings.
  std::optional<EvalMode> eval_mode = std::nullopt;
  /// Gets what is used; may be null.
  UsedObjects* used = nullptr;
};

/// The mode of what is being resolved: kAnsi or kLegacy.
EvalMode EvalModeOf(const AnalyzerContext& context);
/// The session's time zone ("UTC" when unset).
std::string SessionTimeZone(const AnalyzerContext& context);
/// The context in which constants are folded: the session's zone and the time of the analysis.
expr::EvalContext FoldingContext(const AnalyzerContext& context);

}  // namespace thalweg::plan
