#include "thalweg/plan/analyzer/subquery.h"

#include <algorithm>
#include <optional>

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/plan/analyzer/decorrelate.h"
#include "thalweg/plan/analyzer/empty_value.h"
#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/join_keys.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::plan {
namespace {

using expr::ExpressionPtr;
using Conditions = std::vector<ExpressionPtr>;

// Calls of plain functions over bound expressions.
class Calls {
 public:
  explicit Calls(const AnalyzerContext& context)
      : hooks_("Join"), resolver_(&context, &scope_, &hooks_) {}

  Result<ExpressionPtr> Make(const std::string& name, const std::vector<ExpressionPtr>& arguments) {
    std::vector<Resolved> resolved;
    for (const ExpressionPtr& argument : arguments) resolved.push_back({argument, "", "", {}, {}});
    ARROW_ASSIGN_OR_RAISE(Resolved call, resolver_.BindCall(name, std::move(resolved)));
    return call.expression;
  }

 private:
  Scope scope_;
  ClauseHooks hooks_;
  ExpressionResolver resolver_;
};

Attribute NewAttribute(std::string name, TypePtr type, bool nullable) {
  Attribute attribute;
  attribute.name = std::move(name);
  attribute.type = std::move(type);
  attribute.nullable = nullable;
  attribute.id = NextAttributeId();
  return attribute;
}

Result<AggregateCall> MakeAggregate(const AnalyzerContext& context, const std::string& name,
                                    const ExpressionPtr& argument) {
  const expr::AggregateDeclaration* declaration = context.functions->FindAggregate(name);
  if (declaration == nullptr) return Status::Invalid("there is no aggregate ", name);
  AggregateCall call;
  ARROW_ASSIGN_OR_RAISE(call.function,
                        declaration->bind({{argument->type(), argument->nullable(), nullptr}}));
  call.arguments = {argument};
  call.text = name + "(" + argument->ToString() + ")";
  call.output = NewAttribute(call.text, call.function->return_type(), call.function->nullable());
  return call;
}

// `left` joined with `right` on all of `conditions`.
NodePtr JoinOn(NodePtr left, NodePtr right, JoinType type, const Conditions& conditions,
               const std::optional<Attribute>& existence = {}) {
  Node join;
  join.join_type = type;
  join.existence = existence;
  ExtractJoinKeys(JoinConjuncts(conditions), left->output, right->output, &join);
  return BuildJoin(std::move(left), std::move(right), std::move(join));
}

// Passes the value on; fails where the count of rows is above one.
ExpressionPtr SingleValue(const ExpressionPtr& value, const ExpressionPtr& count) {
  auto function = std::make_shared<expr::BoundFunction>();
  function->name = "single_value";
  function->argument_types = {value->type(), count->type()};
  function->return_type = value->type();
  function->can_fail = true;
  function->kernel = [](const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                        int64_t num_rows) -> Result<arrow::Datum> {
    const arrow::Datum& counts = arguments[1];
    const auto is_many = [](const arrow::Scalar& scalar) {
      return scalar.is_valid && static_cast<const arrow::Int64Scalar&>(scalar).value > 1;
    };
    bool many = counts.is_scalar() && is_many(*counts.scalar());
    if (!counts.is_scalar()) {
      const auto array = counts.make_array();
      const auto& values = static_cast<const arrow::Int64Array&>(*array);
      for (int64_t row = 0; row < num_rows && !many; ++row) {
        many = values.IsValid(row) && values.Value(row) > 1;
      }
    }
    if (many) return MakeError("SCALAR_SUBQUERY_TOO_MANY_ROWS");
    return arguments[0];
  };
  return expr::Call::Make(std::move(function), {value, count});
}

// True if a plan always gives exactly one row.
bool IsSingleRow(const Node& node) {
  if (node.kind == NodeKind::kProject) return IsSingleRow(*node.children[0]);
  return node.kind == NodeKind::kAggregate && node.grouping.empty() && !node.is_distinct;
}

// What EXISTS need not look at: which columns there are, and in which order rows come.
NodePtr StripForExistence(NodePtr node) {
  while (node->kind == NodeKind::kProject || node->kind == NodeKind::kSort ||
         node->kind == NodeKind::kRepartition ||
         (node->kind == NodeKind::kLimit && node->limit > 0)) {
    node = node->children[0];
  }
  return node;
}

// The join of a query with a subquery whose columns it does not see.
class Attacher {
 public:
  Attacher(const AnalyzerContext& context, NodePtr node)
      : context_(context), calls_(context), node_(std::move(node)) {}

