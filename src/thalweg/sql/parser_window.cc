// OVER, the WINDOW clause, frames.

#include <algorithm>

#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/plan/spec/window.h"
#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

bool NamesColumn(const spec::Expression& expression) {
  if (expression.kind == spec::ExpressionKind::kAttribute) return true;
  return std::any_of(expression.children.begin(), expression.children.end(),
                     [](const spec::ExpressionPtr& child) { return NamesColumn(*child); });
}

}  // namespace

Result<spec::ExpressionPtr> Parser::ParseWindow(spec::ExpressionPtr call, int first) {
  spec::Expression window;
  window.kind = spec::ExpressionKind::kWindow;
  window.children = {std::move(call)};
  if (!AcceptSymbol("(")) {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseIdentifier());
    window.name = {std::move(name)};
    return Finish(std::move(window), first);
  }
  if (AtIdentifier() && AtSymbol(")", IdentifierLength(0))) {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseIdentifier());
    window.name = {std::move(name)};
  } else {
    ARROW_ASSIGN_OR_RAISE(auto definition, ParseWindowDefinition());
    window.window = std::make_shared<const spec::WindowDefinition>(std::move(definition));
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return Finish(std::move(window), first);
}

Result<spec::WindowDefinition> Parser::ParseWindowDefinition() {
  spec::WindowDefinition definition;
  const bool cluster = AtWord("CLUSTER") && AtWord("BY", 1);
  if (AtAnyWord({"PARTITION", "DISTRIBUTE", "CLUSTER"}) && AtWord("BY", 1)) {
    at_ += 2;
    ARROW_ASSIGN_OR_RAISE(definition.partition_by, ParseExpressionList());
    if (cluster) return definition;
  }
  if (AtAnyWord({"ORDER", "SORT"}) && AtWord("BY", 1)) {
    at_ += 2;
    ARROW_ASSIGN_OR_RAISE(definition.order_by, ParseSortOrders());
  }
  if (!AtAnyWord({"ROWS", "RANGE"})) return definition;
  spec::FrameDefinition frame;
  frame.rows = AtWord("ROWS");
  ++at_;
  const bool between = AcceptWord("BETWEEN");
  ARROW_ASSIGN_OR_RAISE(frame.lower, ParseFrameBound());
  if (between) {
    ARROW_RETURN_NOT_OK(ExpectWord("AND"));
    ARROW_ASSIGN_OR_RAISE(frame.upper, ParseFrameBound());
  }
  definition.frame = std::make_shared<const spec::FrameDefinition>(std::move(frame));
  return definition;
}

Result<spec::FrameBound> Parser::ParseFrameBound() {
  spec::FrameBound bound;
  if (AcceptWords({"CURRENT", "ROW"})) return bound;
  if (AtWord("UNBOUNDED") && AtAnyWord({"PRECEDING", "FOLLOWING"}, 1)) {
    bound.kind = AtWord("PRECEDING", 1) ? spec::FrameBoundKind::kUnboundedPreceding
                                        : spec::FrameBoundKind::kUnboundedFollowing;
    at_ += 2;
    return bound;
  }
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(bound.offset, ParseExpression());
  if (NamesColumn(*bound.offset)) {
    return MakeError("INVALID_SQL_SYNTAX.INVALID_WINDOW_FRAME_BOUND", {}, PositionFrom(first));
  }
  if (AcceptWord("PRECEDING")) {
    bound.kind = spec::FrameBoundKind::kPreceding;
    return bound;
  }
  ARROW_RETURN_NOT_OK(ExpectWord("FOLLOWING"));
  bound.kind = spec::FrameBoundKind::kFollowing;
  return bound;
}

Result<std::vector<spec::NamedWindow>> Parser::ParseNamedWindows() {
  const int first = index();
  ++at_;
  std::vector<spec::NamedWindow> windows;
  do {
    spec::NamedWindow window;
    ARROW_ASSIGN_OR_RAISE(window.name, ParseIdentifier());
    for (const spec::NamedWindow& other : windows) {
      if (ToLowerAscii(other.name) != ToLowerAscii(window.name)) continue;
      return MakeError("INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION",
                       {{"windowName", QuoteIdentifier(window.name)}}, PositionFrom(first));
    }
    ARROW_RETURN_NOT_OK(ExpectWord("AS"));
    if (AtIdentifier() && !AtSymbol("(")) {
      ARROW_ASSIGN_OR_RAISE(window.reference, ParseIdentifier());
    } else {
      ARROW_RETURN_NOT_OK(ExpectSymbol("("));
      if (AtIdentifier() && AtSymbol(")", IdentifierLength(0))) {
        ARROW_ASSIGN_OR_RAISE(window.reference, ParseIdentifier());
      } else {
        ARROW_ASSIGN_OR_RAISE(window.definition, ParseWindowDefinition());
      }
      ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    }
    windows.push_back(std::move(window));
  } while (AcceptSymbol(","));
  return windows;
}

Result<spec::RelationPtr> Parser::ParseWindowClause(spec::RelationPtr input, int first) {
  const bool follows = AtWord("WINDOW") && AtIdentifier(1) && AtWord("AS", 1 + IdentifierLength(1));
  if (!follows) return input;
  auto arguments = std::make_shared<spec::RelationArguments>();
  ARROW_ASSIGN_OR_RAISE(arguments->windows, ParseNamedWindows());
  spec::Relation named;
  named.kind = spec::RelationKind::kNamedWindows;
  named.input = std::move(input);
  named.arguments = std::move(arguments);
  return FinishRelation(std::move(named), first);
}

Result<spec::RelationPtr> Parser::ParseQualify(spec::RelationPtr input, int first) {
  if (!AcceptWord("QUALIFY")) return input;
  spec::Relation qualify;
  qualify.kind = spec::RelationKind::kQualify;
  qualify.input = std::move(input);
  ARROW_ASSIGN_OR_RAISE(qualify.condition, ParseExpression());
  return FinishRelation(std::move(qualify), first);
}

}  // namespace thalweg::sql
