#pragma once

// Arrow data as clients of Spark Connect know it.

#include <string>

#include "thalweg/data/batch.h"

namespace thalweg::connect {

/// The type in client data: instants name the session's time zone; fields of one struct have
/// different names.
TypePtr ClientType(const TypePtr& type, const std::string& time_zone);
SchemaPtr ClientSchema(const arrow::Schema& schema, const std::string& time_zone);

/// Dense rows under a client schema; buffers are shared.
Result<std::shared_ptr<arrow::RecordBatch>> ToClientBatch(const Batch& batch,
                                                          const SchemaPtr& client_schema);

}  // namespace thalweg::connect
