#pragma once

// Sort keys: bytes that compare (memcmp) as SQL orders the rows. NULL first or last as asked, NaN
// above every number, -0.0 equal to 0.0, text by bytes, structs and lists by their parts.

#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::exec {

struct SortDirection {
  bool descending = false;
  bool nulls_first = true;
};

/// Appends to keys[i] the key of row i of `column`.
Status AppendSortKeys(const arrow::Array& column, SortDirection direction,
                      std::vector<std::string>* keys);

/// The stable order of rows by their keys.
std::vector<int32_t> SortedOrder(const std::vector<std::string>& keys);

}  // namespace thalweg::exec
