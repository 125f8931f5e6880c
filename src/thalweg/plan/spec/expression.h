#pragma once

// Unresolved expressions: what a user wrote, from SQL text, the C++ API or a client's plan. One
// tagged struct: printable, comparable, cheap to share. Immutable once made.

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"
#include "thalweg/types/data_types.h"

namespace thalweg::plan::spec {

struct Expression;
class ExternalScalar;     // external.h
struct Relation;          // relation.h
struct WindowDefinition;  // window.h
using ExpressionPtr = std::shared_ptr<const Expression>;

enum class ExpressionKind {
  kLiteral,    // literal
  kAttribute,  // name = parts of a.b.c
  kStar,       // name = qualifier parts, empty for plain *; count(*) is a function of one kStar
  kFunction,   // name.back() = function name; children = arguments; distinct; filter. Operators
               // are functions by symbol: + - * / % div = == <=> <> != < <= > >= & | ^ ~ || !
  // (unary minus "negative", unary plus "positive"), and, or, not, in (value, list...),
  // like/ilike/rlike (value, pattern[, escape literal]), between (value, low, high),
  // isnull, isnotnull, isnan, "is distinct from" as not(<=>), POSITION(a IN b) as
  // locate(a, b), extract (field literal, source). TRIM(BOTH x FROM s) is trim(x, s),
  // LEADING and TRAILING are ltrim(x, s) and rtrim(x, s). (a, b) and STRUCT(a, b AS n)
  // are "struct", its children may be kAlias. IS [NOT] TRUE is [not] <=> true. LIKE
  // ANY/ALL become or/and of likes. dateadd(unit, n, t) is timestampadd('UNIT', n, t),
  // datediff(unit, a, b) timestampdiff('UNIT', a, b). f(x) IGNORE NULLS is f(x, true), but for
  // lead, lag and nth_value, where it is ignore_nulls.
  // || is "||". CURRENT_DATE, CURRENT_TIMESTAMP, LOCALTIMESTAMP... without () have no
  // children.
  kAlias,      // children[0] AS name.back(); several names for a generator
  kCast,       // children[0] to `type`; try_cast
  kCase,       // children = [when, then]..., else? ; has_else. The simple form is rewritten to "="
  kSubscript,  // children[0] [ children[1] ]
  kField,      // children[0] . name.back()
  kInterval,   // INTERVAL unit forms that need evaluation: folded by the parser into kLiteral when
               // all parts are literals; else children = value, name.back() = unit
  kLambda,     // names of the parameters in `name`, body = children[0]
  kWindow,    // f OVER (...): children[0] is the call; window, or name.back() = the WINDOW clause's
  kSubquery,  // name.back() = "scalar", "in" (children = the values) or "exists"; relation
  kExternal,  // call of a program's function: external; children = arguments, kAlias: by name
};

struct SortOrder {
  ExpressionPtr expression;
  bool descending = false;
  /// Default: nulls first ascending, last descending.
  bool nulls_first = true;
};

struct Expression {
  ExpressionKind kind = ExpressionKind::kLiteral;
  std::vector<std::string> name;
  std::vector<ExpressionPtr> children;
  std::shared_ptr<arrow::Scalar> literal;
  TypePtr type;
  bool try_cast = false;
  bool assigns = false;  // a cast by ANSI rules whatever the mode of the session is
  bool has_else = false;
  bool distinct = false;                           // aggregate call with DISTINCT
  bool ignore_nulls = false;                       // lead, lag, nth_value
  ExpressionPtr filter;                            // aggregate call with FILTER (WHERE ...)
  std::shared_ptr<const WindowDefinition> window;  // kWindow; null: a named one
  std::shared_ptr<const Relation> relation;        // kSubquery
  std::shared_ptr<const ExternalScalar> external;  // kExternal
  SqlPosition position;                            // line 0: not from SQL text
  /// The SQL fragment as written, for error texts; empty if not from SQL.
  std::string text;
};

ExpressionPtr MakeLiteral(std::shared_ptr<arrow::Scalar> value);
ExpressionPtr MakeAttribute(std::vector<std::string> name);
ExpressionPtr MakeStar(std::vector<std::string> qualifier = {});
ExpressionPtr MakeFunction(std::string name, std::vector<ExpressionPtr> arguments);
ExpressionPtr MakeAlias(ExpressionPtr child, std::string name);
ExpressionPtr MakeCast(ExpressionPtr child, TypePtr type, bool try_cast = false);
/// The cast of what is assigned to a variable or a partition: what does not fit is an error without
/// `spark.sql.ansi.enabled`, too.
ExpressionPtr MakeAssignment(ExpressionPtr child, TypePtr type);

/// SQL-like text that parses back to the same tree.
std::string ToString(const Expression& expression);

}  // namespace thalweg::plan::spec
