// SELECT and what combines queries: WITH, set operations, ORDER BY, LIMIT, GROUP BY.

#include <set>

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::sql {
namespace {

using GroupingSets = std::vector<std::vector<spec::ExpressionPtr>>;

constexpr spec::GroupingKind kSets = spec::GroupingKind::kGroupingSets;
constexpr size_t kMaxGroupingItems = 16;  // 65,536 sets of a CUBE

/// All prefixes of `items` (ROLLUP) or all subsets (CUBE), the whole list first.
GroupingSets ExpandedSets(spec::GroupingKind kind, const GroupingSets& items) {
  GroupingSets sets;
  const size_t count = items.size();
  const bool rollup = kind == spec::GroupingKind::kRollup;
  const size_t num_sets = rollup ? count + 1 : size_t{1} << count;
  for (size_t number = 0; number < num_sets; ++number) {
    std::vector<spec::ExpressionPtr> set;
    for (size_t i = 0; i < count; ++i) {
      const bool in = rollup ? i + number < count : ((number >> (count - 1 - i)) & 1) == 0;
      if (in) set.insert(set.end(), items[i].begin(), items[i].end());
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

/// Every set of `left` joined with every set of `right`.
GroupingSets CrossedSets(const GroupingSets& left, const GroupingSets& right) {
  GroupingSets sets;
  for (const auto& first : left) {
    for (const auto& second : right) {
      sets.push_back(first);
      sets.back().insert(sets.back().end(), second.begin(), second.end());
    }
  }
  return sets;
}

}  // namespace

bool Parser::StartsQueryWord(int ahead) const {
  if (AtWord("SELECT", ahead)) {
    return !AtSymbol(")", ahead + 1) && !AtSymbol(",", ahead + 1) && !AtSymbol(".", ahead + 1) &&
           !AtSymbol("=", ahead + 1) && !AtWord("IN", ahead + 1) && !AtWord("IS", ahead + 1);
  }
  if (AtWord("WITH", ahead)) {
    return AtIdentifier(ahead + 1) &&
           (AtWord("AS", ahead + 2) || AtSymbol("(", ahead + 2) || AtWord("RECURSIVE", ahead + 1));
  }
  if (AtWord("VALUES", ahead)) {
    const TokenKind next = Peek(ahead + 1).kind;
    return AtSymbol("(", ahead + 1) || next == TokenKind::kNumber || next == TokenKind::kString ||
           next == TokenKind::kWord;
  }
  return AtAnyWord({"FROM", "TABLE"}, ahead) && AtIdentifier(ahead + 1);
}

bool Parser::StartsQuery(int ahead) const {
  int inner = ahead;
  while (AtSymbol("(", inner)) {
    if (++inner - ahead > kMaxNesting) return false;
  }
  if (!StartsQueryWord(inner)) return false;
  // "((SELECT 1) + 1)" is no query: what follows each inner parenthesis decides.
  for (int open = ahead; open < inner; ++open) {
    const int close = Peek(open).match;
    if (close < 0) continue;  // the missing parenthesis is reported where it should be
    const int after = close - at_ + 1;
    if (!AtSymbol(")", after) && !AtSymbol(";", after) && !AtSymbol("|>", after) &&
        Peek(after).kind != TokenKind::kEnd &&
        !AtAnyWord({"UNION", "EXCEPT", "MINUS", "INTERSECT", "ORDER", "SORT", "CLUSTER",
                    "DISTRIBUTE", "LIMIT", "OFFSET"},
                   after)) {
      return false;
    }
  }
  return true;
}

Result<spec::RelationPtr> Parser::ParseQuery() {
  const NestingGuard guard(this);
  if (guard.too_deep()) return TooComplex();
  if (AtWord("WITH") && AtIdentifier(1)) return ParseWith();
  return ParseQueryWithoutWith();
}

Result<spec::RelationPtr> Parser::ParseQueryWithoutWith() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto query, ParseSetOperations());
  return ParseOrganization(std::move(query), first);
}

Result<spec::Relation> Parser::ParseDefinitions() {
  const int first = index();
  ++at_;
  if (AtWord("RECURSIVE") && AtIdentifier(1)) return Unsupported("WITH RECURSIVE");
  spec::Relation with;
  with.kind = spec::RelationKind::kWith;
  std::set<std::string> seen;
  do {
    const int definition_first = index();
    ARROW_ASSIGN_OR_RAISE(auto name, ParseCapturedIdentifier());
    if (!seen.insert(ToLowerAscii(name)).second) {
      return MakeError("DUPLICATED_CTE_NAMES", {{"duplicateNames", QuoteIdentifier(name)}},
                       PositionFrom(first));
    }
    spec::Relation alias;
    alias.kind = spec::RelationKind::kAlias;
    alias.alias = name;
    if (AtSymbol("(") && !StartsQuery(1)) {
      ARROW_ASSIGN_OR_RAISE(alias.column_names, ParseIdentifierList());
    }
    AcceptWord("AS");
    ARROW_RETURN_NOT_OK(ExpectSymbol("("));
    ARROW_ASSIGN_OR_RAISE(alias.input, ParseQuery());
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    with.definitions.emplace_back(std::move(name),
                                  FinishRelation(std::move(alias), definition_first));
  } while (AcceptSymbol(","));
  return with;
}

Result<spec::RelationPtr> Parser::ParseWith() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(spec::Relation with, ParseDefinitions());
  ARROW_ASSIGN_OR_RAISE(with.input, ParseQueryWithoutWith());
  return FinishRelation(std::move(with), first);
}

Result<spec::RelationPtr> Parser::ParseSetOperations() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto left, ParseIntersections());
  int chain = 0;
  while (AtAnyWord({"UNION", "EXCEPT", "MINUS"})) {
    if (++chain > kMaxNesting) return TooComplex();
    ARROW_ASSIGN_OR_RAISE(left, ParseSetOperation(std::move(left), first));
  }
  return AtSymbol("|>") ? ParsePipes(std::move(left), first) : left;
}

