#pragma once

// Rows on their way to a worker and back, as record batches.

#include <memory>
#include <string_view>

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"
#include "thalweg/python/arrow_bridge.h"

namespace thalweg::python {

/// The columns of `schema` as a worker gets them; if `wrapped`, as the fields of one column.
SchemaPtr MakeWireSchema(const arrow::Schema& schema, const WireTypes& types, bool wrapped);

/// Dense rows as a batch of MakeWireSchema().
Result<std::shared_ptr<arrow::RecordBatch>> MakeWireBatch(const Batch& rows,
                                                          const SchemaPtr& schema, bool wrapped);

/// What a worker gave as rows of `expected`; if `wrapped`, its columns are the fields of one
/// column. Errors as FromWire(), and NOT_NULL_ASSERT_VIOLATION for NULL in a column of numbers,
/// dates or the like that is declared without it.
Result<Batch> MakeResultRows(const arrow::RecordBatch& result, const arrow::Schema& expected,
                             bool wrapped, std::string_view operation);

}  // namespace thalweg::python
