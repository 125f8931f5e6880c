#pragma once

namespace thalweg {

class Settings;

/// How an expression meets values that it has no answer for (Spark's EvalMode). It is chosen when
/// the expression is analyzed and stays with it.
enum class EvalMode {
  /// Such a value is an error: `spark.sql.ansi.enabled`.
  kAnsi,
  /// NULL instead: the functions with `try_`.
  kTry,
  /// Without `spark.sql.ansi.enabled`: NULL for some, integers that wrap around for others.
  kLegacy,
};

/// kAnsi, or kLegacy where `spark.sql.ansi.enabled` is false.
EvalMode EvalModeOf(const Settings& settings);

}  // namespace thalweg