Result<spec::RelationPtr> Parser::ParseIntersections() {
  const int first = index();
  ARROW_ASSIGN_OR_RAISE(auto left, ParseQueryPrimary());
  int chain = 0;
  while (AtWord("INTERSECT")) {
    if (++chain > kMaxNesting) return TooComplex();
    ARROW_ASSIGN_OR_RAISE(left, ParseSetOperation(std::move(left), first));
  }
  return left;
}

Result<spec::RelationPtr> Parser::ParseSetOperation(spec::RelationPtr left, int first) {
  spec::Relation out;
  out.kind = spec::RelationKind::kSetOperation;
  out.set_operation = AtWord("UNION")       ? spec::SetOperation::kUnion
                      : AtWord("INTERSECT") ? spec::SetOperation::kIntersect
                                            : spec::SetOperation::kExcept;
  ++at_;
  if (AcceptWord("ALL")) {
    out.all = true;
  } else {
    AcceptWord("DISTINCT");
  }
  out.input = std::move(left);
  if (out.set_operation == spec::SetOperation::kIntersect) {
    ARROW_ASSIGN_OR_RAISE(out.right, ParseQueryPrimary());
  } else {
    ARROW_ASSIGN_OR_RAISE(out.right, ParseIntersections());
  }
  return FinishRelation(std::move(out), first);
}

Result<spec::RelationPtr> Parser::ParseQueryPrimary() {
  if (AcceptSymbol("(")) {
    ARROW_ASSIGN_OR_RAISE(auto query, ParseQuery());
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    return query;
  }
  if (AtWord("SELECT")) return ParseSelect(nullptr);
  if (AtWord("VALUES")) return ParseInlineTable();
  if (AcceptWord("TABLE")) {
    const int first = index();
    spec::Relation table;
    ARROW_ASSIGN_OR_RAISE(table.table_name, ParseIdentifierReference());
    return FinishRelation(std::move(table), first);
  }
  if (AtAnyWord({"MAP", "REDUCE"}) && !AtSymbol("(", 1)) return Unsupported("TRANSFORM scripts");
  if (!AcceptWord("FROM")) return SyntaxError();
  ARROW_ASSIGN_OR_RAISE(auto from, ParseFrom());
  if (AtSymbol("|>")) return from;
  if (!AtWord("SELECT")) {
    const int first = index();
    spec::Relation all;
    all.kind = spec::RelationKind::kProject;
    all.input = std::move(from);
    all.expressions = {spec::MakeStar()};
    return FinishRelation(std::move(all), first);
  }
  return ParseSelect(std::move(from));
}

