#pragma once

#include <string>

#include "thalweg/plan/catalog/catalog.h"

namespace thalweg::session {

/// The CREATE TABLE that makes `table`, whose columns are those of `schema`, as Spark writes it.
std::string CreateTableText(const plan::TableEntry& table, const arrow::Schema& schema);

/// The CREATE VIEW that makes `view`, a view of the catalog, as Spark writes it.
std::string CreateViewText(const plan::TableEntry& view);

}  // namespace thalweg::session
