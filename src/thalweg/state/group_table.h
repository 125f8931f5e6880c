#pragma once

// A hash table from canonical key bytes to groups: fixed-size slots at stable addresses.
//
// Lookup goes by batches: tags (7 bits of the hash, 16 side by side), then pointers, then entries
// are prefetched for a block of keys before any is compared. The table consists of segments that a
// directory finds by the top bits of the hash; a full segment is split in two by itself, so no
// insertion ever pays for moving the whole table.
//
// An entry is [GroupHeader][slots][key bytes], in memory that grows by chunks and never moves; a
// group pointer points to its GroupHeader, slots begin at kSlotOffset. One thread.

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "thalweg/state/row_key.h"

namespace thalweg::state {

/// What stands before the slots of every group.
struct GroupHeader {
  uint64_t hash;
  uint32_t key_size;
  int32_t key_group;     // set by whoever keeps durable state, else 0
  uint32_t touched;      // number of the epoch that last touched it, kRemovedGroup if gone
  uint32_t owned_bytes;  // bookkeeping of bytes owned beyond the slots, as last measured
};

inline constexpr uint32_t kRemovedGroup = 0xffffffff;
/// Where slots begin in a group.
inline constexpr int32_t kSlotOffset = sizeof(GroupHeader);

inline GroupHeader* HeaderOf(uint8_t* group) { return reinterpret_cast<GroupHeader*>(group); }

class GroupTable {
 public:
  /// `slot_bytes` is rounded up to 8. `words_per_key` as in KeyBatch (0: variable keys).
  GroupTable(int32_t slot_bytes, int words_per_key);
  ~GroupTable();
  GroupTable(const GroupTable&) = delete;
  GroupTable& operator=(const GroupTable&) = delete;

  /// Groups of the keys at `rows` (null: rows 0..count): groups[row] is set for each. Keys that are
  /// new get a group whose slots are all zero bytes, and their rows are appended to `inserted`.
  void FindOrInsert(const KeyBatch& keys, const int32_t* rows, int64_t count, uint8_t** groups,
                    std::vector<int32_t>* inserted);
  /// As above, without inserting: groups[row] is null for keys that are not there.
  void Find(const KeyBatch& keys, const int32_t* rows, int64_t count, uint8_t** groups) const;
  /// Takes a group out. Pointers to it stay readable until ReuseRemoved().
  void Remove(uint8_t* group);
  /// Asks for the memory that taking the group out will read.
  void PrefetchPlace(const uint8_t* group) const;
  /// Takes a group out and gives its memory to a later group, which may then come early in
  /// insertion order. Nothing may look at the group any more.
  void Recycle(uint8_t* group);
  /// Gives the memory of groups removed so far to later ones with keys of the same size.
  void ReuseRemoved();

  /// Makes room for so many groups, if the table is empty: they come in without splits.
  void Reserve(int64_t count);
  /// Takes all groups out and gives their memory back.
  void Clear();

  int64_t size() const { return size_; }
  int32_t slot_bytes() const { return slot_bytes_; }
  std::string_view key(const uint8_t* group) const {
    return {reinterpret_cast<const char*>(group) + kSlotOffset + slot_bytes_,
            reinterpret_cast<const GroupHeader*>(group)->key_size};
  }
  /// Bytes allocated for entries and for the index.
  int64_t memory_bytes() const { return memory_bytes_; }

  /// A place in a walk over the groups. Groups inserted later come later, except those in memory
  /// of removed ones.
  struct Cursor {
    size_t chunk = 0;
    int64_t offset = 0;
  };
  /// Appends up to `limit` groups from the cursor on and moves it. False at the end.
  bool Next(Cursor* cursor, int64_t limit, std::vector<uint8_t*>* groups) const {
    const Cursor end = End();
    return Next(cursor, limit, groups, &end);
  }
  /// The same up to `end`, which End() gave earlier.
  bool Next(Cursor* cursor, int64_t limit, std::vector<uint8_t*>* groups, const Cursor* end) const;
  /// Behind the last group.
  Cursor End() const;

 private:
  struct Segment;
  struct Chunk;

  template <int kWords, bool kInsert, bool kAllRows>
  void Process(const KeyBatch& keys, const int32_t* rows, int64_t count, uint8_t** groups,
               std::vector<int32_t>* inserted);
  template <bool kInsert, bool kAllRows>
  void Dispatch(const KeyBatch& keys, const int32_t* rows, int64_t count, uint8_t** groups,
                std::vector<int32_t>* inserted);
  template <int kWords>
  uint8_t* FindOne(const KeyBatch& keys, int64_t row) const;
  uint8_t* Insert(const KeyBatch& keys, int64_t row);
  template <int kWords>
  bool KeyEquals(const uint8_t* group, const KeyBatch& keys, int64_t row) const;

  Segment* SegmentOf(uint64_t hash) const {
    return directory_[(hash >> 1) >> (63 - directory_bits_)];
  }
  Segment* MakeSegment(int64_t capacity, int depth);
  void Place(Segment* segment, uint64_t hash, uint8_t* group);
  /// Makes room in the segment of `hash`: cleans, grows or splits it.
  void MakeRoom(uint64_t hash);
  void Split(Segment* segment);
  void Refill(const Segment& from);
  void Release(Segment* segment);
  uint8_t* Allocate(int64_t bytes);
  int64_t EntryBytes(uint32_t key_size) const;

  int32_t slot_bytes_;
  int words_per_key_;
  int64_t size_ = 0;
  int64_t memory_bytes_ = 0;
  int directory_bits_ = 0;
  std::vector<Segment*> directory_;
  std::vector<std::unique_ptr<Segment>> segments_;
  std::vector<Chunk> chunks_;
  std::vector<uint8_t*> removed_;                          // since the last ReuseRemoved()
  std::map<int64_t, std::vector<uint8_t*>> free_entries_;  // by their bytes
};

}  // namespace thalweg::state
