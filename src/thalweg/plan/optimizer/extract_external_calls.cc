#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/expression_equality.h"
#include "thalweg/plan/logical/external_aggregate.h"
#include "thalweg/plan/logical/external_call.h"
#include "thalweg/plan/optimizer/rules.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::plan {
namespace {

using expr::ExpressionPtr;

// The call inside `call` that can be made on the way: f(g(x)) of one kind is one trip.
const ExpressionPtr* ChainedCall(const expr::Expression& call) {
  const ExternalKernel* outer = FindExternalCall(call);
  if (call.children().size() != 1 || outer->argument_names[0] || outer->function->runs_alone()) {
    return nullptr;
  }
  const ExternalKernel* inner = FindExternalCall(*call.children()[0]);
  const bool chains = inner != nullptr && inner->function->kind() == outer->function->kind();
  return chains ? &call.children()[0] : nullptr;
}

// Calls of one trip, and the columns they read.
class Trip {
 public:
  explicit Trip(const spec::ExternalScalar& function)
      : kind_(function.kind()), alone_(function.runs_alone()) {}

  bool Takes(const spec::ExternalScalar& function) const {
    return function.kind() == kind_ && !(alone_ && !calls_.empty());
  }

  /// The column that `call` becomes.
  ExpressionPtr Add(const ExpressionPtr& call) {
    for (size_t i = 0; i < added_.size(); ++i) {
      if (SameExpression(*added_[i], *call)) return outputs_[i].Reference();
    }
    spec::ExternalScalarCall made;
    const expr::Expression* innermost = call.get();
    made.chain.push_back(FindExternalCall(*innermost)->function);
    while (const ExpressionPtr* inner = ChainedCall(*innermost)) {
      innermost = inner->get();
      made.chain.push_back(FindExternalCall(*innermost)->function);
    }
    std::reverse(made.chain.begin(), made.chain.end());
    const auto& names = FindExternalCall(*innermost)->argument_names;
    for (size_t i = 0; i < names.size(); ++i) {
      made.arguments.push_back({AddColumn(innermost->children()[i]), names[i]});
    }
    calls_.push_back(std::move(made));
    added_.push_back(call);
    outputs_.push_back({call->ToPrettyString(), call->type(), true, NextAttributeId()});
    return outputs_.back().Reference();
  }

  NodePtr Build(NodePtr child) && {
    auto callback = std::make_shared<spec::Callback>();
    callback->kind = spec::CallbackKind::kEvaluate;
    callback->operator_name = "ArrowEvalPython";
    callback->calls = std::move(calls_);
    auto node = std::make_shared<Node>();
    node->kind = NodeKind::kCallback;
    node->callback = std::move(callback);
    node->arguments = std::move(columns_);
    node->output = child->output;
    node->output.insert(node->output.end(), outputs_.begin(), outputs_.end());
    node->children = {std::move(child)};
    return node;
  }

 private:
  int AddColumn(const ExpressionPtr& column) {
    const auto same = std::find_if(columns_.begin(), columns_.end(), [&](const auto& known) {
      return SameExpression(*known, *column);
    });
    if (same != columns_.end()) return static_cast<int>(same - columns_.begin());
    columns_.push_back(column);
    return static_cast<int>(columns_.size()) - 1;
  }

  int kind_;
  bool alone_;
  std::vector<spec::ExternalScalarCall> calls_;
  std::vector<ExpressionPtr> columns_;
  std::vector<ExpressionPtr> added_;
  std::vector<Attribute> outputs_;
};

// Puts the calls of expressions over `child` below them, the innermost first.
class Extractor {
 public:
  explicit Extractor(NodePtr child) : child_(std::move(child)) {}

  const NodePtr& child() const { return child_; }

  /// One round over all expressions: calls whose arguments hold none become columns.
  ExpressionPtr Round(const ExpressionPtr& expression) {
    if (!ContainsExternalCall(*expression)) return expression;
    if (FindExternalCall(*expression) != nullptr && IsReady(*expression)) {
      return TripOf(*FindExternalCall(*expression)->function).Add(expression);
    }
    std::vector<ExpressionPtr> children;
    for (const ExpressionPtr& part : expression->children()) children.push_back(Round(part));
    return expression->WithChildren(std::move(children));
  }

  /// Ends a round. False if nothing was found in it.
  bool Finish() {
    const bool found = !trips_.empty();
    for (Trip& trip : trips_) child_ = std::move(trip).Build(std::move(child_));
    trips_.clear();
    return found;
  }

