#include "thalweg/expr/expression.h"

#include <algorithm>

#include <arrow/api.h>

namespace thalweg::expr {

Expression::Expression(ExpressionKind kind, TypePtr type, bool nullable,
                       std::vector<ExpressionPtr> children)
    : kind_(kind), type_(std::move(type)), nullable_(nullable), children_(std::move(children)) {}

bool Expression::CanFail() const {
  return SelfCanFail() || std::any_of(children_.begin(), children_.end(),
                                      [](const auto& child) { return child->CanFail(); });
}

bool Expression::IsDeterministic() const {
  return SelfIsDeterministic() &&
         std::all_of(children_.begin(), children_.end(),
                     [](const auto& child) { return child->IsDeterministic(); });
}

bool Expression::IsFoldable() const {
  if (kind_ == ExpressionKind::kAttribute || kind_ == ExpressionKind::kColumn) return false;
  return SelfIsDeterministic() &&
         std::all_of(children_.begin(), children_.end(),
                     [](const auto& child) { return child->IsFoldable(); });
}

}  // namespace thalweg::expr
