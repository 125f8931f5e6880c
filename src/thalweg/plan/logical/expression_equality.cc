#include "thalweg/plan/logical/expression_equality.h"

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include <arrow/scalar.h>

#include "thalweg/plan/logical/external_call.h"

namespace thalweg::plan {
namespace {

using expr::ExpressionKind;

bool IsCommutative(const expr::Expression& expression) {
  if (expression.kind() == ExpressionKind::kAnd || expression.kind() == ExpressionKind::kOr) {
    return true;
  }
  if (expression.kind() != ExpressionKind::kCall) return false;
  constexpr std::array<std::string_view, 8> kNames = {"+", "*", "=", "<=>", "&", "|", "^", "=="};
  const std::string& name = static_cast<const expr::Call&>(expression).function().name;
  for (const std::string_view candidate : kNames) {
    if (candidate == name) return true;
  }
  return false;
}

// Programs may give several functions one name.
bool SameExternalCall(const expr::Expression& left, const expr::Expression& right) {
  const ExternalKernel* a = FindExternalCall(left);
  const ExternalKernel* b = FindExternalCall(right);
  if (a == nullptr || b == nullptr) return a == b;
  return a->argument_names == b->argument_names && a->function->Equals(*b->function);
}

// Everything but the children.
bool SameHead(const expr::Expression& left, const expr::Expression& right) {
  if (left.kind() != right.kind() || left.children().size() != right.children().size()) {
    return false;
  }
  if (!left.type()->Equals(*right.type())) return false;
  switch (left.kind()) {
    case ExpressionKind::kLiteral:
      return static_cast<const expr::Literal&>(left).value()->Equals(
          *static_cast<const expr::Literal&>(right).value());
    case ExpressionKind::kAttribute:
      return static_cast<const expr::AttributeReference&>(left).id() ==
             static_cast<const expr::AttributeReference&>(right).id();
    case ExpressionKind::kColumn:
      return static_cast<const expr::ColumnReference&>(left).ordinal() ==
             static_cast<const expr::ColumnReference&>(right).ordinal();
    case ExpressionKind::kCall:
      return static_cast<const expr::Call&>(left).function().name ==
                 static_cast<const expr::Call&>(right).function().name &&
             SameExternalCall(left, right);
    case ExpressionKind::kCase:
      return static_cast<const expr::Case&>(left).form() ==
             static_cast<const expr::Case&>(right).form();
    case ExpressionKind::kCast:
      return static_cast<const expr::Cast&>(left).mode() ==
             static_cast<const expr::Cast&>(right).mode();
    default:
      return true;
  }
}

// Of what SameHead compares, the most telling part.
size_t HashOfHead(const expr::Expression& expression) {
  switch (expression.kind()) {
    case ExpressionKind::kLiteral:
      return static_cast<const expr::Literal&>(expression).value()->hash();
    case ExpressionKind::kAttribute:
      return std::hash<uint64_t>()(static_cast<const expr::AttributeReference&>(expression).id());
    case ExpressionKind::kColumn:
      return std::hash<int>()(static_cast<const expr::ColumnReference&>(expression).ordinal());
    case ExpressionKind::kCall:
      return std::hash<std::string>()(static_cast<const expr::Call&>(expression).function().name);
    default:
      return static_cast<size_t>(expression.kind());
  }
}

}  // namespace

bool SameForm(const expr::Expression& left, const expr::Expression& right) {
  if (!SameHead(left, right)) return false;
  const auto& a = left.children();
  const auto& b = right.children();
  bool same = true;
  for (size_t i = 0; i < a.size() && same; ++i) same = SameForm(*a[i], *b[i]);
  if (same) return true;
  return a.size() == 2 && IsCommutative(left) && SameForm(*a[0], *b[1]) && SameForm(*a[1], *b[0]);
}

bool SameExpression(const expr::Expression& left, const expr::Expression& right) {
  return SameForm(left, right) && left.IsDeterministic();
}

size_t HashOfExpression(const expr::Expression& expression) {
  constexpr size_t kSpread = 0x9E3779B97F4A7C15;
  size_t hash = HashOfHead(expression);
  // A sum: operands of commutative operators may stand in any order.
  for (const expr::ExpressionPtr& child : expression.children()) {
    hash += HashOfExpression(*child) * kSpread;
  }
  return hash;
}

}  // namespace thalweg::plan