  NodePtr node() && { return std::move(node_); }

  Status Attach(const Subquery& subquery) {
    if (subquery.kind == SubqueryKind::kScalar) return AttachScalar(subquery);
    if (subquery.kind == SubqueryKind::kValue) return Output(subquery, subquery.values[0]);
    return AttachPredicate(subquery, JoinType::kExistence);
  }

  // EXISTS, IN and NOT IN as semi, anti or existence join.
  Status AttachPredicate(const Subquery& subquery, JoinType type) {
    const bool exists = subquery.kind == SubqueryKind::kExists;
    const bool not_in = subquery.kind == SubqueryKind::kNotIn;
    NodePtr inner = exists ? StripForExistence(subquery.node) : subquery.node;
    if (exists && !subquery.outer.empty() && IsSingleRow(*inner)) inner = BuildOneRow();
    if (not_in && type == JoinType::kLeftAnti && subquery.outer.empty() &&
        subquery.values.size() == 1) {
      return AttachNullAwareAnti(subquery);
    }
    ARROW_ASSIGN_OR_RAISE(Decorrelated free, Decorrelate(context_, inner, node_, subquery.outer));
    Conditions conditions = std::move(free.conditions);
    for (size_t i = 0; i < subquery.values.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr same,
                            calls_.Make("=", {subquery.values[i], subquery.columns[i]}));
      if (not_in && same->nullable()) {
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr unknown, calls_.Make("isnull", {same}));
        same = expr::Conjunction::Or(std::move(same), std::move(unknown));
      }
      conditions.push_back(std::move(same));
    }
    std::optional<Attribute> flag;
    if (type == JoinType::kExistence) flag = subquery.output;
    if (flag) flag->nullable = false;
    node_ = JoinOn(std::move(node_), std::move(free.node), type, conditions, flag);
    return Status::OK();
  }

 private:
  // value NOT IN (column): no row is equal, and unless there are no rows at all neither the value
  // nor any row is NULL. Two anti joins, of which one has keys and the other one row.
  Status AttachNullAwareAnti(const Subquery& subquery) {
    const ExpressionPtr& value = subquery.values[0];
    const ExpressionPtr& column = subquery.columns[0];
    if (value->nullable() || column->nullable()) {
      std::vector<Attribute> renewed = subquery.node->output;
      NodePtr again = RenewAttributeIds(subquery.node, &renewed);
      ARROW_ASSIGN_OR_RAISE(AggregateCall rows,
                            MakeAggregate(context_, "count", expr::Literal::Int(1)));
      ARROW_ASSIGN_OR_RAISE(AggregateCall valid,
                            MakeAggregate(context_, "count", renewed[0].Reference()));
      const ExpressionPtr all = rows.output.Reference();
      const ExpressionPtr known = valid.output.Reference();
      NodePtr counts = BuildAggregate(std::move(again), {}, {std::move(rows), std::move(valid)});
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr any, calls_.Make(">", {all, expr::Literal::Long(0)}));
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr missing, calls_.Make("<", {known, all}));
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr unknown, calls_.Make("isnull", {value}));
      const ExpressionPtr doubtful =
          expr::Conjunction::And(std::move(any), expr::Conjunction::Or(missing, unknown));
      node_ = JoinOn(std::move(node_), std::move(counts), JoinType::kLeftAnti, {doubtful});
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr same, calls_.Make("=", {value, column}));
    node_ = JoinOn(std::move(node_), subquery.node, JoinType::kLeftAnti, {same});
    return Status::OK();
  }

  Status AttachScalar(const Subquery& subquery) {
    const ExpressionPtr column = subquery.node->output[0].Reference();
    if (subquery.outer.empty()) {
      if (IsSingleRow(*subquery.node)) {
        node_ = JoinOn(std::move(node_), subquery.node, JoinType::kCross, {});
        return Output(subquery, column);
      }
      ARROW_ASSIGN_OR_RAISE(AggregateCall first, MakeAggregate(context_, "first", column));
      ARROW_ASSIGN_OR_RAISE(AggregateCall rows,
                            MakeAggregate(context_, "count", expr::Literal::Int(1)));
      const ExpressionPtr value = SingleValue(first.output.Reference(), rows.output.Reference());
      NodePtr single = BuildAggregate(subquery.node, {}, {std::move(first), std::move(rows)});
      node_ = JoinOn(std::move(node_), std::move(single), JoinType::kCross, {});
      return Output(subquery, value);
    }
    return AttachCorrelatedScalar(subquery, column);
  }

  Status AttachCorrelatedScalar(const Subquery& subquery, const ExpressionPtr& column) {
    const std::optional<ExpressionPtr> empty =
        EmptyValue(*subquery.node, subquery.node->output[0].id);
    NodePtr inner = subquery.node;
    ExpressionPtr value = column;
    if (!empty) {
      // Any number of rows may belong to a row of the outer query: they are counted.
      ARROW_ASSIGN_OR_RAISE(AggregateCall first, MakeAggregate(context_, "first", column));
      ARROW_ASSIGN_OR_RAISE(AggregateCall rows,
                            MakeAggregate(context_, "count", expr::Literal::Int(1)));
      value = SingleValue(first.output.Reference(), rows.output.Reference());
      inner = BuildAggregate(std::move(inner), {}, {std::move(first), std::move(rows)});
    }
    ARROW_ASSIGN_OR_RAISE(Decorrelated free, Decorrelate(context_, inner, node_, subquery.outer));
    NodePtr right = std::move(free.node);
    Attribute present = NewAttribute("present", arrow::boolean(), false);
    std::vector<NamedExpression> items = PassThrough(right->output);
    items.push_back({expr::Literal::Boolean(true), present});
    right = BuildProject(std::move(right), std::move(items));
    node_ = JoinOn(std::move(node_), std::move(right), JoinType::kLeft, free.conditions);
    if (!empty) return Output(subquery, value);
    present.nullable = true;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr found, calls_.Make("isnotnull", {present.Reference()}));
    return Output(subquery, expr::Case::If(std::move(found), value, *empty));
  }

  // Adds the subquery's own column.
  Status Output(const Subquery& subquery, const ExpressionPtr& value) {
    std::vector<NamedExpression> items = PassThrough(node_->output);
    items.push_back({value, subquery.output});
    node_ = BuildProject(std::move(node_), std::move(items));
    return Status::OK();
  }

  const AnalyzerContext& context_;
  Calls calls_;
  NodePtr node_;
};

