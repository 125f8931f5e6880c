#pragma once

// What is due when: groups of a state table by time, so that a watermark finds what it expires
// without looking at the rest.

#include <cstdint>
#include <map>
#include <vector>

namespace thalweg::state {

/// Times are microseconds. Entries are never changed: whoever moves a group's time pushes it again
/// and takes the older entry for stale when it comes out. One thread.
class ExpiryQueue {
 public:
  struct Entry {
    int64_t time;
    uint8_t* group;
  };

  void Push(int64_t time, uint8_t* group);
  /// Takes out the entries with time <= `now`, about in order of time.
  std::vector<Entry> TakeDue(int64_t now);
  void Clear() { buckets_.clear(); }
  bool empty() const { return buckets_.empty(); }

 private:
  std::map<int64_t, std::vector<Entry>> buckets_;  // by the last microsecond of their second
};

}  // namespace thalweg::state
