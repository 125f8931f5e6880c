#pragma once

// The variable layout of row keys: sizes, writing and reading, column by column.

#include <cstdint>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::state::internal {

/// Adds to sizes[i] the bytes that row i of `column` takes.
void AddEncodedSizes(const arrow::Array& column, int64_t num_rows, uint64_t* sizes);

/// Writes row i of `column` at cursors[i] and advances it.
void WriteEncoded(const arrow::Array& column, int64_t num_rows, uint8_t** cursors);

/// Bytes that one row takes / writes them as the values are (no canonical floating point) and gives
/// their end.
uint64_t EncodedSize(const arrow::Array& column, int64_t row);
uint8_t* WriteExact(const arrow::Array& column, int64_t row, uint8_t* out);

/// Reads one column off the front of every key and advances the keys.
Result<ArrayPtr> ReadEncoded(const TypePtr& type, std::vector<std::string_view>* keys);

}  // namespace thalweg::state::internal