// LATERAL with an aggregation that gives a row for every outer one, also where no row reaches it.
Result<NodePtr> JoinSingleRow(const AnalyzerContext& context, NodePtr left, const NodePtr& right,
                              const std::vector<Attribute>& outer, JoinType type,
                              const ExpressionPtr& condition) {
  if (type == JoinType::kLeft && condition != nullptr) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "LEFT JOIN LATERAL of an aggregation with ON"}});
  }
  ARROW_ASSIGN_OR_RAISE(Decorrelated free, Decorrelate(context, right, left, outer));
  Attribute present = NewAttribute("present", arrow::boolean(), false);
  std::vector<NamedExpression> items = PassThrough(free.node->output);
  items.push_back({expr::Literal::Boolean(true), present});
  NodePtr marked = BuildProject(std::move(free.node), std::move(items));
  items = PassThrough(left->output);
  NodePtr node = JoinOn(std::move(left), std::move(marked), JoinType::kLeft, free.conditions);
  present.nullable = true;
  Calls calls(context);
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr found, calls.Make("isnotnull", {present.Reference()}));
  for (const Attribute& column : right->output) {
    const std::optional<ExpressionPtr> empty = EmptyValue(*right, column.id);
    Attribute joined = column;
    joined.nullable = true;
    items.push_back({expr::Case::If(found, joined.Reference(),
                                    empty ? *empty : expr::Literal::Null(column.type)),
                     column});
  }
  node = BuildProject(std::move(node), std::move(items));
  return condition == nullptr ? node : BuildFilter(std::move(node), condition);
}

// How a conjunct that is nothing but a predicate subquery (or its negation) can be joined.
struct PredicateUse {
  const Subquery* subquery = nullptr;
  JoinType type = JoinType::kLeftSemi;
};

