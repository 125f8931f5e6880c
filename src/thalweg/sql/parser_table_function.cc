// Calls of functions in FROM, with named arguments and whole tables among them.

#include "thalweg/plan/spec/named_argument.h"
#include "thalweg/plan/spec/table_argument.h"
#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

Status NeedsParentheses(const char* clause, SqlPosition position) {
  return MakeError("INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_TABLE_ARGUMENT_PARTITIONING",
                   {{"clause", clause}}, std::move(position));
}

}  // namespace

Result<spec::RelationPtr> Parser::ParseTableFunction() {
  const int first = index();
  spec::Expression call;
  call.kind = spec::ExpressionKind::kFunction;
  ARROW_ASSIGN_OR_RAISE(call.name, ParseIdentifierReference());
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  if (!AcceptSymbol(")")) {
    do {
      ARROW_ASSIGN_OR_RAISE(auto argument, ParseTableFunctionArgument());
      call.children.push_back(std::move(argument));
    } while (AcceptSymbol(","));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  spec::Relation function;
  function.kind = spec::RelationKind::kTableFunction;
  function.expressions = {Finish(std::move(call), first)};
  return ParseRelationSuffix(FinishRelation(std::move(function), first), first,
                             /*may_sample=*/false);
}

Result<spec::ExpressionPtr> Parser::ParseTableFunctionArgument() {
  std::string name;
  if (AtIdentifier() && AtSymbol("=>", 1)) {
    ARROW_ASSIGN_OR_RAISE(name, ParsePlainIdentifier());
    ++at_;
  }
  const bool table = AtWord("TABLE") && (AtSymbol("(", 1) || AtIdentifier(1));
  ARROW_ASSIGN_OR_RAISE(auto value, table ? ParseTableArgument() : ParseExpression());
  return name.empty() ? value : spec::MakeNamedArgument(std::move(name), std::move(value));
}

Result<spec::ExpressionPtr> Parser::ParseTableArgument() {
  const NestingGuard guard(this);
  if (guard.too_deep()) return TooComplex();
  const int first = index();
  ++at_;
  if (!AcceptSymbol("(")) {
    const int name_first = index();
    ARROW_RETURN_NOT_OK(ParseMultipartIdentifier().status());
    return MakeError(
        "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_IDENTIFIER_ARGUMENT_MISSING_PARENTHESES",
        {{"argumentName", QuoteIdentifier(TextFrom(name_first))}}, PositionFrom(first));
  }
  spec::TableArgument argument;
  if (StartsQuery()) {
    ARROW_ASSIGN_OR_RAISE(argument.relation, ParseQuery());
  } else {
    const int table_first = index();
    spec::Relation table;
    ARROW_ASSIGN_OR_RAISE(table.table_name, ParseIdentifierReference());
    argument.relation = FinishRelation(std::move(table), table_first);
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  ARROW_RETURN_NOT_OK(ParseTablePartitioning(&argument));
  return spec::MakeTableArgument(std::move(argument));
}

Status Parser::ParseTablePartitioning(spec::TableArgument* argument) {
  const int first = index();
  if (AtWord("WITH") && AtWord("SINGLE", 1) && AtWord("PARTITION", 2)) {
    at_ += 3;
    argument->single_partition = true;
  } else if (AtAnyWord({"PARTITION", "DISTRIBUTE"}) && AtWord("BY", 1)) {
    at_ += 2;
    // "(a, b)" is a list, "(a) + b" an expression.
    ARROW_ASSIGN_OR_RAISE(auto key, ParseExpression());
    const bool list = key->kind == spec::ExpressionKind::kFunction &&
                      key->name.back() == "struct" && key->text.starts_with("(");
    argument->partition_by = list ? key->children : std::vector<spec::ExpressionPtr>{key};
    if (AtSymbol(",") && !list && !AtSymbol("=>", 2)) {
      return NeedsParentheses("PARTITION BY", PositionFrom(first));
    }
  }
  const bool partitions = argument->single_partition || !argument->partition_by.empty();
  if (!partitions || !AtAnyWord({"ORDER", "SORT"}) || !AtWord("BY", 1)) return Status::OK();
  at_ += 2;
  const int close = AtSymbol("(") ? Peek().match : -1;
  const bool list =
      close >= 0 && (tokens_[close + 1].text == ")" || tokens_[close + 1].text == ",");
  if (list) {
    ++at_;
    ARROW_ASSIGN_OR_RAISE(argument->order_by, ParseSortOrders());
    return ExpectSymbol(")");
  }
  ARROW_ASSIGN_OR_RAISE(auto order, ParseSortOrder());
  argument->order_by.push_back(std::move(order));
  if (AtSymbol(",") && !AtSymbol("=>", 2)) {
    return NeedsParentheses("ORDER BY", PositionFrom(first));
  }
  return Status::OK();
}

}  // namespace thalweg::sql
