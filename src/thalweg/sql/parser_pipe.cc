// Pipe operators: query |> WHERE ... |> AGGREGATE ...

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

/// `query` as what an operator reads: only its columns are in sight, not its clauses.
spec::RelationPtr Isolated(spec::RelationPtr query) {
  switch (query->kind) {
    case spec::RelationKind::kProject:
    case spec::RelationKind::kAggregate:
    case spec::RelationKind::kFilter:
    case spec::RelationKind::kQualify:
    case spec::RelationKind::kNamedWindows:
    case spec::RelationKind::kHint: {
      spec::Relation out;
      out.kind = spec::RelationKind::kWith;
      out.input = std::move(query);
      return std::make_shared<const spec::Relation>(std::move(out));
    }
    default:
      return query;
  }
}

/// Notes in a relation that it stands for the pipe operator `word`.
std::shared_ptr<const spec::RelationArguments> PipeOperator(const char* word) {
  auto arguments = std::make_shared<spec::RelationArguments>();
  arguments->pipe_operator = word;
  return arguments;
}

}  // namespace

Result<spec::RelationPtr> Parser::ParsePipes(spec::RelationPtr left, int first) {
  int chain = 0;
  while (AcceptSymbol("|>")) {
    if (++chain > kMaxNesting) return TooComplex();
    ARROW_ASSIGN_OR_RAISE(left, ParsePipe(Isolated(std::move(left)), first));
    if (AtWord("WINDOW") && AtIdentifier(1) && AtWord("AS", 1 + IdentifierLength(1)))
      return SyntaxError();
  }
  return left;
}

Result<spec::RelationPtr> Parser::ParsePipe(spec::RelationPtr left, int first) {
  if (AtWord("SELECT")) {
    ARROW_ASSIGN_OR_RAISE(auto out, ParseSelect(std::move(left)));
    return ParseWindowClause(std::move(out), first);
  }
  if (AcceptWord("EXTEND")) return ParsePipeExtend(std::move(left), first);
  if (AcceptWord("SET")) return ParsePipeSet(std::move(left), first);
  if (AcceptWord("DROP")) return ParsePipeDrop(std::move(left), first);
  if (AcceptWord("AGGREGATE")) return ParsePipeAggregate(std::move(left), first);
  if (AcceptWord("AS")) {
    spec::Relation alias;
    alias.kind = spec::RelationKind::kAlias;
    alias.input = std::move(left);
    ARROW_ASSIGN_OR_RAISE(alias.alias, ParseIdentifier());
    return FinishRelation(std::move(alias), first);
  }
  if (AcceptWord("WHERE")) {
    spec::Relation filter;
    filter.kind = spec::RelationKind::kFilter;
    filter.input = std::move(left);
    ARROW_ASSIGN_OR_RAISE(filter.condition, ParseExpression());
    return FinishRelation(std::move(filter), first);
  }
  if (AtWord("TABLESAMPLE")) return ParseSample(std::move(left), first);
  if (AtAnyWord({"UNION", "EXCEPT", "MINUS", "INTERSECT"})) {
    return ParseSetOperation(std::move(left), first);
  }
  if (AtAnyWord({"PIVOT", "UNPIVOT", "JOIN", "CROSS", "INNER", "LEFT", "RIGHT", "FULL", "SEMI",
                 "ANTI", "NATURAL"})) {
    return ParseJoins(std::move(left), first);
  }
  return ParsePipeOrganization(std::move(left), first);
}

// ORDER BY and its like, one at a time; an operator may also be empty.
Result<spec::RelationPtr> Parser::ParsePipeOrganization(spec::RelationPtr left, int first) {
  if (AtWord("WINDOW")) {
    return MakeError("UNSUPPORTED_FEATURE.CLAUSE_WITH_PIPE_OPERATORS",
                     {{"clauses", "the WINDOW clause"}}, PositionFrom(index()));
  }
  const int start = index();
  int clauses = 0;
  bool limited = false;
  for (int ahead = index(); tokens_[ahead].kind != TokenKind::kEnd; ++ahead) {
    const Token& token = tokens_[ahead];
    if (token.kind == TokenKind::kSymbol &&
        (token.text == "|>" || token.text == ")" || token.text == ";")) {
      break;
    }
    if (token.kind == TokenKind::kSymbol && token.text == "(" && token.match > ahead) {
      ahead = token.match;
      continue;
    }
    if (token.kind != TokenKind::kWord) continue;
    const bool by = tokens_[ahead + 1].kind == TokenKind::kWord && tokens_[ahead + 1].upper == "BY";
    const bool sorts = by && (token.upper == "ORDER" || token.upper == "SORT" ||
                              token.upper == "CLUSTER" || token.upper == "DISTRIBUTE");
    const bool limits = token.upper == "LIMIT" || token.upper == "OFFSET";
    if (sorts || (limits && !limited)) ++clauses;
    limited = limited || limits;
  }
  if (clauses > 1) {
    return MakeError("MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS",
                     {{"clause1", tokens_[start].upper}, {"clause2", "LIMIT"}},
                     PositionFrom(start));
  }
  return ParseOrganization(std::move(left), first);
}

