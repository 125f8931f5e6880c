#pragma once

#include <string>

#include "thalweg/session/commands/commands.h"

namespace thalweg::session {

/// `spark_catalog`.`d`.`t`.
std::string FullName(const plan::TableName& name);

// TABLE_OR_VIEW_NOT_FOUND: Spark looks for what a statement names in different places and says so.

/// Of statements that are like queries (INSERT).
Status QueriedTableNotFound(const Statement& statement);
/// Of commands on a table (TRUNCATE).
Status CommandTableNotFound(Session* session, const Statement& statement);
/// Of what is to be dropped.
Status DroppedNotFound(Session* session, const Statement& statement);

}  // namespace thalweg::session
