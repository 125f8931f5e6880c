#pragma once

// Inside a RowTable.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/state/row_table.h"

namespace thalweg::state {

/// What the index keeps of a key.
struct Chain {
  StoredRow* first;
  StoredRow* last;
};

inline Chain* ChainOf(uint8_t* group) { return reinterpret_cast<Chain*>(group + kSlotOffset); }

/// Whether all rows of a key are in memory: a mark in the header of its group in the index, of use
/// only while rows lie on disk.
inline bool IsWhole(uint8_t* group) { return HeaderOf(group)->owned_bytes != 0; }
inline void SetWhole(uint8_t* group) { HeaderOf(group)->owned_bytes = 1; }

inline int64_t RowBytes(uint32_t size) {
  return static_cast<int64_t>(sizeof(StoredRow)) + ((static_cast<int64_t>(size) + 7) & ~int64_t{7});
}

struct RowTable::Chunk {
  std::unique_ptr<uint8_t[]> data;
  int64_t used = 0;
  int64_t size = 0;
};

/// The rows of one second.
struct RowTable::Part {
  int64_t end = 0;
  std::vector<Chunk> chunks;
  int64_t rows = 0;
  int64_t bytes = 0;       // of the chunks
  int64_t gone_bytes = 0;  // of rows that were taken out one by one
  bool is_shrunk = false;  // it lost rows in this epoch
  std::vector<StoredRow*> touched;
  /// All rows as a heap by time, once a watermark has come to stand in the part.
  bool is_heap = false;
  std::vector<StoredRow*> heap;

  /// Calls visit(row) for all rows but those that are gone.
  template <typename Visit>
  void ForEach(const Visit& visit) {
    for (Chunk& chunk : chunks) {
      for (int64_t offset = 0; offset < chunk.used;) {
        auto* row = reinterpret_cast<StoredRow*>(chunk.data.get() + offset);
        offset += RowBytes(row->size);
        if (!(row->flags & kGoneRow)) visit(row);
      }
    }
  }
};

/// Words of a row's number and its key group, by which rows are known while files are read.
inline constexpr int kNumberWords = 2;

/// Rows on their way in from files.
struct RowTable::Loading {
  Loading() : known(sizeof(StoredRow*), kNumberWords) { Clear(0); }

  void Clear(int words_per_key) {
    numbers.Clear(kNumberWords);
    keys.Clear(words_per_key);
    rows.clear();
    bytes.clear();
  }
  void AddNumber(uint64_t number, int32_t key_group) {
    const uint64_t words[kNumberWords] = {number, static_cast<uint64_t>(key_group)};
    numbers.AppendEncoded({reinterpret_cast<const char*>(words), sizeof(words)});
  }
  StoredRow*& RowOf(uint8_t* group) const {
    return *reinterpret_cast<StoredRow**>(group + kSlotOffset);
  }

  struct Row {
    int64_t time;
    uint64_t number;
    int32_t key_group;
    uint32_t size;
    size_t offset;  // in `bytes`
    bool matched;
  };

  GroupTable known;  // by number and key group
  KeyBatch numbers;  // of pending rows, or of pending ends
  KeyBatch keys;
  std::vector<Row> rows;
  std::string bytes;
  std::vector<bool> deletions;  // pending ends: whether the row is deleted, else matched
  std::vector<uint8_t*> known_groups;
};

}  // namespace thalweg::state
