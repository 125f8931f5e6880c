#pragma once

// Which relation a column was taken from. A client's DataFrame is a relation with an id, and
// `df["x"]` names the column x of that very relation, wherever in the query it is used: this is how
// the two sides of a self-join are told apart.
//
// The id of a relation lies in its `position`, which trees without SQL text do not use; that of a
// name or star in its `literal`.

#include <cstdint>
#include <optional>

#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan::spec {

void SetPlanId(int64_t id, Relation* relation);
std::optional<int64_t> PlanIdOf(const Relation& relation);

/// `expression` is a kAttribute or kStar.
void SetPlanId(int64_t id, Expression* expression);
std::optional<int64_t> PlanIdOf(const Expression& expression);

}  // namespace thalweg::plan::spec
