#pragma once

// Rows that a program hands over as Arrow data.

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"

namespace thalweg::api {

/// The schema with the engine's types. Errors: UNSUPPORTED_ARROWTYPE.
Result<SchemaPtr> EngineSchema(const arrow::Schema& schema);

/// The columns of `rows` as `schema` wants them, by position. Errors: other types, other numbers of
/// columns, NULL in a column that has none.
Result<Batch> EngineBatch(const arrow::RecordBatch& rows, const arrow::Schema& schema);

/// Rows of JSON text, an object a line, read by `schema`. Errors: text that does not fit.
Result<std::vector<Batch>> ReadJsonLines(std::string text, const SchemaPtr& schema);

}  // namespace thalweg::api