Result<spec::RelationPtr> Parser::ParseOrganization(spec::RelationPtr input, int first) {
  if (AtWord("ORDER") && AtWord("BY", 1)) {
    at_ += 2;
    spec::Relation sort;
    sort.kind = spec::RelationKind::kSort;
    sort.input = std::move(input);
    ARROW_ASSIGN_OR_RAISE(sort.order, ParseSortOrders());
    input = FinishRelation(std::move(sort), first);
  }
  ARROW_ASSIGN_OR_RAISE(input, ParsePartitioning(std::move(input), first));
  ARROW_ASSIGN_OR_RAISE(input, ParseWindowClause(std::move(input), first));
  spec::Relation limit;
  if (AcceptWord("LIMIT") && !AcceptWord("ALL")) {
    limit.kind = spec::RelationKind::kLimit;
    ARROW_ASSIGN_OR_RAISE(limit.condition, ParseExpression());
  }
  if (AcceptWord("OFFSET")) {
    spec::Relation offset;
    offset.kind = spec::RelationKind::kOffset;
    offset.input = std::move(input);
    ARROW_ASSIGN_OR_RAISE(offset.condition, ParseExpression());
    input = FinishRelation(std::move(offset), first);
  }
  if (!limit.condition) return input;
  limit.input = std::move(input);
  return FinishRelation(std::move(limit), first);
}

// DISTRIBUTE BY, SORT BY and CLUSTER BY.
Result<spec::RelationPtr> Parser::ParsePartitioning(spec::RelationPtr input, int first) {
  const bool cluster = AtWord("CLUSTER") && AtWord("BY", 1);
  spec::Relation sort;
  sort.kind = spec::RelationKind::kSort;
  sort.all = true;
  if (cluster || (AtWord("DISTRIBUTE") && AtWord("BY", 1))) {
    at_ += 2;
    spec::Relation repartition;
    repartition.kind = spec::RelationKind::kRepartition;
    repartition.input = std::move(input);
    ARROW_ASSIGN_OR_RAISE(repartition.expressions, ParseExpressionList());
    if (cluster) {
      for (const spec::ExpressionPtr& key : repartition.expressions) sort.order.push_back({key});
    }
    input = FinishRelation(std::move(repartition), first);
  }
  if (!cluster && AtWord("SORT") && AtWord("BY", 1)) {
    at_ += 2;
    ARROW_ASSIGN_OR_RAISE(sort.order, ParseSortOrders());
  }
  if (sort.order.empty()) return input;
  sort.input = std::move(input);
  return FinishRelation(std::move(sort), first);
}

Result<std::vector<spec::SortOrder>> Parser::ParseSortOrders() {
  std::vector<spec::SortOrder> orders;
  do {
    ARROW_ASSIGN_OR_RAISE(auto order, ParseSortOrder());
    orders.push_back(std::move(order));
  } while (AcceptSymbol(","));
  return orders;
}

Result<spec::SortOrder> Parser::ParseSortOrder() {
  spec::SortOrder order;
  ARROW_ASSIGN_OR_RAISE(order.expression, ParseExpression());
  if (AcceptWord("DESC")) {
    order.descending = true;
  } else {
    AcceptWord("ASC");
  }
  order.nulls_first = !order.descending;
  if (AcceptWord("NULLS")) {
    if (AcceptWord("FIRST")) {
      order.nulls_first = true;
    } else {
      ARROW_RETURN_NOT_OK(ExpectWord("LAST"));
      order.nulls_first = false;
    }
  }
  return order;
}

