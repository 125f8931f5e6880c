#pragma once

// Inside a StateTable.

#include <vector>

#include "thalweg/state/state_table.h"

namespace thalweg::state {

/// The entries of one expiry (or bucket of expiries).
struct StateTable::Part {
  Part(int64_t expiry, int32_t slot_bytes, int words) : expiry(expiry), table(slot_bytes, words) {}

  int64_t expiry;
  GroupTable table;
  std::vector<uint8_t*> touched;
  size_t touched_place = 0;   // in the table's list of touched parts, if anything is touched
  std::vector<int32_t> rows;  // scratch of a lookup
  int64_t owned_bytes = 0;
  /// Entries that are in the database only.
  int64_t num_spilled = 0;
  uint32_t last_used = 0;  // epoch of the last lookup

  int64_t size() const { return table.size() + num_spilled; }
  int64_t memory_bytes() const { return table.memory_bytes() + owned_bytes; }
};

}  // namespace thalweg::state
