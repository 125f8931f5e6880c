#include "thalweg/plan/analyzer/decorrelate.h"

#include <algorithm>
#include <map>
#include <set>

#include <arrow/scalar.h>

#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/join_keys.h"
#include "thalweg/plan/logical/window.h"
#include "thalweg/plan/optimizer/rules.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/external_table.h"

namespace thalweg::plan {
namespace {

using expr::ExpressionPtr;
using Conditions = std::vector<ExpressionPtr>;
using Values = std::map<uint64_t, ExpressionPtr>;

bool Reads(const expr::Expression& expression, const std::set<uint64_t>& ids) {
  const std::vector<uint64_t> read = expr::CollectAttributeIds(expression);
  return std::any_of(read.begin(), read.end(), [&ids](uint64_t id) { return ids.count(id) > 0; });
}

// Whether the node itself, children aside, reads one of `ids`.
bool NodeReads(const NodePtr& node, const std::set<uint64_t>& ids) {
  bool found = false;
  MapExpressions(node, [&](const ExpressionPtr& expression) {
    found = found || Reads(*expression, ids);
    return expression;
  });
  return found;
}

bool TreeReads(const NodePtr& node, const std::set<uint64_t>& ids) {
  if (NodeReads(node, ids)) return true;
  return std::any_of(node->children.begin(), node->children.end(),
                     [&ids](const NodePtr& child) { return TreeReads(child, ids); });
}

bool HasAttribute(const std::vector<Attribute>& attributes, uint64_t id) {
  return std::any_of(attributes.begin(), attributes.end(),
                     [id](const Attribute& attribute) { return attribute.id == id; });
}

// Whether the node calls a program's table function for each row of its child.
bool IsCallOverRows(const Node& node) {
  return node.kind == NodeKind::kCallback && node.callback->kind == spec::CallbackKind::kTable &&
         !node.callback->table_call->takes_table();
}

// A plan without outer columns, and what its rows must meet beside an outer row.
struct Pulled {
  NodePtr node;
  Conditions conditions;
  // Set once the outer columns are columns of `node` too: what stands for each.
  Values domain;
};

// A condition "outer expression = inner column".
struct KeyCondition {
  ExpressionPtr outer;
  bool null_safe = false;
  NamedExpression inner;
};

class Decorrelator {
 public:
  Decorrelator(const AnalyzerContext& context, const NodePtr& outer,
               const std::vector<Attribute>& used)
      : hooks_("Join"), resolver_(&context, &scope_, &hooks_), outer_(outer), used_(used) {
    for (const Attribute& attribute : used) ids_.insert(attribute.id);
  }

  Result<Pulled> Pull(const NodePtr& node) {
    if (!TreeReads(node, ids_)) return Pulled{node, {}, {}};
    switch (node->kind) {
      case NodeKind::kFilter:
        return PullFilter(node);
      case NodeKind::kProject:
        return PullProject(node);
      case NodeKind::kAggregate:
        return PullAggregate(node);
      case NodeKind::kJoin:
        return PullJoin(node);
      case NodeKind::kUnion:
        return PullUnion(node);
      case NodeKind::kLimit:
      case NodeKind::kOffset:
        return PullLimit(node);
      case NodeKind::kWindow:
        return PullWindow(node);
      case NodeKind::kRepartition:
        return Pull(node->children[0]);
      case NodeKind::kSort:
      case NodeKind::kGenerate:
      case NodeKind::kTimeWindow:
        return PullPassing(node);
      default:
        if (IsCallOverRows(*node)) return PullPassing(node);
        return MakeError(
            "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED",
            {{"treeNode", ToString(*node)}});
    }
  }

 private:
  Result<ExpressionPtr> Same(const ExpressionPtr& left, const ExpressionPtr& right,
                             bool null_safe) {
    ARROW_ASSIGN_OR_RAISE(Resolved same,
                          resolver_.BindCall(null_safe ? "<=>" : "=",
                                             {{left, "", "", {}, {}}, {right, "", "", {}, {}}}));
    return same.expression;
  }

