#include "thalweg/plan/analyzer/empty_value.h"

#include <map>
#include <vector>

#include <arrow/scalar.h>

#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

// What an aggregate gives for no rows.
std::optional<expr::ExpressionPtr> EmptyAggregate(const AggregateCall& call) {
  std::vector<uint64_t> words(static_cast<size_t>((call.function->slot_size() + 7) / 8));
  auto* slot = reinterpret_cast<uint8_t*>(words.data());
  call.function->Init(slot);
  const auto result = call.function->Finish({}, {&slot, 1, 0});
  call.function->Destroy(slot);
  if (!result.ok()) return std::nullopt;
  const auto scalar = (*result)->GetScalar(0);
  if (!scalar.ok()) return std::nullopt;
  return expr::Literal::Make(*scalar);
}

// Whether a plan gives a row even if nothing comes in.
bool RestsOnTotal(const Node& node) {
  switch (node.kind) {
    case NodeKind::kAggregate:
      return node.grouping.empty() && !node.is_distinct;
    case NodeKind::kProject:
    case NodeKind::kFilter:
    case NodeKind::kSort:
    case NodeKind::kRepartition:
      return RestsOnTotal(*node.children[0]);
    default:
      return false;
  }
}

}  // namespace

std::optional<expr::ExpressionPtr> EmptyValue(const Node& node, uint64_t id) {
  switch (node.kind) {
    case NodeKind::kAggregate:
      if (!node.grouping.empty() || node.is_distinct) return std::nullopt;
      for (const AggregateCall& call : node.aggregates) {
        if (call.output.id == id) return EmptyAggregate(call);
      }
      return std::nullopt;
    case NodeKind::kProject:
      for (const NamedExpression& item : node.projections) {
        if (item.output.id != id) continue;
        std::map<uint64_t, expr::ExpressionPtr> values;
        for (const uint64_t part : expr::CollectAttributeIds(*item.expression)) {
          const auto value = EmptyValue(*node.children[0], part);
          if (value) values.emplace(part, *value);
        }
        if (!RestsOnTotal(*node.children[0])) return std::nullopt;
        return Substitute(item.expression, values);
      }
      return std::nullopt;
    case NodeKind::kFilter: {
      const auto value = EmptyValue(*node.children[0], id);
      if (!value) return std::nullopt;
      std::map<uint64_t, expr::ExpressionPtr> values;
      for (const uint64_t part : expr::CollectAttributeIds(*node.condition)) {
        const auto known = EmptyValue(*node.children[0], part);
        if (known) values.emplace(part, *known);
      }
      return expr::Case::If(Substitute(node.condition, values), *value,
                            expr::Literal::Null((*value)->type()));
    }
    case NodeKind::kSort:
    case NodeKind::kRepartition:
      return EmptyValue(*node.children[0], id);
    default:
      return std::nullopt;
  }
}

}  // namespace thalweg::plan
