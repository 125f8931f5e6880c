#pragma once

// Views of the catalog: CREATE VIEW without TEMPORARY. They live as long as the catalog.

#include "thalweg/session/commands/commands.h"

namespace thalweg::session {

/// CREATE [OR REPLACE] VIEW. Errors: those of its query; INVALID_TEMP_OBJ_REFERENCE,
/// RECURSIVE_VIEW, CREATE_VIEW_COLUMN_ARITY_MISMATCH, COLUMN_ALREADY_EXISTS,
/// TABLE_OR_VIEW_ALREADY_EXISTS, EXPECT_VIEW_NOT_TABLE, SCHEMA_NOT_FOUND.
Result<StatementOutcome> CreateCatalogView(Session* session, const Statement& statement);

/// Errors: CREATE_VIEW_COLUMN_ARITY_MISMATCH, COLUMN_ALREADY_EXISTS where the columns that the
/// statement lists do not fit `plan`, the analysed query.
Status CheckViewColumns(const Statement& statement, const plan::Node& plan);

}  // namespace thalweg::session
