#include "thalweg/state/group_table.h"

#include <emmintrin.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace thalweg::state {
namespace {

constexpr int kTagsPerGroup = 16;
constexpr uint8_t kEmptyTag = 0x80;
constexpr uint8_t kRemovedTag = 0xfe;
constexpr int64_t kSmallestSegment = 16;
// Tags of a segment of this size fill 128 KiB; splitting one takes about a millisecond.
constexpr int64_t kLargestSegment = 1 << 17;
// A window of a few groups is a table of its own.
constexpr int64_t kSmallestChunk = 1 << 8;
constexpr int64_t kLargestChunk = 4 << 20;
constexpr int64_t kSmallBlock = 1 << 10;
constexpr int64_t kHugePage = 2 << 20;
// Keys whose memory accesses overlap.
constexpr int kBlock = 64;

uint8_t TagOf(uint64_t hash) { return hash & 0x7f; }

uint32_t MatchTag(const uint8_t* tags, uint8_t tag) {
  const __m128i group = _mm_load_si128(reinterpret_cast<const __m128i*>(tags));
  return _mm_movemask_epi8(_mm_cmpeq_epi8(group, _mm_set1_epi8(static_cast<char>(tag))));
}

/// Empty and removed tags have the top bit set.
uint32_t MatchFree(const uint8_t* tags) {
  return _mm_movemask_epi8(_mm_load_si128(reinterpret_cast<const __m128i*>(tags)));
}

/// Large blocks lie on huge pages where the system gives them: fewer page faults and TLB misses.
uint8_t* AllocateBlock(int64_t bytes) {
  if (bytes <= kSmallBlock) {
    // malloc's alignment is enough for tags, and a stricter one costs it much.
    auto* block = static_cast<uint8_t*>(std::malloc(bytes));
    if (block == nullptr) std::abort();
    return block;
  }
  const int64_t alignment = bytes >= kHugePage ? kHugePage : 64;
  const int64_t rounded = (bytes + alignment - 1) / alignment * alignment;
  auto* block = static_cast<uint8_t*>(std::aligned_alloc(alignment, rounded));
  if (block == nullptr) std::abort();
  if (bytes >= kHugePage) madvise(block, rounded, MADV_HUGEPAGE);
  return block;
}

int64_t RoundUpTo8(int64_t bytes) { return (bytes + 7) & ~int64_t{7}; }

}  // namespace

/// Tags and entry pointers of a power of two of places.
struct GroupTable::Segment {
  uint8_t* tags = nullptr;
  uint8_t** entries = nullptr;
  uint64_t group_mask = 0;  // number of tag groups - 1
  int64_t capacity = 0;
  int64_t free_places = 0;  // until the load factor is reached; removed places do not count
  int depth = 0;            // top hash bits that all its entries share

  ~Segment() { std::free(tags); }
};

struct GroupTable::Chunk {
  uint8_t* data;
  int64_t used;
  int64_t size;
};

GroupTable::GroupTable(int32_t slot_bytes, int words_per_key)
    : slot_bytes_(static_cast<int32_t>(RoundUpTo8(slot_bytes))), words_per_key_(words_per_key) {
  directory_.push_back(MakeSegment(kSmallestSegment, 0));
}

GroupTable::~GroupTable() {
  for (const Chunk& chunk : chunks_) std::free(chunk.data);
}

void GroupTable::Clear() {
  for (const Chunk& chunk : chunks_) std::free(chunk.data);
  chunks_.clear();
  segments_.clear();
  directory_.clear();
  removed_.clear();
  free_entries_.clear();
  size_ = 0;
  memory_bytes_ = 0;
  directory_bits_ = 0;
  directory_.push_back(MakeSegment(kSmallestSegment, 0));
}

GroupTable::Segment* GroupTable::MakeSegment(int64_t capacity, int depth) {
  auto segment = std::make_unique<Segment>();
  const int64_t bytes = capacity * (1 + static_cast<int64_t>(sizeof(uint8_t*)));
  segment->tags = AllocateBlock(bytes);
  segment->entries = reinterpret_cast<uint8_t**>(segment->tags + capacity);
  segment->group_mask = capacity / kTagsPerGroup - 1;
  segment->capacity = capacity;
  segment->free_places = capacity - capacity / 8;
  segment->depth = depth;
  std::memset(segment->tags, kEmptyTag, capacity);
  memory_bytes_ += bytes;
  segments_.push_back(std::move(segment));
  return segments_.back().get();
}

void GroupTable::Release(Segment* segment) {
  memory_bytes_ -= segment->capacity * (1 + static_cast<int64_t>(sizeof(uint8_t*)));
  const auto place = std::find_if(segments_.begin(), segments_.end(),
                                  [&](const auto& held) { return held.get() == segment; });
  std::swap(*place, segments_.back());
  segments_.pop_back();
}

