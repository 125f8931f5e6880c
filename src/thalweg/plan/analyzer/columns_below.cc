#include "thalweg/plan/analyzer/columns_below.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "thalweg/plan/analyzer/plan_columns.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/spec/plan_id.h"

namespace thalweg::plan {
namespace {

bool HasOutput(const Node& node, uint64_t id) {
  return std::any_of(node.output.begin(), node.output.end(),
                     [id](const Attribute& attribute) { return attribute.id == id; });
}

// A column that an expression names.
class WantedColumn {
 public:
  WantedColumn(const PlanColumns& columns, const spec::Expression& name)
      : columns_(columns), name_(name), plan_id_(spec::PlanIdOf(name)) {}

  bool IsInSight(const Scope& scope) const {
    // Names that are ambiguous are in sight, too: their error comes later.
    const auto match =
        plan_id_ ? columns_.Find(*plan_id_, name_.name, scope) : FindName(scope, name_.name);
    return !match.ok() || match->has_value();
  }

  std::optional<Attribute> FindIn(const NodePtr& node) const {
    const std::vector<const Scope*> scopes =
        plan_id_ ? columns_.ScopesOf(*plan_id_) : columns_.ScopesOf(*node);
    for (const Scope* scope : scopes) {
      const auto match = FindName(*scope, name_.name);
      if (!match.ok() || !match->has_value()) continue;
      if (HasOutput(*node, (*match)->attribute.id)) return (*match)->attribute;
    }
    return std::nullopt;
  }

 private:
  const PlanColumns& columns_;
  const spec::Expression& name_;
  std::optional<int64_t> plan_id_;
};

bool HandsRowsOn(NodeKind kind) {
  return kind == NodeKind::kProject || kind == NodeKind::kFilter || kind == NodeKind::kSort ||
         kind == NodeKind::kLimit || kind == NodeKind::kRepartition;
}

struct Reached {
  NodePtr node;
  Attribute attribute;
};

// `node` with the column among its output; nothing if it is not below.
std::optional<Reached> Reach(const NodePtr& node, const WantedColumn& wanted) {
  if (auto attribute = wanted.FindIn(node)) return Reached{node, std::move(*attribute)};
  if (!HandsRowsOn(node->kind)) return std::nullopt;
  std::optional<Reached> below = Reach(node->children[0], wanted);
  if (!below) return std::nullopt;
  auto wider = std::make_shared<Node>(*node);
  wider->children[0] = std::move(below->node);
  if (!HasOutput(*wider, below->attribute.id)) {
    wider->output.push_back(below->attribute);
    if (wider->kind == NodeKind::kProject) {
      wider->projections.push_back(PassThrough(below->attribute));
    }
  }
  below->node = std::move(wider);
  return below;
}

}  // namespace

bool ReachColumnsBelow(const AnalyzerContext& context, const spec::Expression& expression,
                       AnalyzedRelation* relation) {
  if (context.plan_columns == nullptr) return false;
  bool any = false;
  for (const spec::ExpressionPtr& child : expression.children) {
    any = ReachColumnsBelow(context, *child, relation) || any;
  }
  if (expression.kind != spec::ExpressionKind::kAttribute) return any;
  const WantedColumn wanted(*context.plan_columns, expression);
  if (wanted.IsInSight(relation->scope)) return any;
  std::optional<Reached> reached = Reach(relation->node, wanted);
  if (!reached) return any;
  relation->node = std::move(reached->node);
  relation->scope.metadata.push_back(std::move(reached->attribute));
  return true;
}

NodePtr KeepColumnsOf(const Node& before, NodePtr node) {
  return BuildProject(std::move(node), PassThrough(before.output));
}

}  // namespace thalweg::plan
