#include <optional>

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

using expr::ExpressionKind;
using expr::ExpressionPtr;

bool IsLiteral(const expr::Expression& expression) {
  return expression.kind() == ExpressionKind::kLiteral;
}

// The value of a boolean literal that is not NULL.
std::optional<bool> Truth(const expr::Expression& expression) {
  if (!IsLiteral(expression) || expression.type()->id() != arrow::Type::BOOL) return std::nullopt;
  const arrow::Scalar& value = *static_cast<const expr::Literal&>(expression).value();
  if (!value.is_valid) return std::nullopt;
  return static_cast<const arrow::BooleanScalar&>(value).value;
}

ExpressionPtr SimplifyConjunction(const ExpressionPtr& part) {
  const bool is_and = part->kind() == ExpressionKind::kAnd;
  const ExpressionPtr& left = part->children()[0];
  const ExpressionPtr& right = part->children()[1];
  for (const auto& [known, other] : {std::pair(&left, &right), std::pair(&right, &left)}) {
    const std::optional<bool> truth = Truth(**known);
    if (!truth) continue;
    return *truth == is_and ? *other : expr::Literal::Boolean(!is_and);
  }
  return part;
}

// Branches of CASE and IF whose condition is constant.
ExpressionPtr SimplifyCase(const ExpressionPtr& part) {
  const std::vector<ExpressionPtr>& children = part->children();
  std::vector<ExpressionPtr> kept;
  for (size_t i = 0; i + 1 < children.size(); i += 2) {
    if (IsLiteral(*children[i])) {
      if (Truth(*children[i]).value_or(false)) {
        return kept.empty() ? children[i + 1] : expr::Case::Make(std::move(kept), children[i + 1]);
      }
      continue;  // false or NULL
    }
    kept.push_back(children[i]);
    kept.push_back(children[i + 1]);
  }
  if (kept.empty()) return children.back();
  if (kept.size() + 1 == children.size()) return part;
  return expr::Case::Make(std::move(kept), children.back());
}

ExpressionPtr Simplify(const ExpressionPtr& part) {
  switch (part->kind()) {
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr:
      return SimplifyConjunction(part);
    case ExpressionKind::kNot: {
      const ExpressionPtr& child = part->children()[0];
      if (child->kind() == ExpressionKind::kNot) return child->children()[0];
      const std::optional<bool> truth = Truth(*child);
      return truth ? expr::Literal::Boolean(!*truth) : part;
    }
    case ExpressionKind::kCase:
      return static_cast<const expr::Case&>(*part).form() == expr::CaseForm::kCoalesce
                 ? part
                 : SimplifyCase(part);
    default:
      return part;
  }
}

NodePtr SimplifyFilter(const NodePtr& node) {
  if (node->kind != NodeKind::kFilter || !IsLiteral(*node->condition)) return node;
  if (Truth(*node->condition).value_or(false)) return node->children[0];
  // A stream stays: its sources, watermarks and state must live on.
  return node->is_streaming() ? node : BuildLocal(node->output, {});
}

}  // namespace

NodePtr SimplifyConditions(const NodePtr& plan) {
  return TransformUp(plan, [](const NodePtr& node) {
    return SimplifyFilter(MapExpressions(node, [](const ExpressionPtr& expression) {
      return expr::Transform(expression, Simplify);
    }));
  });
}

}  // namespace thalweg::plan