  // Joins with the distinct outer values, so that every outer column is a column of the plan.
  Status AddDomain(Pulled* pulled) {
    if (!pulled->domain.empty()) return Status::OK();
    if (outer_->is_streaming()) {
      return MakeError(
          "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_COLUMN_IS_NOT_ALLOWED_IN_PREDICATE",
          {{"treeNode", ToString(*pulled->node)}});
    }
    std::vector<Attribute> columns = used_;
    NodePtr rows = RenewAttributeIds(BuildProject(outer_, PassThrough(used_)), &columns);
    rows = BuildAggregate(std::move(rows), PassThrough(columns), {});
    for (size_t i = 0; i < used_.size(); ++i) {
      pulled->domain.emplace(used_[i].id, columns[i].Reference());
    }
    Conditions own;
    for (const ExpressionPtr& condition : pulled->conditions) {
      own.push_back(Substitute(condition, pulled->domain));
    }
    Node join;
    join.join_type = own.empty() ? JoinType::kCross : JoinType::kInner;
    ExtractJoinKeys(JoinConjuncts(own), pulled->node->output, rows->output, &join);
    pulled->node = BuildJoin(std::move(pulled->node), std::move(rows), std::move(join));
    pulled->conditions.clear();
    for (size_t i = 0; i < used_.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr same,
                            Same(used_[i].Reference(), columns[i].Reference(), true));
      pulled->conditions.push_back(std::move(same));
    }
    return Status::OK();
  }

  // The node over the pulled child, with the columns of the domain for outer ones.
  Result<NodePtr> Rebase(const NodePtr& node, Pulled* child) {
    NodePtr rebased = node;
    if (NodeReads(node, ids_)) {
      ARROW_RETURN_NOT_OK(AddDomain(child));
      rebased = MapExpressions(node, [child](const ExpressionPtr& expression) {
        return Substitute(expression, child->domain);
      });
    }
    auto copy = std::make_shared<Node>(*rebased);
    copy->children = {child->node};
    return NodePtr(std::move(copy));
  }

  // Columns that the conditions read, which must not get lost.
  std::vector<Attribute> ConditionColumns(const Pulled& pulled) const {
    std::vector<Attribute> columns;
    for (const Attribute& attribute : pulled.node->output) {
      const bool read = std::any_of(pulled.conditions.begin(), pulled.conditions.end(),
                                    [&attribute](const ExpressionPtr& condition) {
                                      return Reads(*condition, {attribute.id});
                                    });
      if (read) columns.push_back(attribute);
    }
    return columns;
  }

  // The conditions as keys; through the domain where one is no plain equality.
  Result<std::vector<KeyCondition>> Keys(Pulled* pulled) {
    std::vector<KeyCondition> keys;
    for (const ExpressionPtr& condition : pulled->conditions) {
      Node join;
      ExtractJoinKeys(condition, used_, pulled->node->output, &join);
      if (join.left_keys.size() != 1) {
        ARROW_RETURN_NOT_OK(AddDomain(pulled));
        return Keys(pulled);
      }
      keys.push_back({join.left_keys[0], join.null_safe_keys[0], NameKey(join.right_keys[0])});
    }
    return keys;
  }

  static NamedExpression NameKey(const ExpressionPtr& key) {
    Attribute output;
    output.name = key->kind() == expr::ExpressionKind::kAttribute
                      ? static_cast<const expr::AttributeReference&>(*key).name()
                      : "key";
    output.type = key->type();
    output.nullable = key->nullable();
    output.id = key->kind() == expr::ExpressionKind::kAttribute
                    ? static_cast<const expr::AttributeReference&>(*key).id()
                    : NextAttributeId();
    return {key, output};
  }

