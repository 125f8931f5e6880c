#include "thalweg/plan/analyzer/plan_columns.h"

#include <utility>

#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

// What Spark calls the star of a DataFrame in errors.
constexpr char kStar[] = "\"unresolveddataframestar()\"";

const Attribute* FindVisible(const Scope& scope, uint64_t id) {
  for (const std::vector<Attribute>* list : {&scope.attributes, &scope.hidden, &scope.metadata}) {
    for (const Attribute& attribute : *list) {
      if (attribute.id == id) return &attribute;
    }
  }
  return nullptr;
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string name;
  for (const std::string& part : parts) name += (name.empty() ? "" : ".") + part;
  return name;
}

}  // namespace

PlanColumns::InputScope::InputScope(PlanColumns* columns, Inputs inputs) : columns_(columns) {
  if (columns_ != nullptr) before_ = std::exchange(columns_->inputs_, std::move(inputs));
}

PlanColumns::InputScope::~InputScope() {
  if (columns_ != nullptr) columns_->inputs_ = std::move(before_);
}

const Scope* PlanColumns::FindInput(int64_t id) const {
  const Scope* found = nullptr;
  for (const auto& [input_id, scope] : inputs_) {
    if (input_id != id) continue;
    if (found != nullptr) return nullptr;
    found = scope;
  }
  return found;
}

void PlanColumns::Add(int64_t id, const AnalyzedRelation& relation) {
  relations_[id].push_back(relation);
}

std::vector<const Scope*> PlanColumns::ScopesOf(int64_t id) const {
  std::vector<const Scope*> scopes;
  const auto known = relations_.find(id);
  if (known == relations_.end()) return scopes;
  for (const AnalyzedRelation& relation : known->second) scopes.push_back(&relation.scope);
  return scopes;
}

std::vector<const Scope*> PlanColumns::ScopesOf(const Node& node) const {
  std::vector<const Scope*> scopes;
  for (const auto& [id, relations] : relations_) {
    for (const AnalyzedRelation& relation : relations) {
      if (relation.node.get() == &node) scopes.push_back(&relation.scope);
    }
  }
  return scopes;
}

Result<std::optional<NameMatch>> PlanColumns::Find(int64_t id,
                                                   const std::vector<std::string>& parts,
                                                   const Scope& scope) const {
  if (IsMerged(id)) return std::optional<NameMatch>();
  if (const Scope* input = FindInput(id); input != nullptr) {
    ARROW_ASSIGN_OR_RAISE(std::optional<NameMatch> match, FindName(*input, parts));
    if (match && FindVisible(scope, match->attribute.id) != nullptr) return match;
  }
  std::optional<NameMatch> found;
  bool is_known = false;
  for (const Scope* known : ScopesOf(id)) {
    ARROW_ASSIGN_OR_RAISE(std::optional<NameMatch> match, FindName(*known, parts));
    if (!match) continue;
    is_known = true;
    const Attribute* visible = FindVisible(scope, match->attribute.id);
    // With another name it is another column.
    if (visible == nullptr || !EqualsIgnoreCase(visible->name, match->attribute.name)) continue;
    if (found && found->attribute.id != visible->id) {
      return MakeError("AMBIGUOUS_COLUMN_REFERENCE", {{"name", QuoteExpression(Joined(parts))}});
    }
    match->attribute = *visible;
    found = std::move(match);
  }
  if (!is_known) {
    return MakeError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", QuoteExpression(Joined(parts))}});
  }
  return found;
}

Result<std::vector<Attribute>> PlanColumns::Columns(int64_t id, const Scope& scope) const {
  if (IsMerged(id)) return scope.attributes;
  std::optional<std::vector<Attribute>> found;
  for (const Scope* known : ScopesOf(id)) {
    std::vector<Attribute> columns;
    for (const Attribute& attribute : known->attributes) {
      const Attribute* visible = FindVisible(scope, attribute.id);
      if (visible != nullptr && EqualsIgnoreCase(visible->name, attribute.name)) {
        columns.push_back(*visible);
      }
    }
    if (columns.size() < known->attributes.size()) continue;
    if (found) return MakeError("AMBIGUOUS_COLUMN_REFERENCE", {{"name", kStar}});
    found = std::move(columns);
  }
  if (!found) {
    return MakeError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", kStar}});
  }
  return *found;
}

}  // namespace thalweg::plan
