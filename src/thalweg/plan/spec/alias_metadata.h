#pragma once

// Metadata that a program gives a column with its name (`column.alias(name, metadata=...)`). It
// lies in the `literal` of a kAlias, as JSON.

#include <optional>
#include <string>

#include "thalweg/plan/spec/expression.h"
#include "thalweg/types/column_metadata.h"

namespace thalweg::plan::spec {

/// `json` is an object; an empty one takes away what the column has. `alias` is a kAlias.
void SetAliasMetadata(std::string json, Expression* alias);
/// Nothing where an alias says nothing of it, or the expression is none. Errors as of
/// ColumnMetadataFromJson().
Result<std::optional<ColumnMetadata>> AliasMetadataOf(const Expression& expression);

}  // namespace thalweg::plan::spec
