#pragma once

// The sessions of one key: a list in order of start. Sessions of a list neither overlap nor touch,
// so that it is in order of end as well.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "thalweg/exec/stateful/aggregate_calls.h"
#include "thalweg/state/group_table.h"
#include "thalweg/state/value_codec.h"

namespace thalweg::exec {

/// What stands before the accumulators of a session. It takes the place of a GroupHeader: a pointer
/// to a session is a group to AggregateCalls. Times are microseconds.
struct Session {
  Session* next;
  int64_t start;
  int64_t end;

  uint8_t* group() { return reinterpret_cast<uint8_t*>(this); }
};
static_assert(sizeof(Session) == state::kSlotOffset);

/// The slots of a key's entry in the state table.
struct SessionSlots {
  static constexpr int64_t kNotQueued = std::numeric_limits<int64_t>::max();
  /// The entry came from a file or from disk: the table may know of a time, or not yet.
  static constexpr int64_t kUnknown = kNotQueued - 1;

  Session* first;
  /// When the table was last told that the key will be due, or one of the above.
  int64_t queued_time;
  /// Scratch of a merge: the merge that met the key last, and the key's number in it.
  uint32_t merge;
  uint32_t ordinal;
};

inline SessionSlots* SessionsOf(uint8_t* group) {
  return reinterpret_cast<SessionSlots*>(group + state::kSlotOffset);
}

/// Makes, frees and stores sessions. A list in a state file: varint number of sessions, then for
/// each start:i64, end:i64, varint length and image of its accumulators. Immutable, thread-safe.
class SessionListCodec : public state::ValueCodec {
 public:
  explicit SessionListCodec(std::shared_ptr<const AggregateCalls> calls);

  /// A session with initialised accumulators, in no list.
  Session* MakeSession(int64_t start, int64_t end) const;
  void FreeSession(Session* session) const;

  int32_t slot_bytes() const override { return sizeof(SessionSlots); }
  std::string Signature() const override;
  bool trivial() const override { return false; }
  void Append(const uint8_t* slots, std::string* out) const override;
  Status Load(uint8_t* slots, std::string_view bytes) const override;
  void Destroy(uint8_t* slots) const override;
  int64_t OwnedBytes(const uint8_t* slots) const override;

 private:
  Session* Allocate(int64_t start, int64_t end) const;
  Result<Session*> LoadSession(std::string_view* bytes) const;

  std::shared_ptr<const AggregateCalls> calls_;
};

}  // namespace thalweg::exec
