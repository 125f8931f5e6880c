#include "thalweg/plan/analyzer/file_metadata.h"

#include <algorithm>

#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

/// Of files, and of the source state-metadata; and functions of what a file's has.
constexpr const char* kColumns[] = {"_metadata", "_numColsPrefixKey", "input_file_name",
                                    "input_file_block_start", "input_file_block_length"};

bool IsHiddenColumn(const std::string& name) {
  return std::any_of(std::begin(kColumns), std::end(kColumns),
                     [&](const char* column) { return EqualsIgnoreCase(name, column); });
}

bool Names(const spec::ExpressionPtr& expression);

bool AnyNames(const std::vector<spec::ExpressionPtr>& expressions) {
  return std::any_of(expressions.begin(), expressions.end(), Names);
}

bool Names(const spec::ExpressionPtr& expression) {
  if (expression == nullptr) return false;
  const bool names = std::any_of(expression->name.begin(), expression->name.end(), IsHiddenColumn);
  return names || AnyNames(expression->children) || Names(expression->filter);
}

}  // namespace

bool NamesFileMetadata(const spec::Relation& relation) {
  if (AnyNames(relation.expressions) || AnyNames(relation.outputs) || Names(relation.condition)) {
    return true;
  }
  if (std::any_of(relation.rows.begin(), relation.rows.end(), AnyNames)) return true;
  for (const spec::SortOrder& order : relation.order) {
    if (Names(order.expression)) return true;
  }
  for (const auto& [name, definition] : relation.definitions) {
    if (NamesFileMetadata(*definition)) return true;
  }
  return (relation.input != nullptr && NamesFileMetadata(*relation.input)) ||
         (relation.right != nullptr && NamesFileMetadata(*relation.right));
}

}  // namespace thalweg::plan
