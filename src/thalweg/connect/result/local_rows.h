#pragma once

// Rows that clients send: Arrow IPC streams.

#include <string>
#include <vector>

#include "thalweg/data/batch.h"

namespace thalweg::connect {

struct LocalRows {
  SchemaPtr schema;
  std::vector<Batch> batches;
};

/// The rows of an IPC stream with the engine's types. With `schema` columns go by position and are
/// cast to it; null: the stream's own. Errors: bytes that are no such stream, columns that do not
/// fit.
Result<LocalRows> ReadLocalRows(const std::string& stream, const SchemaPtr& schema,
                                const std::string& time_zone);

/// The rows as one IPC stream.
Result<std::string> WriteLocalRows(const arrow::Schema& schema, const std::vector<Batch>& batches,
                                   const std::string& time_zone);

}  // namespace thalweg::connect
