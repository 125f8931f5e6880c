#pragma once

// The tables and views that a query names.

#include <functional>

#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan::spec {

/// Calls `visit` with each relation of `query` that is a name of a table or view, also in
/// subqueries of its expressions. Names that a WITH around them defines are left out.
void ForEachTableName(const Relation& query, const std::function<void(const Relation&)>& visit);

/// Whether `expression` has a subquery in it.
bool HasSubquery(const Expression& expression);

}  // namespace thalweg::plan::spec
