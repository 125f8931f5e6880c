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

}  // namespace thalweg::session
