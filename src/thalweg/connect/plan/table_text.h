#pragma once

#include <string>

#include "thalweg/plan/catalog/catalog.h"

namespace thalweg::connect {

/// The CREATE TABLE that makes `table`, whose columns are those of `schema`, as Spark writes it.
std::string CreateTableText(const plan::TableEntry& table, const arrow::Schema& schema);

}  // namespace thalweg::connect