int64_t GroupTable::EntryBytes(uint32_t key_size) const {
  return kSlotOffset + slot_bytes_ + RoundUpTo8(key_size);
}

uint8_t* GroupTable::Allocate(int64_t bytes) {
  if (!free_entries_.empty()) {
    const auto free = free_entries_.find(bytes);
    if (free != free_entries_.end() && !free->second.empty()) {
      uint8_t* entry = free->second.back();
      free->second.pop_back();
      return entry;
    }
  }
  if (chunks_.empty() || chunks_.back().used + bytes > chunks_.back().size) {
    const int64_t wanted = chunks_.empty() ? kSmallestChunk : chunks_.back().size * 2;
    const int64_t size = std::max(std::min(wanted, kLargestChunk), bytes);
    chunks_.push_back({AllocateBlock(size), 0, size});
    memory_bytes_ += size;
  }
  Chunk& chunk = chunks_.back();
  uint8_t* place = chunk.data + chunk.used;
  chunk.used += bytes;
  return place;
}

void GroupTable::Place(Segment* segment, uint64_t hash, uint8_t* group) {
  uint64_t index = (hash >> 7) & segment->group_mask;
  for (uint64_t step = 1;; ++step) {
    uint8_t* tags = segment->tags + index * kTagsPerGroup;
    const uint32_t free = MatchFree(tags);
    if (free != 0) {
      const int place = __builtin_ctz(free);
      if (tags[place] == kEmptyTag) --segment->free_places;
      tags[place] = TagOf(hash);
      segment->entries[index * kTagsPerGroup + place] = group;
      return;
    }
    index = (index + step) & segment->group_mask;
  }
}

/// Puts every entry of `from` where the directory now says.
void GroupTable::Refill(const Segment& from) {
  for (int64_t i = 0; i < from.capacity; ++i) {
    if (from.tags[i] & 0x80) continue;
    if (i + 8 < from.capacity && !(from.tags[i + 8] & 0x80)) {
      __builtin_prefetch(from.entries[i + 8]);
    }
    const uint64_t hash = HeaderOf(from.entries[i])->hash;
    Place(SegmentOf(hash), hash, from.entries[i]);
  }
}

void GroupTable::Split(Segment* segment) {
  const int depth = segment->depth + 1;
  if (depth > directory_bits_) {
    std::vector<Segment*> wider(directory_.size() * 2);
    for (size_t i = 0; i < wider.size(); ++i) wider[i] = directory_[i / 2];
    directory_ = std::move(wider);
    ++directory_bits_;
  }
  Segment* halves[2] = {MakeSegment(segment->capacity, depth),
                        MakeSegment(segment->capacity, depth)};
  for (size_t i = 0; i < directory_.size(); ++i) {
    if (directory_[i] == segment) directory_[i] = halves[(i >> (directory_bits_ - depth)) & 1];
  }
  Refill(*segment);
  Release(segment);
}

void GroupTable::MakeRoom(uint64_t hash) {
  Segment* segment = SegmentOf(hash);
  int64_t used = 0;
  for (int64_t i = 0; i < segment->capacity; ++i) used += !(segment->tags[i] & 0x80);
  const bool mostly_removed = used <= segment->capacity / 2;
  if (!mostly_removed && segment->capacity >= kLargestSegment) return Split(segment);
  const int64_t capacity =
      mostly_removed ? segment->capacity : std::min(segment->capacity * 4, kLargestSegment);
  Segment* fresh = MakeSegment(capacity, segment->depth);
  std::replace(directory_.begin(), directory_.end(), segment, fresh);
  Refill(*segment);
  Release(segment);
}

uint8_t* GroupTable::Insert(const KeyBatch& keys, int64_t row) {
  const uint64_t hash = keys.hashes[row];
  while (SegmentOf(hash)->free_places == 0) MakeRoom(hash);
  const std::string_view key = keys.key(row);
  uint8_t* group = Allocate(EntryBytes(static_cast<uint32_t>(key.size())));
  *HeaderOf(group) = {hash, static_cast<uint32_t>(key.size()), 0, 0, 0};
  std::memset(group + kSlotOffset, 0, slot_bytes_);
  std::memcpy(group + kSlotOffset + slot_bytes_, key.data(), key.size());
  Place(SegmentOf(hash), hash, group);
  ++size_;
  return group;
}

