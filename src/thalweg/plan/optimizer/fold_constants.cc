#include <arrow/scalar.h>

#include "thalweg/plan/optimizer/rules.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg::plan {

NodePtr FoldConstants(const NodePtr& plan, const expr::EvalContext& context) {
  const auto fold = [&context](const expr::ExpressionPtr& part) -> expr::ExpressionPtr {
    if (part->kind() == expr::ExpressionKind::kLiteral || !part->IsFoldable()) return part;
    if (HasUserDefined(*part->type())) return part;
    const auto value = expr::Fold(*part, context);
    if (!value.ok() || !(*value)->type->Equals(*part->type())) return part;
    return expr::Literal::Make(*value);
  };
  return TransformUp(plan, [&fold](const NodePtr& node) {
    return MapExpressions(node, [&fold](const expr::ExpressionPtr& expression) {
      return expr::Transform(expression, fold);
    });
  });
}

}  // namespace thalweg::plan