Result<spec::RelationPtr> Parser::ParsePipeExtend(spec::RelationPtr left, int first) {
  spec::Relation project;
  project.kind = spec::RelationKind::kProject;
  project.input = std::move(left);
  project.arguments = PipeOperator("EXTEND");
  project.expressions = {spec::MakeStar()};
  do {
    ARROW_ASSIGN_OR_RAISE(auto item, ParseNamedExpression());
    if (item->kind == spec::ExpressionKind::kStar) {
      return MakeError("INVALID_USAGE_OF_STAR_OR_REGEX",
                       {{"elem", "'*'"}, {"prettyName", "the pipe operator EXTEND"}},
                       item->position);
    }
    project.expressions.push_back(std::move(item));
  } while (AcceptSymbol(","));
  return FinishRelation(std::move(project), first);
}

// Each assignment sees what the ones before it have set.
Result<spec::RelationPtr> Parser::ParsePipeSet(spec::RelationPtr left, int first) {
  do {
    const int start = index();
    ARROW_ASSIGN_OR_RAISE(const auto name, ParseMultipartIdentifier());
    if (name.size() > 1) {
      return MakeError("_LEGACY_ERROR_TEMP_0035",
                       {{"message", "a name of several parts in the pipe operator SET"}},
                       PositionFrom(start));
    }
    ARROW_RETURN_NOT_OK(ExpectSymbol("="));
    ARROW_ASSIGN_OR_RAISE(auto value, ParseExpression());
    spec::Relation set;
    set.kind = spec::RelationKind::kWithColumns;
    set.input = std::move(left);
    set.arguments = PipeOperator("SET");
    set.expressions = {spec::MakeAlias(std::move(value), name[0])};
    left = FinishRelation(std::move(set), first);
  } while (AcceptSymbol(","));
  return left;
}

Result<spec::RelationPtr> Parser::ParsePipeDrop(spec::RelationPtr left, int first) {
  spec::Relation project;
  project.kind = spec::RelationKind::kProject;
  project.input = std::move(left);
  spec::Expression star;
  star.kind = spec::ExpressionKind::kStar;
  const int start = index();
  do {
    const int name_start = index();
    spec::Expression column;
    column.kind = spec::ExpressionKind::kAttribute;
    ARROW_ASSIGN_OR_RAISE(column.name, ParseMultipartIdentifier());
    star.children.push_back(Finish(std::move(column), name_start));
  } while (AcceptSymbol(","));
  project.expressions = {Finish(std::move(star), start)};
  return FinishRelation(std::move(project), first);
}

Result<spec::RelationPtr> Parser::ParsePipeAggregate(spec::RelationPtr left, int first) {
  const int start = index();
  const auto unsupported = [&](const std::string& what) {
    return MakeError("UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE",
                     {{"case", what}}, PositionFrom(start));
  };
  std::vector<spec::ExpressionPtr> items;
  const bool has_items = !AtEnd() && !AtSymbol(";") && !AtSymbol(")") && !AtSymbol("|>") &&
                         !(AtWord("GROUP") && AtWord("BY", 1));
  if (has_items) {
    do {
      ARROW_ASSIGN_OR_RAISE(auto item, ParseNamedExpression());
      items.push_back(std::move(item));
    } while (AcceptSymbol(","));
  }
  ARROW_ASSIGN_OR_RAISE(const Grouping grouping, ParseGroupBy());
  if (!has_items && !grouping.present) {
    return MakeError(
        "_LEGACY_ERROR_TEMP_0035",
        {{"message", "the pipe operator AGGREGATE with neither functions nor GROUP BY"}},
        PositionFrom(start));
  }
  if (grouping.kind != spec::GroupingKind::kPlain) return unsupported("GROUPING SETS and its like");
  spec::Relation aggregate;
  aggregate.kind = spec::RelationKind::kAggregate;
  aggregate.input = std::move(left);
  aggregate.arguments = PipeOperator("AGGREGATE");
  for (const spec::ExpressionPtr& item : grouping.expressions) {
    const bool aliased = item->kind == spec::ExpressionKind::kAlias;
    const spec::ExpressionPtr& key = aliased ? item->children[0] : item;
    const bool all = key->kind == spec::ExpressionKind::kAttribute && key->name.size() == 1 &&
                     ToLowerAscii(key->name[0]) == "all";
    if (all && grouping.expressions.size() == 1) return unsupported("GROUP BY ALL");
    aggregate.expressions.push_back(key);
    aggregate.outputs.push_back(item);
  }
  aggregate.outputs.insert(aggregate.outputs.end(), items.begin(), items.end());
  return FinishRelation(std::move(aggregate), first);
}

}  // namespace thalweg::sql
