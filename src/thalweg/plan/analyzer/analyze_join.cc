// Joins: ON, USING and NATURAL; equality conjuncts become keys.

#include <algorithm>
#include <set>

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/analyzer/plan_columns.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/special_forms.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/external_call.h"
#include "thalweg/plan/logical/join_keys.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/external_table.h"
#include "thalweg/plan/spec/join_type_text.h"
#include "thalweg/plan/spec/plan_id.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/coercion.h"

namespace thalweg::plan {
namespace {

class JoinHooks : public SubqueryHooks {
 public:
  explicit JoinHooks(bool streaming) : SubqueryHooks("Join"), streaming_(streaming) {}
  bool is_streaming() const override { return streaming_; }

 private:
  bool streaming_;
};

bool Contains(const std::vector<Attribute>& attributes, uint64_t id) {
  return std::any_of(attributes.begin(), attributes.end(),
                     [id](const Attribute& attribute) { return attribute.id == id; });
}

// Attaches each subquery of a join's condition to the side whose columns it uses.
Status AttachToSides(const AnalyzerContext& context, const std::vector<Subquery>& subqueries,
                     NodePtr* left, NodePtr* right) {
  for (const Subquery& subquery : subqueries) {
    std::set<uint64_t> ids;
    for (const Attribute& attribute : subquery.outer) ids.insert(attribute.id);
    for (const expr::ExpressionPtr& value : subquery.values) {
      for (const uint64_t id : expr::CollectAttributeIds(*value)) ids.insert(id);
    }
    const auto within = [&ids](const NodePtr& side) {
      return std::all_of(ids.begin(), ids.end(),
                         [&side](uint64_t id) { return Contains(side->output, id); });
    };
    NodePtr* side = within(*left) ? left : within(*right) ? right : nullptr;
    if (side == nullptr) {
      return MakeError(
          "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY."
          "UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION",
          {{"subqueryExpression", subquery.output.name}});
    }
    ARROW_ASSIGN_OR_RAISE(*side, AttachSubqueries(context, *side, {subquery}));
  }
  return Status::OK();
}

// "FULL OUTER".
std::string JoinTypeSql(JoinType type) {
  std::string sql;
  for (const char c : spec::JoinTypeText(type)) {
    if (std::isupper(static_cast<unsigned char>(c)) && !sql.empty()) sql += ' ';
    sql += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return sql;
}

// The join of `left` and `right` on `condition`, which may use subqueries.
Result<NodePtr> BuildConditionalJoin(const AnalyzerContext& context, NodePtr left, NodePtr right,
                                     JoinType type, const expr::ExpressionPtr& condition,
                                     const std::vector<Subquery>& subqueries) {
  Node join;
  join.join_type = type;
  const bool inner = type == JoinType::kInner || type == JoinType::kCross;
  if (subqueries.empty() || !inner) {
    ARROW_RETURN_NOT_OK(AttachToSides(context, subqueries, &left, &right));
    ExtractJoinKeys(condition, left->output, right->output, &join);
    if (!inner && join.condition != nullptr && ContainsExternalCall(*join.condition)) {
      return MakeError("UNSUPPORTED_FEATURE.PYTHON_UDF_IN_ON_CLAUSE",
                       {{"joinType", JoinTypeSql(type)}});
    }
    return BuildJoin(std::move(left), std::move(right), std::move(join));
  }
  // A pair of an inner join may as well be looked at above it.
  std::vector<expr::ExpressionPtr> below;
  std::vector<expr::ExpressionPtr> above;
  for (const expr::ExpressionPtr& conjunct : SplitConjuncts(condition)) {
    const std::vector<uint64_t> ids = expr::CollectAttributeIds(*conjunct);
    const bool plain = std::all_of(ids.begin(), ids.end(), [&](uint64_t id) {
      return Contains(left->output, id) || Contains(right->output, id) ||
             IsOuterReference(context, id);
    });
    (plain ? below : above).push_back(conjunct);
  }
  ExtractJoinKeys(JoinConjuncts(below), left->output, right->output, &join);
  NodePtr node = BuildJoin(std::move(left), std::move(right), std::move(join));
  return FilterWithSubqueries(context, std::move(node), JoinConjuncts(above), subqueries);
}

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
                                           const Scope& left, const Scope& right, JoinType type,
                                           EvalMode mode) {
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
                            CastToCommonType({a, b}, "coalesce", column.left.name, true, mode));
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

// Whether a subquery calls a table function that does not say which rows belong to which.
bool GivesUnjoinableRows(const Node& node) {
  const bool called = node.kind == NodeKind::kCallback &&
                      node.callback->kind == spec::CallbackKind::kTable &&
                      !node.callback->table_call->takes_table();
  if (called && !node.callback->table->answers_each_row()) return true;
  return std::any_of(node.children.begin(), node.children.end(),
                     [](const NodePtr& child) { return GivesUnjoinableRows(*child); });
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeJoin(const Relation& relation) {
  if (relation.arguments != nullptr && relation.arguments->nearest) {
    return AnalyzeNearestJoin(relation);
  }
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
  const PlanColumns::InputScope inputs(context_->plan_columns,
                                       {{spec::PlanIdOf(*relation.input), &left.scope},
                                        {spec::PlanIdOf(*relation.right), &right.scope}});
  JoinHooks hooks(left.node->is_streaming() || right.node->is_streaming());
  ExpressionResolver resolver(context_, &both, &hooks);
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
    if (!on.expression->IsDeterministic()) {
      return MakeError("INVALID_NON_DETERMINISTIC_EXPRESSIONS",
                       {{"sqlExprs", QuoteExpression(on.text)}});
    }
    condition = on.expression;
  }
  ARROW_ASSIGN_OR_RAISE(NodePtr node, BuildConditionalJoin(*context_, left.node, right.node, type,
                                                           condition, *hooks.subqueries()));
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
    return MergeUsingColumns(std::move(node), columns, left.scope, right.scope, type,
                             EvalModeOf(*context_));
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

// The right side is resolved like a subquery, which may use columns of the left one.
Result<AnalyzedRelation> RelationAnalyzer::AnalyzeLateralJoin(const Relation& relation) {
  const JoinType type = relation.join_type;
  if (type != JoinType::kInner && type != JoinType::kCross && type != JoinType::kLeft) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "LATERAL in this kind of join"}});
  }
  if (relation.natural || !relation.using_columns.empty()) {
    return MakeError("UNSUPPORTED_FEATURE.LATERAL_JOIN_USING");
  }
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation left, Analyze(relation.input));
  std::vector<Attribute> used;
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation right,
                        AnalyzeSubquery(relation.right, {&left.scope, &used}));
  if (GivesUnjoinableRows(*right.node)) {
    return MakeError("LATERAL_JOIN_WITH_ARROW_UDTF_UNSUPPORTED");
  }
  Scope both = left.scope;
  both.attributes.insert(both.attributes.end(), right.scope.attributes.begin(),
                         right.scope.attributes.end());
  expr::ExpressionPtr condition;
  if (relation.condition != nullptr) {
    ClauseHooks hooks("Join");
    ARROW_ASSIGN_OR_RAISE(const Resolved on,
                          ResolveCondition(*context_, both, *relation.condition, &hooks));
    if (on.expression->type()->id() != arrow::Type::BOOL) {
      return MakeError("JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
                       {{"joinCondition", QuoteExpression(on.text)},
                        {"conditionType", QuoteType(*on.expression->type())}});
    }
    condition = on.expression;
  }
  AnalyzedRelation result;
  ARROW_ASSIGN_OR_RAISE(result.node,
                        BuildLateralJoin(*context_, left.node, right.node, used, type, condition));
  if (type == JoinType::kLeft) SetNullable(&right.scope.attributes);
  result.scope = std::move(left.scope);
  result.scope.attributes.insert(result.scope.attributes.end(), right.scope.attributes.begin(),
                                 right.scope.attributes.end());
  return result;
}

}  // namespace thalweg::plan