Result<std::vector<spec::Relation>> Parser::ParseHints() {
  std::vector<spec::Relation> hints;
  while (Peek().kind == TokenKind::kHintStart) {
    ++at_;
    while (Peek().kind != TokenKind::kHintEnd) {
      if (AtEnd()) return SyntaxError(": missing '*/'");
      if (AcceptSymbol(",")) continue;
      spec::Relation hint;
      hint.kind = spec::RelationKind::kHint;
      ARROW_ASSIGN_OR_RAISE(hint.alias, ParsePlainIdentifier());
      if (AcceptSymbol("(") && !AcceptSymbol(")")) {
        do {
          ARROW_ASSIGN_OR_RAISE(auto parameter, ParseUnary());
          hint.expressions.push_back(std::move(parameter));
        } while (AcceptSymbol(","));
        ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
      }
      hints.push_back(std::move(hint));
    }
    ++at_;
  }
  return hints;
}

Result<spec::RelationPtr> Parser::ParseSelect(spec::RelationPtr from) {
  const int first = index();
  ++at_;
  ARROW_ASSIGN_OR_RAISE(std::vector<spec::Relation> hints, ParseHints());
  if (AtWord("TRANSFORM") && AtSymbol("(", 1) && Peek(1).match >= 0 &&
      tokens_[Peek(1).match + 1].upper == "USING") {
    return Unsupported("TRANSFORM scripts");
  }
  const bool quantified = !AtSymbol(",", 1) && !AtSymbol(")", 1) && !AtSymbol(".", 1) &&
                          !AtWord("FROM", 1) && Peek(1).kind != TokenKind::kEnd;
  const bool distinct = quantified && AcceptWord("DISTINCT");
  if (quantified && !distinct) AcceptWord("ALL");
  std::vector<spec::ExpressionPtr> list;
  do {
    ARROW_ASSIGN_OR_RAISE(auto item, ParseNamedExpression());
    list.push_back(std::move(item));
  } while (AcceptSymbol(","));
  if (!from && AcceptWord("FROM")) {
    ARROW_ASSIGN_OR_RAISE(from, ParseFrom());
  }
  while (AtWord("LATERAL") && AtWord("VIEW", 1)) {
    ARROW_ASSIGN_OR_RAISE(from, ParseLateralView(std::move(from)));
  }
  if (AcceptWord("WHERE")) {
    spec::Relation filter;
    filter.kind = spec::RelationKind::kFilter;
    filter.input = std::move(from);
    ARROW_ASSIGN_OR_RAISE(filter.condition, ParseExpression());
    from = FinishRelation(std::move(filter), first);
  }
  ARROW_ASSIGN_OR_RAISE(auto out, ParseSelectList(std::move(from), std::move(list), first));
  ARROW_ASSIGN_OR_RAISE(out, ParseQualify(std::move(out), first));
  ARROW_ASSIGN_OR_RAISE(out, ParseWindowClause(std::move(out), first));
  if (distinct) {
    spec::Relation unique;
    unique.kind = spec::RelationKind::kDistinct;
    unique.input = std::move(out);
    out = FinishRelation(std::move(unique), first);
  }
  for (spec::Relation& hint : hints) {
    hint.input = std::move(out);
    out = FinishRelation(std::move(hint), first);
  }
  return out;
}

Result<spec::RelationPtr> Parser::ParseSelectList(spec::RelationPtr input,
                                                  std::vector<spec::ExpressionPtr> list,
                                                  int first) {
  ARROW_ASSIGN_OR_RAISE(auto grouping, ParseGroupBy());
  const bool having = AcceptWord("HAVING");
  spec::Relation out;
  out.input = std::move(input);
  if (grouping.present || having) {
    out.kind = spec::RelationKind::kAggregate;
    out.expressions = std::move(grouping.expressions);
    out.grouping_kind = grouping.kind;
    out.rows = std::move(grouping.sets);
    out.outputs = std::move(list);
  } else {
    out.kind = spec::RelationKind::kProject;
    out.expressions = std::move(list);
  }
  auto result = FinishRelation(std::move(out), first);
  if (!having) return result;
  spec::Relation filter;
  filter.kind = spec::RelationKind::kFilter;
  filter.input = std::move(result);
  ARROW_ASSIGN_OR_RAISE(filter.condition, ParseExpression());
  return FinishRelation(std::move(filter), first);
}

