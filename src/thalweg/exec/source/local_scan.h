#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "thalweg/io/source.h"

namespace thalweg::exec {

/// A scan over batches in memory (sliced to the batch size asked for). A split takes one batch
/// after the other until it has `split_rows` rows.
std::shared_ptr<io::Scan> MakeLocalScan(SchemaPtr schema, std::vector<Batch> batches,
                                        int64_t split_rows);

/// A scan over start, start + step, ... up to `end` (exclusive): one bigint column.
std::shared_ptr<io::Scan> MakeRangeScan(int64_t start, int64_t end, int64_t step, SchemaPtr schema);

}  // namespace thalweg::exec
