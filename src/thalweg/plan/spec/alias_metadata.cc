#include "thalweg/plan/spec/alias_metadata.h"

#include <arrow/scalar.h>

namespace thalweg::plan::spec {

void SetAliasMetadata(std::string json, Expression* alias) {
  alias->literal = std::make_shared<arrow::StringScalar>(std::move(json));
}

Result<std::optional<ColumnMetadata>> AliasMetadataOf(const Expression& expression) {
  if (expression.kind != ExpressionKind::kAlias || expression.literal == nullptr) {
    return std::optional<ColumnMetadata>();
  }
  const auto& json = static_cast<const arrow::StringScalar&>(*expression.literal);
  ARROW_ASSIGN_OR_RAISE(ColumnMetadata metadata, ColumnMetadataFromJson(json.view()));
  return std::optional<ColumnMetadata>(std::move(metadata));
}

}  // namespace thalweg::plan::spec