Result<Parser::Grouping> Parser::ParseGroupBy() {
  Grouping grouping;
  if (!AcceptWords({"GROUP", "BY"})) return grouping;
  grouping.present = true;
  bool analytics = false;
  size_t count = 0;
  GroupingSets product = {{}};
  do {
    Grouping item;
    ARROW_RETURN_NOT_OK(ParseGroupingSets(&item));
    analytics = analytics || item.present;
    if (!item.present) {
      ARROW_ASSIGN_OR_RAISE(auto expression, ParseNamedExpression());
      item.expressions = {expression};
      item.sets = {{expression}};
    }
    if (count++ == 0) grouping.kind = item.kind;
    grouping.expressions.insert(grouping.expressions.end(), item.expressions.begin(),
                                item.expressions.end());
    product = CrossedSets(product, item.sets);
  } while (AcceptSymbol(","));
  if (analytics) {
    // ROLLUP (a, b) alone stays what it is.
    GroupingSets items;
    for (const auto& expression : grouping.expressions) items.push_back({expression});
    const bool alone = count == 1 && grouping.kind != kSets &&
                       product.size() == ExpandedSets(grouping.kind, items).size();
    if (!alone) {
      grouping.kind = kSets;
      grouping.sets = std::move(product);
    }
    return grouping;
  }
  if (AcceptWords({"WITH", "ROLLUP"})) grouping.kind = spec::GroupingKind::kRollup;
  if (AcceptWords({"WITH", "CUBE"})) grouping.kind = spec::GroupingKind::kCube;
  Grouping sets;
  if (AtWord("GROUPING")) ARROW_RETURN_NOT_OK(ParseGroupingSets(&sets));
  if (sets.present) {
    grouping.kind = kSets;
    grouping.sets = std::move(sets.sets);
  }
  return grouping;
}

// Leaves `grouping` as it is where no ROLLUP, CUBE or GROUPING SETS begins.
Status Parser::ParseGroupingSets(Grouping* grouping) {
  const bool sets = AtWord("GROUPING") && AtWord("SETS", 1);
  const bool expanded = AtAnyWord({"ROLLUP", "CUBE"}) && AtSymbol("(", 1) && !AtSymbol(")", 2);
  if (!sets && !expanded) return Status::OK();
  grouping->present = true;
  grouping->kind = sets             ? kSets
                   : AtWord("CUBE") ? spec::GroupingKind::kCube
                                    : spec::GroupingKind::kRollup;
  at_ += sets ? 2 : 1;
  GroupingSets items;
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    Grouping inner;
    if (sets) ARROW_RETURN_NOT_OK(ParseGroupingSets(&inner));
    if (inner.present) {
      items.insert(items.end(), inner.sets.begin(), inner.sets.end());
      grouping->expressions.insert(grouping->expressions.end(), inner.expressions.begin(),
                                   inner.expressions.end());
      continue;
    }
    std::vector<spec::ExpressionPtr> item;
    if (AtSymbol("(") && AtSymbol(")", 1)) {
      at_ += 2;
    } else {
      ARROW_ASSIGN_OR_RAISE(auto element, ParseExpression());
      // "(a, b)" reads as a row constructor.
      const bool row = element->kind == spec::ExpressionKind::kFunction &&
                       element->name.back() == "struct" && element->text.starts_with('(');
      item = row ? element->children : std::vector<spec::ExpressionPtr>{element};
    }
    grouping->expressions.insert(grouping->expressions.end(), item.begin(), item.end());
    items.push_back(std::move(item));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  if (items.size() > kMaxGroupingItems) {
    return MakeError("GROUPING_SIZE_LIMIT_EXCEEDED",
                     {{"maxSize", std::to_string(kMaxGroupingItems)}});
  }
  grouping->sets = sets ? std::move(items) : ExpandedSets(grouping->kind, items);
  return Status::OK();
}

}  // namespace thalweg::sql
