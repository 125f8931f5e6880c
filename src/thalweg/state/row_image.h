#pragma once

// What the records of a join's state files say (docs/formats/state.md).

#include <cstdint>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"
#include "thalweg/state/state_file.h"

namespace thalweg::state {

/// First letter of the keys of records: left, right.
inline constexpr char kSideTags[2] = {'l', 'r'};
/// Bytes of a row's number, which is the rest of the key.
inline constexpr size_t kRowNumberBytes = 8;

/// Value of a record that brings a row.
struct RowImage {
  bool matched = false;
  std::string_view key;
  std::string_view row;
};

/// What stands before key and row in the value of a record that brings a row.
std::string RowImageFront(bool matched, std::string_view key);

/// The error of what no join wrote.
Status MalformedRow();

/// 0: left, 1: right. Errors: no join wrote the record.
Result<int> SideOf(const StateRecord& record);
/// Whether the record tells through which time rows are gone, instead of speaking of one row.
inline bool EndsRows(const StateRecord& record) { return record.key.size() == 1; }
/// Of the row that the record speaks of.
Result<uint64_t> RowNumberOf(const StateRecord& record);
/// `value` is not empty.
Result<RowImage> ParseRowImage(std::string_view value);

}  // namespace thalweg::state
