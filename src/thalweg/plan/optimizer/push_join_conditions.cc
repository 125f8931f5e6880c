#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include <arrow/type.h>

#include "thalweg/functions/null_test.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/optimizer/rules.h"

namespace thalweg::plan {
namespace {

using expr::ExpressionKind;
using expr::ExpressionPtr;

// Sides whose rows come out only with a match: what cannot match may go before.
std::array<bool, 2> SidesThatMustMatch(JoinType type) {
  switch (type) {
    case JoinType::kInner:
    case JoinType::kCross:
    case JoinType::kLeftSemi:
      return {true, true};
    case JoinType::kLeft:
    case JoinType::kLeftAnti:
    case JoinType::kExistence:
      return {false, true};
    case JoinType::kRight:
      return {true, false};
    case JoinType::kFull:
      return {false, false};
  }
  return {false, false};
}

NodePtr PushOwnConjuncts(const NodePtr& join) {
  if (join->kind != NodeKind::kJoin || join->condition == nullptr || join->set_operation) {
    return join;
  }
  const std::array<bool, 2> may_filter = SidesThatMustMatch(join->join_type);
  std::array<std::vector<ExpressionPtr>, 2> own;
  std::vector<ExpressionPtr> rest;
  for (const ExpressionPtr& conjunct : SplitConjuncts(join->condition)) {
    int side = 0;
    while (side < 2 && !(may_filter[side] && ReadsOnly(*conjunct, join->children[side]->output))) {
      ++side;
    }
    // A conjunct that can fail sees only rows that have a partner.
    const bool moves = side < 2 && conjunct->IsDeterministic() && !conjunct->CanFail() &&
                       !expr::CollectAttributeIds(*conjunct).empty();
    (moves ? own[side] : rest).push_back(conjunct);
  }
  if (own[0].empty() && own[1].empty()) return join;
  auto copy = std::make_shared<Node>(*join);
  for (int side = 0; side < 2; ++side) {
    if (own[side].empty()) continue;
    copy->children[side] = BuildFilter(join->children[side], JoinConjuncts(own[side]));
  }
  copy->condition = JoinConjuncts(rest);
  return copy;
}

// Operators that give NULL for a NULL operand.
bool PassesNull(const expr::Expression& expression) {
  if (expression.kind() == ExpressionKind::kCast || expression.kind() == ExpressionKind::kNot) {
    return true;
  }
  if (expression.kind() != ExpressionKind::kCall) return false;
  static const std::set<std::string> kOperators = {"=",  "==", "!=", "<>", "<", "<=", ">",
                                                   ">=", "+",  "-",  "*",  "/", "%",  "negative"};
  return kOperators.contains(static_cast<const expr::Call&>(expression).function().name);
}

// A column or a field in it, at any depth.
bool IsColumnOrField(const expr::Expression& expression) {
  if (expression.kind() == ExpressionKind::kAttribute) return true;
  return expression.kind() == ExpressionKind::kCall &&
         static_cast<const expr::Call&>(expression).function().name == "getfield" &&
         expression.children()[0]->type()->id() == arrow::Type::STRUCT &&
         IsColumnOrField(*expression.children()[0]);
}

using ByText = std::map<std::string, ExpressionPtr>;

// Columns and fields whose NULL makes the expression NULL.
void CollectRequired(const ExpressionPtr& expression, ByText* required) {
  if (IsColumnOrField(*expression)) {
    if (expression->nullable()) required->emplace(expression->ToString(), expression);
  } else if (PassesNull(*expression)) {
    for (const ExpressionPtr& child : expression->children()) CollectRequired(child, required);
  }
}

NodePtr FilterNulls(const NodePtr& join) {
  if (join->kind != NodeKind::kJoin || join->set_operation) return join;
  ByText required;
  for (size_t i = 0; i < join->left_keys.size(); ++i) {
    if (i < join->null_safe_keys.size() && join->null_safe_keys[i]) continue;
    CollectRequired(join->left_keys[i], &required);
    CollectRequired(join->right_keys[i], &required);
  }
  for (const ExpressionPtr& conjunct : SplitConjuncts(join->condition)) {
    CollectRequired(conjunct, &required);
  }
  const std::array<bool, 2> may_filter = SidesThatMustMatch(join->join_type);
  auto copy = std::make_shared<Node>(*join);
  for (int side = 0; side < 2; ++side) {
    const NodePtr& child = join->children[side];
    if (!may_filter[side] || !child->is_streaming()) continue;
    std::vector<ExpressionPtr> tests;
    for (const auto& [text, column] : required) {
      if (!ReadsOnly(*column, child->output)) continue;
      tests.push_back(functions::MakeIsNotNull(column));
    }
    if (!tests.empty()) copy->children[side] = BuildFilter(child, JoinConjuncts(tests));
  }
  return copy;
}

}  // namespace

NodePtr PushJoinConditions(const NodePtr& plan) { return TransformUp(plan, PushOwnConjuncts); }

NodePtr FilterNullsBelowJoins(const NodePtr& plan) {
  if (!plan->is_streaming()) return plan;
  return TransformUp(plan, FilterNulls);
}

}  // namespace thalweg::plan
