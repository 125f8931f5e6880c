#pragma once

// Columns of variants to columns of other types and back.

#include <optional>
#include <vector>

#include "thalweg/expr/expression.h"
#include "thalweg/types/variant_builder.h"
#include "thalweg/types/variant_value.h"

namespace thalweg::expr {

/// The variants of some rows; none where the row is NULL. They view bytes of a column.
using VariantCells = std::vector<std::optional<VariantValue>>;

/// The cells of a column of VARIANT, or of its one value. Errors: MALFORMED_VARIANT.
Result<VariantCells> ReadVariants(const arrow::Array& packed);

/// The values of the cells as `to`; what does not fit is NULL in TRY mode. A variant null is NULL
/// but for a VARIANT.
/// Errors: INVALID_VARIANT_CAST, MALFORMED_VARIANT.
Result<ArrayPtr> VariantsTo(const VariantCells& cells, const TypePtr& to, EvalMode mode,
                            const EvalContext& context);

/// The rows of a column as variants; NULL stays NULL, but is a variant null within others.
/// Errors: VARIANT_DUPLICATE_KEY, VARIANT_SIZE_LIMIT, MALFORMED_VARIANT.
Result<ArrayPtr> ToVariants(const arrow::Array& values);

}  // namespace thalweg::expr