std::optional<PredicateUse> FindPredicate(const expr::Expression& conjunct,
                                          const std::vector<Subquery>& subqueries) {
  const bool negated = conjunct.kind() == expr::ExpressionKind::kNot;
  const expr::Expression& part = negated ? *conjunct.children()[0] : conjunct;
  if (part.kind() != expr::ExpressionKind::kAttribute) return std::nullopt;
  const uint64_t id = static_cast<const expr::AttributeReference&>(part).id();
  for (const Subquery& subquery : subqueries) {
    if (subquery.output.id != id || subquery.kind == SubqueryKind::kScalar) continue;
    const bool anti = subquery.kind == SubqueryKind::kNotIn;
    if (anti && !negated) return std::nullopt;
    return PredicateUse{&subquery, negated ? JoinType::kLeftAnti : JoinType::kLeftSemi};
  }
  return std::nullopt;
}

bool UsesAny(const expr::Expression& expression, const std::vector<Subquery>& subqueries) {
  const std::vector<uint64_t> ids = expr::CollectAttributeIds(expression);
  return std::any_of(subqueries.begin(), subqueries.end(), [&ids](const Subquery& subquery) {
    return std::find(ids.begin(), ids.end(), subquery.output.id) != ids.end();
  });
}

// A function that is called once, with columns of the outer query: it may as well be called over
// its rows. Null for any other subquery.
NodePtr CallOverRows(const NodePtr& left, const Node& right) {
  const bool table =
      right.kind == NodeKind::kCallback && right.callback->kind == spec::CallbackKind::kTable;
  if (!table && right.kind != NodeKind::kGenerate) return nullptr;
  const Node& input = *right.children[0];
  if (input.kind != NodeKind::kLocal || !input.output.empty()) return nullptr;
  auto call = std::make_shared<Node>(right);
  call->children = {left};
  call->output = left->output;
  call->output.insert(call->output.end(), right.output.begin(), right.output.end());
  return call;
}

}  // namespace

Result<NodePtr> AttachSubqueries(const AnalyzerContext& context, NodePtr node,
                                 const std::vector<Subquery>& subqueries) {
  Attacher attacher(context, std::move(node));
  for (const Subquery& subquery : subqueries) ARROW_RETURN_NOT_OK(attacher.Attach(subquery));
  return std::move(attacher).node();
}

Result<NodePtr> FilterWithSubqueries(const AnalyzerContext& context, NodePtr node,
                                     const ExpressionPtr& condition,
                                     const std::vector<Subquery>& subqueries) {
  if (subqueries.empty()) return BuildFilter(std::move(node), condition);
  Conditions plain;
  Conditions rest;
  std::vector<PredicateUse> joins;
  for (const ExpressionPtr& conjunct : SplitConjuncts(condition)) {
    const std::optional<PredicateUse> use = FindPredicate(*conjunct, subqueries);
    if (use) {
      joins.push_back(*use);
    } else {
      (UsesAny(*conjunct, subqueries) ? rest : plain).push_back(conjunct);
    }
  }
  if (!plain.empty()) node = BuildFilter(std::move(node), JoinConjuncts(plain));
  Attacher attacher(context, std::move(node));
  // In order: a value of IN may itself be a subquery.
  for (const Subquery& subquery : subqueries) {
    const auto use = std::find_if(joins.begin(), joins.end(), [&](const PredicateUse& join) {
      return join.subquery == &subquery;
    });
    ARROW_RETURN_NOT_OK(use == joins.end() ? attacher.Attach(subquery)
                                           : attacher.AttachPredicate(subquery, use->type));
  }
  node = std::move(attacher).node();
  if (rest.empty()) return node;
  return BuildFilter(std::move(node), JoinConjuncts(rest));
}

Result<NodePtr> BuildLateralJoin(const AnalyzerContext& context, NodePtr left, NodePtr right,
                                 const std::vector<Attribute>& outer, JoinType type,
                                 const ExpressionPtr& condition) {
  if (!outer.empty() && IsSingleRow(*right)) {
    return JoinSingleRow(context, std::move(left), right, outer, type, condition);
  }
  if (type != JoinType::kLeft || condition == nullptr) {
    // As in Spark a LEFT join with a function alone is none: rows that it gives nothing for go.
    const NodePtr call = CallOverRows(left, *right);
    if (call != nullptr) return condition == nullptr ? call : BuildFilter(call, condition);
  }
  ARROW_ASSIGN_OR_RAISE(Decorrelated free, Decorrelate(context, right, left, outer));
  if (condition != nullptr) free.conditions.push_back(condition);
  return JoinOn(std::move(left), std::move(free.node), type, free.conditions);
}

}  // namespace thalweg::plan