template <int kWords>
bool GroupTable::KeyEquals(const uint8_t* group, const KeyBatch& keys, int64_t row) const {
  const auto* header = reinterpret_cast<const GroupHeader*>(group);
  const uint8_t* key = group + kSlotOffset + slot_bytes_;
  if constexpr (kWords > 0) {
    const uint64_t* words = keys.words.data() + row * kWords;
    uint64_t difference = 0;
    for (int i = 0; i < kWords; ++i) {
      difference |= reinterpret_cast<const uint64_t*>(key)[i] ^ words[i];
    }
    return difference == 0;
  } else {
    if (header->hash != keys.hashes[row]) return false;
    const std::string_view wanted = keys.key(row);
    return header->key_size == wanted.size() && std::memcmp(key, wanted.data(), wanted.size()) == 0;
  }
}

template <int kWords>
uint8_t* GroupTable::FindOne(const KeyBatch& keys, int64_t row) const {
  const uint64_t hash = keys.hashes[row];
  const Segment& segment = *SegmentOf(hash);
  uint64_t index = (hash >> 7) & segment.group_mask;
  for (uint64_t step = 1; step <= segment.group_mask + 1; ++step) {
    const uint8_t* tags = segment.tags + index * kTagsPerGroup;
    for (uint32_t match = MatchTag(tags, TagOf(hash)); match != 0; match &= match - 1) {
      uint8_t* group = segment.entries[index * kTagsPerGroup + __builtin_ctz(match)];
      if (KeyEquals<kWords>(group, keys, row)) return group;
    }
    if (MatchTag(tags, kEmptyTag) != 0) return nullptr;
    index = (index + step) & segment.group_mask;
  }
  return nullptr;
}

template <int kWords, bool kInsert, bool kAllRows>
void GroupTable::Process(const KeyBatch& keys, const int32_t* rows, int64_t count, uint8_t** groups,
                         std::vector<int32_t>* inserted) {
  const int32_t key_offset = kSlotOffset + slot_bytes_;
  const auto row_at = [rows](int64_t i) -> int64_t { return kAllRows ? i : rows[i]; };
  const uint8_t* tags[kBlock];
  uint8_t** entries[kBlock];
  uint8_t* candidates[kBlock];
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int block = static_cast<int>(std::min<int64_t>(kBlock, count - begin));
    for (int j = 0; j < block; ++j) {
      const uint64_t hash = keys.hashes[row_at(begin + j)];
      const Segment& segment = *SegmentOf(hash);
      const uint64_t index = ((hash >> 7) & segment.group_mask) * kTagsPerGroup;
      tags[j] = segment.tags + index;
      entries[j] = segment.entries + index;
      __builtin_prefetch(tags[j]);
    }
    for (int j = 0; j < block; ++j) {
      const uint64_t hash = keys.hashes[row_at(begin + j)];
      const uint32_t match = MatchTag(tags[j], TagOf(hash));
      entries[j] = match == 0 ? nullptr : entries[j] + __builtin_ctz(match);
      if (match != 0) __builtin_prefetch(entries[j]);
    }
    for (int j = 0; j < block; ++j) {
      candidates[j] = entries[j] == nullptr ? nullptr : *entries[j];
      if (candidates[j] != nullptr) {
        __builtin_prefetch(candidates[j]);
        __builtin_prefetch(candidates[j] + key_offset);
      }
    }
    for (int j = 0; j < block; ++j) {
      const int64_t row = row_at(begin + j);
      if (candidates[j] != nullptr && KeyEquals<kWords>(candidates[j], keys, row)) {
        groups[row] = candidates[j];
        continue;
      }
      uint8_t* group = FindOne<kWords>(keys, row);
      if constexpr (kInsert) {
        if (group == nullptr) {
          group = Insert(keys, row);
          inserted->push_back(static_cast<int32_t>(row));
        }
      }
      groups[row] = group;
    }
  }
}

template <bool kInsert, bool kAllRows>
void GroupTable::Dispatch(const KeyBatch& keys, const int32_t* rows, int64_t count,
                          uint8_t** groups, std::vector<int32_t>* inserted) {
  switch (words_per_key_) {
    case 1:
      return Process<1, kInsert, kAllRows>(keys, rows, count, groups, inserted);
    case 2:
      return Process<2, kInsert, kAllRows>(keys, rows, count, groups, inserted);
    case 3:
      return Process<3, kInsert, kAllRows>(keys, rows, count, groups, inserted);
    case 4:
      return Process<4, kInsert, kAllRows>(keys, rows, count, groups, inserted);
    default:
      return Process<0, kInsert, kAllRows>(keys, rows, count, groups, inserted);
  }
}

void GroupTable::FindOrInsert(const KeyBatch& keys, const int32_t* rows, int64_t count,
                              uint8_t** groups, std::vector<int32_t>* inserted) {
  if (rows == nullptr) {
    Dispatch<true, true>(keys, rows, count, groups, inserted);
  } else {
    Dispatch<true, false>(keys, rows, count, groups, inserted);
  }
}

