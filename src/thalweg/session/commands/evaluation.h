#pragma once

#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/session/session.h"

namespace thalweg::session {

/// The values of expressions over one row without columns; they may hold subqueries and
/// aggregates. Errors: those of the expressions.
Result<std::vector<std::shared_ptr<arrow::Scalar>>> Evaluate(
    Session* session, const std::vector<plan::spec::ExpressionPtr>& expressions);

/// The value as a column gets it that was declared as `declared` (types/char_type.h).
/// Errors: EXCEED_LIMIT_LENGTH.
Result<std::shared_ptr<arrow::Scalar>> FitToDeclared(const std::shared_ptr<arrow::Scalar>& value,
                                                     const TypePtr& declared);

}  // namespace thalweg::session