 private:
  static bool IsReady(const expr::Expression& call) {
    if (const ExpressionPtr* inner = ChainedCall(call)) return IsReady(**inner);
    return std::none_of(call.children().begin(), call.children().end(),
                        [](const ExpressionPtr& child) { return ContainsExternalCall(*child); });
  }

  Trip& TripOf(const spec::ExternalScalar& function) {
    for (Trip& trip : trips_) {
      if (trip.Takes(function)) return trip;
    }
    return trips_.emplace_back(function);
  }

  NodePtr child_;
  std::vector<Trip> trips_;
};

// `node` over more columns than before, with the output it had.
NodePtr RestoreOutput(std::shared_ptr<Node> node, const Node& before) {
  std::vector<NamedExpression> items = PassThrough(before.output);
  return BuildProject(std::move(node), std::move(items));
}

bool PassesColumnsOn(NodeKind kind) {
  return kind != NodeKind::kProject && kind != NodeKind::kAggregate;
}

NodePtr ExtractBelow(const NodePtr& node) {
  Extractor extractor(node->children[0]);
  NodePtr current = node;
  do {
    current = MapExpressions(
        current, [&extractor](const ExpressionPtr& part) { return extractor.Round(part); });
  } while (extractor.Finish());
  if (extractor.child() == node->children[0]) return node;
  auto changed = std::make_shared<Node>(*current);
  changed->children = {extractor.child()};
  if (!PassesColumnsOn(node->kind)) return changed;
  // Its own columns stand behind those of its child.
  const auto own = node->output.begin() + static_cast<int>(node->children[0]->output.size());
  changed->output = extractor.child()->output;
  changed->output.insert(changed->output.end(), own, node->output.end());
  return RestoreOutput(std::move(changed), *node);
}

NodePtr ExtractKeys(const NodePtr& side, std::vector<ExpressionPtr>* keys) {
  Extractor extractor(side);
  do {
    for (ExpressionPtr& key : *keys) key = extractor.Round(key);
  } while (extractor.Finish());
  return extractor.child();
}

// Keys are computed below the join, the rest of its condition above it: the analysis lets no such
// call into the condition of an outer join.
NodePtr ExtractFromJoin(const NodePtr& node) {
  Node join = *node;
  std::vector<ExpressionPtr> kept;
  std::vector<ExpressionPtr> moved;
  if (node->condition != nullptr) {
    for (const ExpressionPtr& part : SplitConjuncts(node->condition)) {
      (ContainsExternalCall(*part) ? moved : kept).push_back(part);
    }
  }
  join.condition = JoinConjuncts(kept);
  NodePtr left = ExtractKeys(node->children[0], &join.left_keys);
  NodePtr right = ExtractKeys(node->children[1], &join.right_keys);
  const bool same = left == node->children[0] && right == node->children[1];
  if (same && moved.empty()) return node;
  NodePtr changed = BuildJoin(std::move(left), std::move(right), std::move(join));
  if (!moved.empty()) changed = ExtractBelow(BuildFilter(changed, JoinConjuncts(moved)));
  return BuildProject(std::move(changed), PassThrough(node->output));
}

// An aggregation by programs' functions: keys and arguments become columns, the rest is a call.
NodePtr ExtractAggregates(const NodePtr& node) {
  auto callback = std::make_shared<spec::Callback>();
  callback->kind = spec::CallbackKind::kAggregateGroups;
  callback->operator_name = "AggregateInPandas";
  auto made = std::make_shared<Node>();
  made->kind = NodeKind::kCallback;
  made->output = node->output;
  std::vector<NamedExpression> columns = node->grouping;
  for (const NamedExpression& key : columns) made->keys.push_back(key.output.id);
  for (const AggregateCall& call : node->aggregates) {
    const int first_column = static_cast<int>(made->arguments.size());
    callback->calls.push_back(CallOfAggregate(*call.function, first_column));
    for (const ExpressionPtr& argument : call.arguments) {
      Attribute column{argument->ToPrettyString(), argument->type(), true, NextAttributeId()};
      made->arguments.push_back(column.Reference());
      columns.push_back({argument, std::move(column)});
    }
  }
  made->callback = std::move(callback);
  made->children = {BuildProject(node->children[0], std::move(columns))};
  return made;
}

}  // namespace

NodePtr ExtractExternalCalls(const NodePtr& plan) {
  return TransformUp(plan, [](const NodePtr& node) {
    if (node->kind == NodeKind::kJoin) return ExtractFromJoin(node);
    if (node->children.size() != 1) return node;
    const NodePtr extracted = ExtractBelow(node);
    return extracted->kind == NodeKind::kAggregate && HasExternalAggregate(*extracted)
               ? ExtractAggregates(extracted)
               : extracted;
  });
}

}  // namespace thalweg::plan
