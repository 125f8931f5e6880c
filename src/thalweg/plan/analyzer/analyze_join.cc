// Joins: ON, USING and NATURAL; equality conjuncts become keys.

#include <algorithm>
#include <set>

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/special_forms.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/join_keys.h"
#include "thalweg/types/coercion.h"

namespace thalweg::plan {
namespace {

class JoinHooks : public ClauseHooks {
 public:
  explicit JoinHooks(bool streaming) : ClauseHooks("Join"), streaming_(streaming) {}
  bool is_streaming() const override { return streaming_; }

 private:
  bool streaming_;
};

struct UsingColumn {
  Attribute left;
  Attribute right;
};

Result<Attribute> FindUsingColumn(const Scope& scope, const std::string& name, const char* side) {
  const std::vector<const Attribute*> found = FindColumns(scope, name);
  if (found.empty()) {
    return MakeError("UNRESOLVED_USING_COLUMN_FOR_JOIN",
                     {{"colName", QuoteIdentifier(name)},
                      {"side", side},
                      {"suggestion", SortedColumnNames(scope)}});
  }
  if (found.size() > 1) {
    ARROW_RETURN_NOT_OK(FindName(scope, {name}));
  }
  return *found.front();
}

// The columns of USING, or for NATURAL the names both sides have, in the order of the left side.
Result<std::vector<UsingColumn>> FindUsingColumns(const spec::Relation& join, const Scope& left,
                                                  const Scope& right) {
  std::vector<std::string> names = join.using_columns;
  if (join.natural) {
    for (const Attribute& attribute : left.attributes) {
      if (!FindColumns(right, attribute.name).empty()) names.push_back(attribute.name);
    }
  }
  std::vector<UsingColumn> columns;
  for (const std::string& name : names) {
    UsingColumn column;
    ARROW_ASSIGN_OR_RAISE(column.left, FindUsingColumn(left, name, "left"));
    ARROW_ASSIGN_OR_RAISE(column.right, FindUsingColumn(right, name, "right"));
    columns.push_back(std::move(column));
  }
  return columns;
}

void SetNullable(std::vector<Attribute>* attributes) {
  for (Attribute& attribute : *attributes) attribute.nullable = true;
}

// Names after a USING join: the join columns once, then the rest of both sides. What the other
// side calls a join column stays reachable by its qualified name. A full join needs a projection
// that merges the columns.
Result<AnalyzedRelation> MergeUsingColumns(NodePtr node, const std::vector<UsingColumn>& columns,
                                           const Scope& left, const Scope& right, JoinType type) {
  AnalyzedRelation result;
  std::vector<NamedExpression> merged;
  std::set<uint64_t> used;
  for (const UsingColumn& column : columns) {
    used.insert(column.left.id);
    used.insert(column.right.id);
    if (type == JoinType::kFull) {
      Resolved a = MakeReference(column.left, column.left.name);
      Resolved b = MakeReference(column.right, column.right.name);
      ARROW_ASSIGN_OR_RAISE(auto values,
                            CastToCommonType({a, b}, "coalesce", column.left.name, true));
      Resolved value{expr::Case::Coalesce(std::move(values)), "", column.left.name, {}, {}};
      merged.push_back(MakeNamed(value, column.left.name));
      result.scope.attributes.push_back(merged.back().output);
      result.scope.hidden.push_back(column.left);
      result.scope.hidden.push_back(column.right);
      continue;
    }
    const bool from_right = type == JoinType::kRight;
    result.scope.attributes.push_back(from_right ? column.right : column.left);
    if (type != JoinType::kLeftSemi && type != JoinType::kLeftAnti) {
      result.scope.hidden.push_back(from_right ? column.left : column.right);
    }
  }
  for (const Scope* side : {&left, &right}) {
    if (side == &right && (type == JoinType::kLeftSemi || type == JoinType::kLeftAnti)) break;
    for (const Attribute& attribute : side->attributes) {
      if (used.count(attribute.id) == 0) result.scope.attributes.push_back(attribute);
    }
  }
  if (!merged.empty()) {
    std::vector<NamedExpression> items = PassThrough(node->output);
    items.insert(items.end(), merged.begin(), merged.end());
    node = BuildProject(std::move(node), std::move(items));
  }
  result.node = std::move(node);
  for (const Scope* side : {&left, &right}) {
    if (side == &right && (type == JoinType::kLeftSemi || type == JoinType::kLeftAnti)) break;
    result.scope.metadata.insert(result.scope.metadata.end(), side->metadata.begin(),
                                 side->metadata.end());
  }
  return result;
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeJoin(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation left, Analyze(relation.input));
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation right, Analyze(relation.right));
  const JoinType type = relation.join_type;
  const bool left_only = type == JoinType::kLeftSemi || type == JoinType::kLeftAnti;
  Scope both = left.scope;
  both.attributes.insert(both.attributes.end(), right.scope.attributes.begin(),
                         right.scope.attributes.end());
  both.metadata.insert(both.metadata.end(), right.scope.metadata.begin(),
                       right.scope.metadata.end());
  both.hidden.insert(both.hidden.end(), right.scope.hidden.begin(), right.scope.hidden.end());
  JoinHooks hooks(left.node->is_streaming() || right.node->is_streaming());
  ExpressionResolver resolver(context_, &both, &hooks);
  Node join;
  join.join_type = type;
  expr::ExpressionPtr condition;
  const bool is_using = relation.natural || !relation.using_columns.empty();
  std::vector<UsingColumn> columns;
  if (is_using) {
    ARROW_ASSIGN_OR_RAISE(columns, FindUsingColumns(relation, left.scope, right.scope));
    for (const UsingColumn& column : columns) {
      ARROW_ASSIGN_OR_RAISE(
          const Resolved equal,
          resolver.BindCall("=", {MakeReference(column.left, column.left.name),
                                  MakeReference(column.right, column.right.name)}));
      condition = condition == nullptr ? equal.expression
                                       : expr::Conjunction::And(condition, equal.expression);
    }
  } else if (relation.condition != nullptr) {
    ARROW_ASSIGN_OR_RAISE(const Resolved on, resolver.Resolve(*relation.condition));
    if (on.expression->type()->id() != arrow::Type::BOOL) {
      return MakeError("JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
                       {{"joinCondition", QuoteExpression(on.text)},
                        {"conditionType", QuoteType(*on.expression->type())}});
    }
    condition = on.expression;
  }
  ExtractJoinKeys(condition, left.node->output, right.node->output, &join);
  NodePtr node = BuildJoin(left.node, right.node, std::move(join));
  if (type == JoinType::kRight || type == JoinType::kFull) {
    SetNullable(&left.scope.attributes);
    SetNullable(&left.scope.hidden);
    SetNullable(&left.scope.metadata);
    for (UsingColumn& column : columns) column.left.nullable = true;
  }
  if (type == JoinType::kLeft || type == JoinType::kFull) {
    SetNullable(&right.scope.attributes);
    SetNullable(&right.scope.hidden);
    SetNullable(&right.scope.metadata);
    for (UsingColumn& column : columns) column.right.nullable = true;
  }
  if (is_using && !columns.empty()) {
    return MergeUsingColumns(std::move(node), columns, left.scope, right.scope, type);
  }
  AnalyzedRelation result;
  result.node = std::move(node);
  result.scope = std::move(left.scope);
  if (left_only) return result;
  const auto append = [](std::vector<Attribute>* to, const std::vector<Attribute>& from) {
    to->insert(to->end(), from.begin(), from.end());
  };
  append(&result.scope.attributes, right.scope.attributes);
  append(&result.scope.hidden, right.scope.hidden);
  append(&result.scope.metadata, right.scope.metadata);
  return result;
}

}  // namespace thalweg::plan
