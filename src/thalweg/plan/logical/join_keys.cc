#include "thalweg/plan/logical/join_keys.h"

#include "thalweg/plan/logical/build.h"

namespace thalweg::plan {
namespace {

struct KeyPair {
  expr::ExpressionPtr left;
  expr::ExpressionPtr right;
  bool null_safe = false;
};

// The key that `conjunct` is; no left side if it is none.
KeyPair FindKey(const expr::Expression& conjunct, const std::vector<Attribute>& left,
                const std::vector<Attribute>& right) {
  if (conjunct.kind() != expr::ExpressionKind::kCall || !conjunct.IsDeterministic()) return {};
  const std::string& name = static_cast<const expr::Call&>(conjunct).function().name;
  if (name != "=" && name != "==" && name != "<=>") return {};
  expr::ExpressionPtr first = conjunct.children()[0];
  expr::ExpressionPtr second = conjunct.children()[1];
  if (expr::CollectAttributeIds(*first).empty() || expr::CollectAttributeIds(*second).empty()) {
    return {};
  }
  if (ReadsOnly(*first, right) && ReadsOnly(*second, left)) std::swap(first, second);
  if (!ReadsOnly(*first, left) || !ReadsOnly(*second, right)) return {};
  return {std::move(first), std::move(second), name == "<=>"};
}

}  // namespace

void ExtractJoinKeys(const expr::ExpressionPtr& condition, const std::vector<Attribute>& left,
                     const std::vector<Attribute>& right, Node* join) {
  std::vector<expr::ExpressionPtr> rest;
  for (const expr::ExpressionPtr& conjunct : SplitConjuncts(condition)) {
    KeyPair key = FindKey(*conjunct, left, right);
    if (key.left == nullptr) {
      rest.push_back(conjunct);
      continue;
    }
    join->left_keys.push_back(std::move(key.left));
    join->right_keys.push_back(std::move(key.right));
    join->null_safe_keys.push_back(key.null_safe);
  }
  join->condition = JoinConjuncts(rest);
}

}  // namespace thalweg::plan