  Status SetConditions(const std::vector<KeyCondition>& keys, Pulled* pulled) {
    pulled->conditions.clear();
    for (const KeyCondition& key : keys) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr same,
                            Same(key.outer, key.inner.output.Reference(), key.null_safe));
      pulled->conditions.push_back(std::move(same));
    }
    return Status::OK();
  }

  Result<Pulled> PullFilter(const NodePtr& node) {
    ARROW_ASSIGN_OR_RAISE(Pulled pulled, Pull(node->children[0]));
    Conditions own;
    for (const ExpressionPtr& conjunct : SplitConjuncts(node->condition)) {
      if (!Reads(*conjunct, ids_)) {
        own.push_back(conjunct);
      } else if (!pulled.domain.empty()) {
        own.push_back(Substitute(conjunct, pulled.domain));
      } else {
        pulled.conditions.push_back(conjunct);
      }
    }
    if (!own.empty()) pulled.node = BuildFilter(std::move(pulled.node), JoinConjuncts(own));
    return pulled;
  }

  Result<Pulled> PullProject(const NodePtr& node) {
    ARROW_ASSIGN_OR_RAISE(Pulled pulled, Pull(node->children[0]));
    ARROW_ASSIGN_OR_RAISE(const NodePtr rebased, Rebase(node, &pulled));
    std::vector<NamedExpression> items = rebased->projections;
    for (const Attribute& attribute : ConditionColumns(pulled)) {
      if (!HasAttribute(node->output, attribute.id)) items.push_back(PassThrough(attribute));
    }
    pulled.node = BuildProject(std::move(pulled.node), std::move(items));
    return pulled;
  }

  Result<Pulled> PullPassing(const NodePtr& node) {
    ARROW_ASSIGN_OR_RAISE(Pulled pulled, Pull(node->children[0]));
    ARROW_ASSIGN_OR_RAISE(const NodePtr rebased, Rebase(node, &pulled));
    auto copy = std::make_shared<Node>(*rebased);
    const size_t old_width = node->children[0]->output.size();
    copy->output = pulled.node->output;
    copy->output.insert(copy->output.end(),
                        node->output.begin() + static_cast<std::ptrdiff_t>(old_width),
                        node->output.end());
    pulled.node = std::move(copy);
    return pulled;
  }

  Result<Pulled> PullAggregate(const NodePtr& node) {
    ARROW_ASSIGN_OR_RAISE(Pulled pulled, Pull(node->children[0]));
    ARROW_ASSIGN_OR_RAISE(NodePtr rebased, Rebase(node, &pulled));
    ARROW_ASSIGN_OR_RAISE(const std::vector<KeyCondition> keys, Keys(&pulled));
    std::vector<NamedExpression> grouping = rebased->grouping;
    for (const KeyCondition& key : keys) {
      const bool known = std::any_of(
          grouping.begin(), grouping.end(),
          [&key](const NamedExpression& group) { return group.output.id == key.inner.output.id; });
      if (!known) grouping.push_back(key.inner);
    }
    auto aggregate = std::make_shared<Node>(
        *BuildAggregate(pulled.node, std::move(grouping), rebased->aggregates));
    aggregate->is_distinct = node->is_distinct;
    pulled.node = std::move(aggregate);
    ARROW_RETURN_NOT_OK(SetConditions(keys, &pulled));
    return pulled;
  }

  // The first rows of each outer row's part: by a row number.
  Result<Pulled> PullLimit(const NodePtr& node) {
    NodePtr input = node->children[0];
    if (input->kind == NodeKind::kProject) {
      // The same rows above the limit as below it.
      auto below = std::make_shared<Node>(*node);
      below->children = input->children;
      below->output = input->children[0]->output;
      auto project = std::make_shared<Node>(*input);
      project->children = {std::move(below)};
      return Pull(project);
    }
    std::vector<SortKey> order;
    if (input->kind == NodeKind::kSort) {
      order = input->sort_keys;
      input = input->children[0];
    }
    ARROW_ASSIGN_OR_RAISE(Pulled pulled, Pull(input));
    for (SortKey& key : order) {
      if (!Reads(*key.expression, ids_)) continue;
      ARROW_RETURN_NOT_OK(AddDomain(&pulled));
      key.expression = Substitute(key.expression, pulled.domain);
    }
    ARROW_ASSIGN_OR_RAISE(const std::vector<KeyCondition> keys, Keys(&pulled));
    WindowStage stage;
    for (const KeyCondition& key : keys) stage.partition_by.push_back(key.inner.expression);
    stage.order_by = std::move(order);
    WindowCall call;
    call.kind = WindowFunctionKind::kRowNumber;
    call.output.name = "row_number";
    call.output.type = arrow::int32();
    call.output.nullable = false;
    call.output.id = NextAttributeId();
    call.text = "row_number()";
    const ExpressionPtr number = call.output.Reference();
    stage.calls.push_back(std::move(call));
    pulled.node = BuildWindow(std::move(pulled.node), std::move(stage));
    const ExpressionPtr limit = expr::Literal::Int(static_cast<int32_t>(node->limit));
    const std::vector<Resolved> sides = {{number, "", "", {}, {}}, {limit, "", "", {}, {}}};
    ARROW_ASSIGN_OR_RAISE(const Resolved within,
                          resolver_.BindCall(node->kind == NodeKind::kLimit ? "<=" : ">", sides));
    pulled.node = BuildFilter(std::move(pulled.node), within.expression);
    return pulled;
  }

  Result<Pulled> PullWindow(const NodePtr& node) {
    ARROW_ASSIGN_OR_RAISE(Pulled pulled, Pull(node->children[0]));
    ARROW_ASSIGN_OR_RAISE(const NodePtr rebased, Rebase(node, &pulled));
    ARROW_ASSIGN_OR_RAISE(const std::vector<KeyCondition> keys, Keys(&pulled));
    WindowStage stage = *rebased->window_stage;
    for (const KeyCondition& key : keys) stage.partition_by.push_back(key.inner.expression);
    pulled.node = BuildWindow(std::move(pulled.node), std::move(stage));
    return pulled;
  }

  Result<Pulled> PullJoin(const NodePtr& node) {
    const JoinType type = node->join_type;
    const bool inner = type == JoinType::kInner || type == JoinType::kCross;
    const bool keeps_left = type == JoinType::kLeft || type == JoinType::kLeftSemi ||
                            type == JoinType::kLeftAnti || type == JoinType::kExistence;
    ARROW_ASSIGN_OR_RAISE(Pulled left, Pull(node->children[0]));
    ARROW_ASSIGN_OR_RAISE(Pulled right, Pull(node->children[1]));
    const bool right_reads = TreeReads(node->children[1], ids_);
    if (!inner && (!keeps_left || right_reads || NodeReads(node, ids_))) {
      return MakeError(
          "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED",
          {{"treeNode", ToString(*node)}});
    }
    // Where one side has columns for the outer ones, all else is asked of these.
    Pulled pulled = left.domain.empty() ? right : left;
    Conditions asked = left.domain.empty() ? left.conditions : right.conditions;
    for (const ExpressionPtr& conjunct : SplitConjuncts(node->condition)) asked.push_back(conjunct);
    Conditions own;
    for (const ExpressionPtr& condition : asked) {
      if (Reads(*condition, ids_) && pulled.domain.empty()) {
        pulled.conditions.push_back(condition);
      } else {
        own.push_back(Substitute(condition, pulled.domain));
      }
    }
    Node join = *node;
    if (type == JoinType::kCross && !own.empty()) join.join_type = JoinType::kInner;
    ExtractJoinKeys(JoinConjuncts(own), left.node->output, right.node->output, &join);
    pulled.node = BuildJoin(std::move(left.node), std::move(right.node), std::move(join));
    return pulled;
  }

  // Every branch gets the outer columns as its last ones.
  Result<Pulled> PullUnion(const NodePtr& node) {
    auto all = std::make_shared<Node>(*node);
    for (NodePtr& child : all->children) {
      ARROW_ASSIGN_OR_RAISE(Pulled branch, Pull(child));
      ARROW_RETURN_NOT_OK(AddDomain(&branch));
      std::vector<NamedExpression> items = PassThrough(child->output);
      for (const Attribute& attribute : used_) {
        items.push_back(NameKey(branch.domain.at(attribute.id)));
      }
      child = BuildProject(std::move(branch.node), std::move(items));
    }
    Pulled pulled;
    for (const Attribute& attribute : used_) {
      Attribute column = attribute;
      column.id = NextAttributeId();
      all->output.push_back(column);
      pulled.domain.emplace(attribute.id, column.Reference());
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr same,
                            Same(attribute.Reference(), column.Reference(), true));
      pulled.conditions.push_back(std::move(same));
    }
    pulled.node = std::move(all);
    return pulled;
  }

  Scope scope_;
  ClauseHooks hooks_;
  ExpressionResolver resolver_;
  const NodePtr& outer_;
  const std::vector<Attribute>& used_;
  std::set<uint64_t> ids_;
};

}  // namespace

bool UsesAttributes(const Node& node, const std::vector<Attribute>& attributes) {
  std::set<uint64_t> ids;
  for (const Attribute& attribute : attributes) ids.insert(attribute.id);
  return TreeReads(std::make_shared<const Node>(node), ids);
}

Result<Decorrelated> Decorrelate(const AnalyzerContext& context, const NodePtr& node,
                                 const NodePtr& outer, const std::vector<Attribute>& used) {
  if (used.empty()) return Decorrelated{node, {}};
  ARROW_ASSIGN_OR_RAISE(Pulled pulled, Decorrelator(context, outer, used).Pull(node));
  return Decorrelated{std::move(pulled.node), std::move(pulled.conditions)};
}

}  // namespace thalweg::plan
