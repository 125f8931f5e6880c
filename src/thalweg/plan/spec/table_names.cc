#include "thalweg/plan/spec/table_names.h"

#include <algorithm>

#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::plan::spec {
namespace {

class TableNames {
 public:
  explicit TableNames(const std::function<void(const Relation&)>& visit) : visit_(visit) {}

  void Walk(const Relation& relation) {
    const size_t hidden = hidden_.size();
    for (const auto& [name, definition] : relation.definitions) {
      Walk(*definition);
      hidden_.push_back(ToLowerAscii(name));
    }
    if (relation.kind == RelationKind::kTable && !IsHidden(relation)) visit_(relation);
    if (relation.input) Walk(*relation.input);
    if (relation.right) Walk(*relation.right);
    WalkExpressions(relation);
    hidden_.resize(hidden);
  }

 private:
  bool IsHidden(const Relation& relation) const {
    return relation.table_name.size() == 1 &&
           std::find(hidden_.begin(), hidden_.end(), ToLowerAscii(relation.table_name[0])) !=
               hidden_.end();
  }

  void WalkExpressions(const Relation& relation) {
    WalkAll(relation.expressions);
    WalkAll(relation.outputs);
    for (const auto& row : relation.rows) WalkAll(row);
    for (const SortOrder& order : relation.order) WalkOne(order.expression);
    WalkOne(relation.condition);
    if (relation.arguments == nullptr) return;
    WalkAll(relation.arguments->pivot.grouping);
    WalkAll(relation.arguments->pivot.aggregates);
    if (relation.arguments->unpivot.ids) WalkAll(*relation.arguments->unpivot.ids);
  }

  void WalkAll(const std::vector<ExpressionPtr>& expressions) {
    for (const ExpressionPtr& expression : expressions) WalkOne(expression);
  }

  void WalkOne(const ExpressionPtr& expression) {
    if (expression == nullptr) return;
    if (expression->relation) Walk(*expression->relation);
    WalkAll(expression->children);
    WalkOne(expression->filter);
  }

  const std::function<void(const Relation&)>& visit_;
  std::vector<std::string> hidden_;
};

}  // namespace

void ForEachTableName(const Relation& query, const std::function<void(const Relation&)>& visit) {
  TableNames(visit).Walk(query);
}

bool HasSubquery(const Expression& expression) {
  return expression.kind == ExpressionKind::kSubquery ||
         std::any_of(expression.children.begin(), expression.children.end(),
                     [](const ExpressionPtr& child) { return HasSubquery(*child); });
}

}  // namespace thalweg::plan::spec
