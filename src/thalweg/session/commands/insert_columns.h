#pragma once

// What INSERT writes into each column of a table: by position, by name, by a list of names, by
// PARTITION, or the column's default.

#include "thalweg/connectors/file/file_batch_sink.h"
#include "thalweg/session/commands/commands.h"

namespace thalweg::session {

/// `a`, `b`.
std::string ListedNames(const std::vector<std::string>& names);

/// The columns of a table, in order: what it was made with, else what its files have.
Result<SchemaPtr> TableSchema(Session* session, const plan::TableEntry& table);

/// The columns that PARTITION gives a value, in the order of the table's directories, as text.
Result<connectors::StaticPartition> StaticPartition(Session* session, const Statement& statement,
                                                    const plan::TableEntry& table,
                                                    const arrow::Schema& schema);

/// The query of an INSERT with DEFAULT replaced by what the columns of `schema` have as such.
/// Errors: DEFAULT_PLACEMENT_INVALID.
Result<plan::spec::RelationPtr> ReplaceDefaults(const Statement& statement,
                                                const plan::TableEntry& table,
                                                const arrow::Schema& schema);

/// A plan with the columns of `schema` in its order and with its types, made of what `plan`, the
/// analysed query of `statement`, gives. Errors: PARTITIONS_NOT_FOUND,
/// INSERT_COLUMN_ARITY_MISMATCH, INSERT_PARTITION_COLUMN_ARITY_MISMATCH,
/// INCOMPATIBLE_DATA_FOR_TABLE, COLUMN_ALREADY_EXISTS, UNRESOLVED_COLUMN; those of casts of
/// PARTITION's values.
Result<plan::NodePtr> ArrangeColumns(Session* session, const Statement& statement,
                                     const plan::TableEntry& table, const arrow::Schema& schema,
                                     const plan::NodePtr& plan);

/// Errors: PARTITIONS_NOT_FOUND, _LEGACY_ERROR_TEMP_1169 (columns are missing), 1147 (order).
Status CheckPartition(const Statement& statement, const plan::TableEntry& table);

/// Errors: INVALID_DEFAULT_VALUE for what stands behind DEFAULT in CREATE TABLE.
Status CheckDefaults(Session* session, const arrow::Schema& schema);

}  // namespace thalweg::session
