#pragma once

#include <memory>
#include <string_view>

#include <arrow/type_fwd.h>

#include "thalweg/sql/token.h"

namespace thalweg::sql {

/// The constant that a number token denotes. Integers without a suffix are int, else bigint, else
/// decimal; 1.5 is a decimal of the fewest digits, 1e3 a double. Errors:
/// INVALID_NUMERIC_LITERAL_RANGE, DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION.
Result<std::shared_ptr<arrow::Scalar>> NumberLiteral(std::string_view text, NumberKind kind,
                                                     bool negative);

}  // namespace thalweg::sql
