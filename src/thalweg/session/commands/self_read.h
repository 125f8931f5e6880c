#pragma once

#include "thalweg/plan/catalog/catalog.h"
#include "thalweg/plan/spec/relation.h"

namespace thalweg::session {

/// Errors: UNSUPPORTED_OVERWRITE.TABLE where the query reads the table, also through views.
/// `depth`: of views inside each other.
Status CheckDoesNotRead(const plan::Catalog& catalog, const plan::spec::Relation& query,
                        const plan::TableEntry& table, int depth = 0);

}  // namespace thalweg::session
