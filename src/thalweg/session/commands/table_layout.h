#pragma once

// How the rows of a table lie in files: CLUSTERED BY ... INTO n BUCKETS, and CLUSTER BY.

#include <string>
#include <vector>

#include "thalweg/session/commands/commands.h"

namespace thalweg::session {

/// The property that keeps the columns of CLUSTER BY: their name parts as JSON.
inline constexpr char kClusteringProperty[] = "clusteringColumns";

/// Takes the layout of a statement over to a table, whose schema is filled in.
/// Errors: COLUMN_NOT_DEFINED_IN_TABLE, COLUMN_ALREADY_EXISTS; _LEGACY_ERROR_TEMP_1166 and 1167
/// for columns that partition the table; 3072 for a type that has no order; 3060 for CLUSTER BY.
Status SetLayout(const Statement& statement, plan::TableEntry* table);

/// The property's text. Errors: _LEGACY_ERROR_TEMP_3060 for a column that is not there.
Result<std::string> ClusteringText(const std::vector<std::vector<std::string>>& columns,
                                   const arrow::Schema& schema);
/// The columns of CLUSTER BY, by their name parts; none: there is no such clause.
std::vector<std::vector<std::string>> ClusteringColumns(const plan::TableEntry& table);

/// "4 buckets, bucket columns: [k], sort columns: [id]"; "not bucketed".
std::string LayoutText(const std::optional<plan::spec::BucketSpec>& buckets);

}  // namespace thalweg::session
