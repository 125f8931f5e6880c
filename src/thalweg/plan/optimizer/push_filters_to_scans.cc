#include <arrow/scalar.h>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

std::string Mirrored(const std::string& op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

// The ordinal in the source of an attribute that `scan` gives, or -1.
int SourceColumn(const Node& scan, const expr::Expression& expression) {
  if (expression.kind() != expr::ExpressionKind::kAttribute) return -1;
  const uint64_t id = static_cast<const expr::AttributeReference&>(expression).id();
  for (size_t i = 0; i < scan.output.size(); ++i) {
    if (scan.output[i].id == id) return scan.source_columns[i];
  }
  return -1;
}

bool MakePushedFilter(const Node& scan, const expr::Expression& conjunct,
                      io::PushedFilter* filter) {
  if (conjunct.kind() != expr::ExpressionKind::kCall) return false;
  const std::string& name = static_cast<const expr::Call&>(conjunct).function().name;
  const auto& children = conjunct.children();
  if (name == "isnotnull" && children.size() == 1) {
    filter->column = SourceColumn(scan, *children[0]);
    filter->op = name;
    return filter->column >= 0;
  }
  const bool comparison = name == "=" || name == "<" || name == "<=" || name == ">" || name == ">=";
  if (!comparison || children.size() != 2) return false;
  const bool flipped = children[0]->kind() == expr::ExpressionKind::kLiteral;
  const expr::ExpressionPtr& column = children[flipped ? 1 : 0];
  const expr::ExpressionPtr& constant = children[flipped ? 0 : 1];
  if (constant->kind() != expr::ExpressionKind::kLiteral) return false;
  filter->column = SourceColumn(scan, *column);
  filter->op = flipped ? Mirrored(name) : name;
  filter->value = static_cast<const expr::Literal&>(*constant).value();
  return filter->column >= 0 && filter->value->is_valid;
}

}  // namespace

NodePtr PushFiltersToScans(const NodePtr& plan) {
  return TransformUp(plan, [](const NodePtr& node) -> NodePtr {
    if (node->kind != NodeKind::kFilter || node->children[0]->kind != NodeKind::kScan) return node;
    auto scan = std::make_shared<Node>(*node->children[0]);
    scan->pushed_filters.clear();
    for (const expr::ExpressionPtr& conjunct : SplitConjuncts(node->condition)) {
      io::PushedFilter filter;
      if (MakePushedFilter(*scan, *conjunct, &filter)) scan->pushed_filters.push_back(filter);
    }
    if (scan->pushed_filters.empty()) return node;
    return BuildFilter(std::move(scan), node->condition);
  });
}

}  // namespace thalweg::plan
