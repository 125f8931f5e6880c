#pragma once

#include <string>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/session/session.h"

namespace thalweg::session {

/// Where the tables of a database lie: its location, else below the warehouse.
std::string DatabaseLocation(const Session& session, const plan::DatabaseEntry& database);
/// Where a table that says no location lies. Its database may be one that is not there.
std::string DefaultLocation(Session* session, const plan::TableName& name);

}  // namespace thalweg::session
