#pragma once

#include "thalweg/session/commands/commands.h"

namespace thalweg::session {

/// CACHE TABLE, UNCACHE TABLE, CLEAR CACHE, REFRESH.
Result<StatementOutcome> RunCacheStatement(Session* session, const Statement& statement,
                                           const BatchRun& run);

}  // namespace thalweg::session