void GroupTable::Find(const KeyBatch& keys, const int32_t* rows, int64_t count,
                      uint8_t** groups) const {
  // Without kInsert nothing is changed.
  auto* table = const_cast<GroupTable*>(this);
  if (rows == nullptr) {
    table->Dispatch<false, true>(keys, rows, count, groups, nullptr);
  } else {
    table->Dispatch<false, false>(keys, rows, count, groups, nullptr);
  }
}

void GroupTable::Remove(uint8_t* group) {
  const uint64_t hash = HeaderOf(group)->hash;
  Segment* segment = SegmentOf(hash);
  uint64_t index = (hash >> 7) & segment->group_mask;
  for (uint64_t step = 1; step <= segment->group_mask + 1; ++step) {
    uint8_t* tags = segment->tags + index * kTagsPerGroup;
    for (uint32_t match = MatchTag(tags, TagOf(hash)); match != 0; match &= match - 1) {
      const int place = __builtin_ctz(match);
      if (segment->entries[index * kTagsPerGroup + place] != group) continue;
      // A group of tags that still has an empty place never made a search go on.
      const bool has_empty = MatchTag(tags, kEmptyTag) != 0;
      tags[place] = has_empty ? kEmptyTag : kRemovedTag;
      segment->free_places += has_empty ? 1 : 0;
      HeaderOf(group)->touched = kRemovedGroup;
      removed_.push_back(group);
      --size_;
      return;
    }
    index = (index + step) & segment->group_mask;
  }
}

void GroupTable::PrefetchPlace(const uint8_t* group) const {
  const uint64_t hash = reinterpret_cast<const GroupHeader*>(group)->hash;
  const Segment& segment = *SegmentOf(hash);
  const uint64_t index = ((hash >> 7) & segment.group_mask) * kTagsPerGroup;
  __builtin_prefetch(segment.tags + index, 1);
  // Two cache lines; which one is not known.
  __builtin_prefetch(segment.entries + index);
  __builtin_prefetch(segment.entries + index + kTagsPerGroup / 2);
}

void GroupTable::Recycle(uint8_t* group) {
  Remove(group);
  removed_.pop_back();
  free_entries_[EntryBytes(HeaderOf(group)->key_size)].push_back(group);
}

void GroupTable::ReuseRemoved() {
  for (uint8_t* group : removed_) {
    free_entries_[EntryBytes(HeaderOf(group)->key_size)].push_back(group);
  }
  removed_.clear();
}

GroupTable::Cursor GroupTable::End() const {
  if (chunks_.empty()) return {};
  return {chunks_.size() - 1, chunks_.back().used};
}

bool GroupTable::Next(Cursor* cursor, int64_t limit, std::vector<uint8_t*>* groups,
                      const Cursor* end) const {
  // Where the part that the end was taken of is gone, so may be its chunks.
  const auto stop = [&] {
    return cursor->chunk == end->chunk ? std::min(end->offset, chunks_[cursor->chunk].used)
                                       : chunks_[cursor->chunk].used;
  };
  const size_t num_chunks = std::min(end->chunk + 1, chunks_.size());
  while (cursor->chunk < num_chunks) {
    const Chunk& chunk = chunks_[cursor->chunk];
    while (limit > 0 && cursor->offset < stop()) {
      uint8_t* group = chunk.data + cursor->offset;
      cursor->offset += EntryBytes(HeaderOf(group)->key_size);
      if (HeaderOf(group)->touched == kRemovedGroup) continue;
      groups->push_back(group);
      --limit;
    }
    if (cursor->offset < stop()) return true;
    // The place behind the last group stays valid: more may come there.
    if (cursor->chunk + 1 == num_chunks) return false;
    ++cursor->chunk;
    cursor->offset = 0;
  }
  return false;
}

void GroupTable::Reserve(int64_t count) {
  if (size_ > 0 || !removed_.empty()) return;
  const int64_t per_segment = kLargestSegment / 8 * 7;
  int bits = 0;
  // A little room above the average, since segments fill unevenly.
  while ((per_segment << bits) < count + count / 32) ++bits;
  Segment* old = directory_.front();
  if (bits == 0) {
    int64_t capacity = old->capacity;
    while (capacity / 8 * 7 < count) capacity *= 2;
    if (capacity == old->capacity) return;
    directory_.assign(1, MakeSegment(capacity, 0));
    return Release(old);
  }
  if (segments_.size() > 1 || directory_bits_ > 0) return;
  directory_bits_ = bits;
  directory_.clear();
  for (int i = 0; i < (1 << bits); ++i) directory_.push_back(MakeSegment(kLargestSegment, bits));
  Release(old);
}

}  // namespace thalweg::state
