#pragma once

// SQL text to plan/spec: nothing is looked up and nothing is run here. All functions are free of
// state and may be called by any thread.
//
// Errors carry Spark's condition and the position (line from 1, column from 0) in the text given:
// PARSE_SYNTAX_ERROR, PARSE_EMPTY_STATEMENT, UNCLOSED_BRACKETED_COMMENT, INVALID_IDENTIFIER,
// INVALID_TYPED_LITERAL... What Spark's grammar knows and this engine does not is
// UNSUPPORTED_FEATURE, which names the clause. Nesting deeper than kMaxNesting is
// FAILED_TO_PARSE_TOO_COMPLEX.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/plan/spec/constant_name.h"
#include "thalweg/plan/spec/statement.h"

namespace thalweg::sql {

/// Which kinds of parameter markers a text has.
struct MarkersSeen {
  bool named = false;
  bool positional = false;
};

struct ParserOptions {
  /// Zone of TIMESTAMP literals that name none.
  std::string session_time_zone = "UTC";
  /// The time that TIMESTAMP 'now', DATE 'today' and the like mean: micros since the epoch. Without
  /// it these words are no valid literals.
  std::optional<int64_t> now_micros;
  /// What :name and ? stand for. Errors of markers without a value: UNBOUND_SQL_PARAMETER.
  std::map<std::string, plan::spec::ExpressionPtr> named_parameters = {};
  std::vector<plan::spec::ExpressionPtr> positional_parameters = {};
  /// Computes what stands in IDENTIFIER(...); null: only strings may stand there. Outlives the
  /// call.
  plan::spec::NameEvaluator evaluate_name = nullptr;
  /// Gets the kinds of markers met, also where parsing fails; may be null. Outlives the call.
  MarkersSeen* markers_seen = nullptr;
};

/// Levels of parentheses, subqueries and operators within each other, and links in a chain of
/// operators other than AND and OR (which are made into balanced trees as Spark makes them).
inline constexpr int kMaxNesting = 1000;

/// Statements separated by semicolons; empty ones are left out. Positions count from the start of
/// the whole text; Statement::text is the statement without its semicolon.
Result<std::vector<plan::spec::Statement>> ParseScript(std::string_view text,
                                                       const ParserOptions& options = {});

/// Exactly one statement; semicolons may follow it.
Result<plan::spec::Statement> ParseStatement(std::string_view text,
                                             const ParserOptions& options = {});

/// One expression, with or without an alias ("a + 1 AS b", "t.*").
Result<plan::spec::ExpressionPtr> ParseExpression(std::string_view text,
                                                  const ParserOptions& options = {});

/// A name of several parts: "a.`b c`".
Result<std::vector<std::string>> ParseMultipartName(std::string_view text);

/// Text split at semicolons outside of quotes and comments, for shells and scripts.
struct ScriptParts {
  /// Complete statements without their semicolons, blanks and comments around them removed; empty
  /// ones left out. The last may be one that no semicolon closes.
  std::vector<std::string> statements;
  /// Where each of them begins in the text, in bytes.
  std::vector<size_t> offsets;
  /// True if text other than blanks and comments follows the last semicolon, or if a quote or a
  /// comment is open at the end: a shell asks for another line.
  bool last_is_unfinished = false;
};
ScriptParts SplitScript(std::string_view text);

/// SplitScript(text).statements; an open quote or comment at the end is an error.
Result<std::vector<std::string>> SplitStatements(std::string_view text);

}  // namespace thalweg::sql
