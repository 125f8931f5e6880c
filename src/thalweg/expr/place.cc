// Places of expressions in what the user wrote.

#include "thalweg/expr/expression.h"

namespace thalweg::expr {
namespace {

bool HasPlaces(const Expression& expression) {
  return expression.kind() == ExpressionKind::kCall || expression.kind() == ExpressionKind::kCast;
}

}  // namespace

ExpressionPtr Expression::KeepPlace(ExpressionPtr copy) const {
  // A cast to the type that its child has is the child, which others may have too.
  if (place_ != nullptr && copy.use_count() == 1 && copy->place_ == nullptr) {
    std::const_pointer_cast<Expression>(copy)->place_ = place_;
  }
  return copy;
}

Status Expression::Placed(const Status& status) const {
  return place_ == nullptr ? status : WithPosition(status, *place_);
}

ExpressionPtr WithPlace(const ExpressionPtr& expression, const SqlPosition& position) {
  if (expression->place() != nullptr || expression->children().empty()) return expression;
  bool changed = HasPlaces(*expression);
  std::vector<ExpressionPtr> children;
  children.reserve(expression->children().size());
  for (const ExpressionPtr& child : expression->children()) {
    children.push_back(WithPlace(child, position));
    changed = changed || children.back() != child;
  }
  if (!changed) return expression;
  ExpressionPtr copy = expression->WithChildren(std::move(children));
  if (HasPlaces(*expression) && copy.use_count() == 1) {
    std::const_pointer_cast<Expression>(copy)->place_ =
        std::make_shared<const SqlPosition>(position);
  }
  return copy;
}

}  // namespace thalweg::expr
